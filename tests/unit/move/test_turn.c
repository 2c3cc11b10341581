/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves that take turns, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/memory.h"
#include "tests/fake/world.h"

/* More than any of these moves needs. */
#define STEPS_MAX 20000

/* VG "vg" on disks 0 to 2, "other" on 3 and 4; 0 is what most moves share. */
static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80, 80, 8, 8};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg",
	 0,
	 3,
	 {{.name = "one", .segments = {{0, 0, 60}}},
	  {.name = "two", .segments = {{0, 62, 3}}},
	  {.name = "three", .segments = {{0, 68, 3}}},
	  {.name = "more", .segments = {{1, 76, 3}}}}},
	{"other", 3, 2, {{.name = "far", .segments = {{3, 0, 3}}}}},
};

struct scene {
	struct world world;
	struct mover *mover;
	uint64_t published; /* changes that anyone could see */
};

static void on_change(void *arg, const struct move *move)
{
	struct scene *scene = arg;

	(void)move;
	scene->published++;
}

static void begin(struct scene *scene)
{
	assert_int_equal(mover_new(world_ports(), &scene->world, &scene->mover), 0);
	mover_set_watch(scene->mover, on_change, scene);
	for (size_t i = 0; i < scene->world.journal.count; i++)
		assert_int_equal(mover_replay(scene->mover, scene->world.journal.records[i],
					      strlen(scene->world.journal.records[i])),
				 0);
	scene->world.mover = scene->mover;
	mover_begin(scene->mover);
}

static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));

	world_init(&scene->world, disk_pes, vgs, 1);
	for (size_t i = 0; i < scene->world.disk_count; i++)
		scene->world.disks[i].rotational = true;
	begin(scene);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	mover_free(scene->mover);
	world_deinit(&scene->world);
	free(scene);
	return 0;
}

static void restart(struct scene *scene, enum world_end how)
{
	mover_free(scene->mover);
	world_end(&scene->world, how);
	begin(scene);
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	(void)warnings;
	assert_null(refusal);
	*(uint64_t *)arg = move->id;
}

static uint64_t start(struct scene *scene, unsigned source, const char *lv)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));
	uint64_t id = 0;

	request->source.device = fake_strdup(scene->world.disks[source].path);
	request->source.dev = scene->world.disks[source].dev;
	request->lv = lv ? fake_strdup(lv) : NULL;
	mover_start(scene->mover, request, on_start, &id);
	for (unsigned i = 0; i < STEPS_MAX && id == 0; i++)
		world_step(&scene->world);
	assert_int_not_equal(id, 0);
	return id;
}

static const struct move *get_move(const struct scene *scene, uint64_t id)
{
	return mover_find_move(scene->mover, id);
}

/* The state of the pass that the move is at; PASS_DONE when there is none. */
static enum pass_state state_of(const struct scene *scene, uint64_t id)
{
	const struct pass *pass = move_current_pass(get_move(scene, id));

	return pass ? pass->state : PASS_DONE;
}

static void set_goal(struct scene *scene, uint64_t id, enum move_goal goal)
{
	struct refusal refusal;

	assert_int_equal(mover_set_goal(scene->mover, id, goal, &refusal), 0);
}

static bool has_begun(const struct scene *scene, uint64_t id)
{
	enum pass_state state = state_of(scene, id);

	return state != PASS_QUEUED && state != PASS_PAUSED;
}

static bool is_over(const struct scene *scene, uint64_t id)
{
	return move_is_terminal(get_move(scene, id));
}

static void run_until(struct scene *scene, uint64_t id, enum pass_state state)
{
	for (unsigned i = 0; i < STEPS_MAX && state_of(scene, id) != state; i++)
		world_step(&scene->world);
	assert_int_equal(state_of(scene, id), state);
}

/* Steps until the move is over; meanwhile the others must not begin. */
static void run_alone(struct scene *scene, uint64_t id, const uint64_t *others, size_t count)
{
	for (unsigned i = 0; i < STEPS_MAX && !is_over(scene, id); i++) {
		for (size_t j = 0; j < count; j++)
			assert_false(has_begun(scene, others[j]));
		world_step(&scene->world);
	}
	assert_int_equal(move_state(get_move(scene, id)), MOVE_DONE);
}

static void assert_queued(const struct scene *scene, uint64_t id, uint64_t place, uint64_t behind,
			  const char *disk)
{
	const struct move_queue *queue = &get_move(scene, id)->queue;

	assert_int_equal(queue->place, place);
	assert_int_equal(queue->behind_id, behind);
	assert_string_equal(queue->disk, disk);
}

static void moves_on_one_disk_go_one_after_the_other(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");
	uint64_t third = start(scene, 0, "three");

	run_until(scene, first, PASS_COPYING);
	assert_queued(scene, first, 0, 0, "");
	assert_queued(scene, second, 1, first, "fake0");
	assert_queued(scene, third, 2, second, "fake0");
	assert_int_equal(move_state(get_move(scene, third)), MOVE_QUEUED);
	run_alone(scene, first, (uint64_t[]){second, third}, 2);
	assert_queued(scene, second, 0, 0, "");
	assert_queued(scene, third, 1, second, "fake0");
	run_alone(scene, second, (uint64_t[]){third}, 1);
	run_alone(scene, third, NULL, 0);
	assert_queued(scene, third, 0, 0, "");
}

/* True when both were seen to copy at the same time. */
static bool go_side_by_side(struct scene *scene, uint64_t first, uint64_t second)
{
	bool both = false;

	for (unsigned i = 0; i < STEPS_MAX && !(is_over(scene, first) && is_over(scene, second));
	     i++) {
		world_step(&scene->world);
		both |= state_of(scene, first) == PASS_COPYING &&
			state_of(scene, second) == PASS_COPYING;
	}
	assert_int_equal(move_state(get_move(scene, first)), MOVE_DONE);
	assert_int_equal(move_state(get_move(scene, second)), MOVE_DONE);
	return both;
}

static void moves_on_different_disks_go_side_by_side(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, NULL);
	uint64_t second = start(scene, 3, NULL);

	assert_true(go_side_by_side(scene, first, second));
}

static void moves_on_a_disk_that_does_not_turn_go_side_by_side(void **state)
{
	struct scene *scene = *state;
	uint64_t first, second;

	for (size_t i = 0; i < scene->world.disk_count; i++)
		scene->world.disks[i].rotational = false;
	first = start(scene, 0, "one");
	second = start(scene, 0, "two");
	assert_true(go_side_by_side(scene, first, second));
}

static void one_that_waits_needs_nothing_and_looks_at_nothing(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");
	uint64_t calls, third;

	run_until(scene, first, PASS_COPYING);
	set_goal(scene, first, GOAL_PAUSE);
	run_until(scene, first, PASS_PAUSED);
	run_until(scene, second, PASS_COPYING);
	scene->world.dm.copies_hang = true;
	third = start(scene, 0, "three");
	for (unsigned i = 0; i < 20; i++)
		world_step(&scene->world);
	assert_int_equal(state_of(scene, third), PASS_QUEUED);

	/* The kernel has something to say of others. */
	calls = scene->world.call_count;
	for (unsigned i = 0; i < 50; i++)
		mover_look(scene->mover);
	for (uint64_t i = calls; i < scene->world.call_count; i++)
		assert_int_equal(scene->world.calls[i], WORLD_OBSERVE);
}

static void a_pause_lets_the_next_go_on(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");

	run_until(scene, first, PASS_COPYING);
	set_goal(scene, first, GOAL_PAUSE);
	run_until(scene, second, PASS_COPYING);
	assert_int_equal(state_of(scene, first), PASS_PAUSED);

	/* It comes back into the queue, behind the one that copies by now. */
	set_goal(scene, first, GOAL_RUN);
	assert_queued(scene, first, 1, second, "fake0");
	assert_int_equal(state_of(scene, first), PASS_PAUSED);
	run_alone(scene, second, (uint64_t[]){first}, 1);
	run_alone(scene, first, NULL, 0);
}

/* A swap that waits for what is being copied may take longer than whoever pauses. */
static void nobody_goes_on_beside_one_that_has_yet_to_pause(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");

	run_until(scene, first, PASS_COPYING);
	scene->world.swaps_hang = true;
	set_goal(scene, first, GOAL_PAUSE);
	for (unsigned i = 0; i < STEPS_MAX && world_step(&scene->world); i++)
		assert_false(has_begun(scene, second));
	assert_int_equal(state_of(scene, first), PASS_COPYING);
	assert_queued(scene, second, 1, first, "fake0");
	set_goal(scene, first, GOAL_RUN);
	scene->world.swaps_hang = false;
	run_alone(scene, first, (uint64_t[]){second}, 1);
	run_alone(scene, second, NULL, 0);
}

static void an_abort_lets_the_next_go_on_at_once(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");

	run_until(scene, first, PASS_COPYING);
	set_goal(scene, first, GOAL_ABORT);
	assert_queued(scene, second, 0, 0, "");
	run_until(scene, second, PASS_COPYING);
	run_until(scene, second, PASS_DONE);
	assert_int_equal(move_state(get_move(scene, first)), MOVE_ABORTED);
}

static void one_that_waits_can_be_paused_and_aborted(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");
	uint64_t third = start(scene, 0, "three");

	run_until(scene, first, PASS_COPYING);
	set_goal(scene, second, GOAL_PAUSE);
	assert_queued(scene, second, 0, 0, "");
	assert_queued(scene, third, 1, first, "fake0");
	set_goal(scene, second, GOAL_RUN);
	for (unsigned i = 0; i < STEPS_MAX && get_move(scene, second)->queue.place == 0; i++)
		world_step(&scene->world);
	assert_queued(scene, third, 2, second, "fake0");
	set_goal(scene, second, GOAL_ABORT);
	assert_int_equal(move_state(get_move(scene, second)), MOVE_ABORTED);
	assert_queued(scene, third, 1, first, "fake0");
	run_alone(scene, first, (uint64_t[]){third}, 1);
	run_alone(scene, third, NULL, 0);
}

/* One move of three passes, and one off the disk that it goes to. */
static void a_move_keeps_its_turn_from_pass_to_pass(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, NULL);
	uint64_t second = start(scene, 1, "more");

	assert_int_equal(get_move(scene, first)->pass_count, 3);
	run_until(scene, first, PASS_COPYING);
	assert_queued(scene, second, 1, first, "fake0");
	run_alone(scene, first, (uint64_t[]){second}, 1);
	run_alone(scene, second, NULL, 0);
}

static void the_order_is_the_same_after_a_restart(void **state)
{
	static const enum world_end ends[] = {WORLD_DAEMON_KILLED, WORLD_POWER_CUT};

	for (size_t i = 0; i < 2; i++) {
		struct scene *scene = *state;
		uint64_t first = start(scene, 0, "one");
		uint64_t second = start(scene, 0, "two");
		uint64_t third = start(scene, 0, "three");

		run_until(scene, first, PASS_COPYING);
		set_goal(scene, first, GOAL_PAUSE);
		run_until(scene, second, PASS_COPYING);
		restart(scene, ends[i]);
		run_alone(scene, second, (uint64_t[]){first, third}, 2);
		run_until(scene, third, PASS_COPYING);
		set_goal(scene, first, GOAL_RUN);
		assert_queued(scene, first, 1, third, "fake0");
		restart(scene, ends[i]);
		run_alone(scene, third, (uint64_t[]){first}, 1);
		run_alone(scene, first, NULL, 0);
		tear_down(state);
		set_up(state);
	}
}

static void a_limit_lets_the_next_go_on_beside(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t second = start(scene, 0, "two");
	struct refusal refusal;

	run_until(scene, first, PASS_COPYING);
	assert_queued(scene, second, 1, first, "fake0");
	assert_int_equal(mover_set_limit(scene->mover, first, UINT64_C(1) << 20, &refusal), 0);
	assert_queued(scene, second, 0, 0, "");
	run_until(scene, second, PASS_COPYING);
	assert_false(is_over(scene, first));
}

static void one_whose_vg_is_gone_holds_nobody_up(void **state)
{
	struct scene *scene = *state;
	uint64_t first = start(scene, 0, "one");
	uint64_t far;

	run_until(scene, first, PASS_COPYING);
	restart(scene, WORLD_DAEMON_KILLED);
	fake_lvm_set_present(&scene->world.lvm, &scene->world.lvm.vgs[0], false);
	far = start(scene, 3, NULL);
	run_until(scene, far, PASS_DONE);
	assert_true(get_move(scene, first)->waiting);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moves_on_one_disk_go_one_after_the_other),
		TEST(moves_on_different_disks_go_side_by_side),
		TEST(moves_on_a_disk_that_does_not_turn_go_side_by_side),
		TEST(one_that_waits_needs_nothing_and_looks_at_nothing),
		TEST(a_pause_lets_the_next_go_on),
		TEST(nobody_goes_on_beside_one_that_has_yet_to_pause),
		TEST(an_abort_lets_the_next_go_on_at_once),
		TEST(one_that_waits_can_be_paused_and_aborted),
		TEST(a_move_keeps_its_turn_from_pass_to_pass),
		TEST(the_order_is_the_same_after_a_restart),
		TEST(a_limit_lets_the_next_go_on_beside),
		TEST(one_whose_vg_is_gone_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

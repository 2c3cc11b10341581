/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies that stall, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/policy/stall.h"
#include "tests/fake/memory.h"
#include "tests/fake/world.h"

#define STEPS_MAX 20000

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
};

struct scene {
	struct world world;
	struct mover *mover;
	uint64_t id;
	unsigned begun; /* so often anyone could see that it stalls … */
	unsigned ended; /* … and that it does no more */
	bool is_stalled;
};

static void on_change(void *arg, const struct move *move)
{
	struct scene *scene = arg;
	bool is_stalled = move->stalled_since_us != 0;

	scene->begun += is_stalled && !scene->is_stalled;
	scene->ended += !is_stalled && scene->is_stalled;
	scene->is_stalled = is_stalled;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	(void)warnings;
	assert_null(refusal);
	*(uint64_t *)arg = move->id;
}

static const struct move *get_move(const struct scene *scene)
{
	return mover_find_move(scene->mover, scene->id);
}

static bool is_in(const struct scene *scene, enum pass_state state)
{
	return scene->id != 0 && get_move(scene)->passes[0].state == state;
}

static void run_until(struct scene *scene, enum pass_state state)
{
	for (unsigned i = 0; i < STEPS_MAX && !is_in(scene, state); i++)
		world_step(&scene->world);
	assert_true(is_in(scene, state));
}

static void run_for(struct scene *scene, uint64_t us)
{
	uint64_t end_us = scene->world.monotonic_us + us;

	while (scene->world.monotonic_us < end_us)
		assert_true(world_step(&scene->world));
}

/* A move off the first disk that copies. */
static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));
	struct move_request *request = fake_alloc(1, sizeof(*request));

	world_init(&scene->world, disk_pes, vgs, 1);
	assert_int_equal(mover_new(world_ports(), &scene->world, &scene->mover), 0);
	mover_set_watch(scene->mover, on_change, scene);
	scene->world.mover = scene->mover;
	mover_begin(scene->mover);
	request->source.device = fake_strdup(scene->world.disks[0].path);
	request->source.dev = scene->world.disks[0].dev;
	mover_start(scene->mover, request, on_start, &scene->id);
	run_until(scene, PASS_COPYING);
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

static void set_goal(struct scene *scene, enum move_goal goal)
{
	struct refusal refusal;

	assert_int_equal(mover_set_goal(scene->mover, scene->id, goal, &refusal), 0);
}

static void a_copy_that_hangs_is_told_once_and_until_it_goes_on(void **state)
{
	struct scene *scene = *state;
	uint64_t now_us;

	scene->world.dm.copies_hang = true;
	run_for(scene, STALL_PATIENCE_US - 3000000);
	assert_int_equal(scene->begun, 0);
	run_for(scene, 5000000);
	assert_int_equal(scene->begun, 1);
	now_us = world_ports()->now_us(&scene->world);
	assert_in_range(get_move(scene)->stalled_since_us, now_us - STALL_PATIENCE_US - 5000000,
			now_us - STALL_PATIENCE_US + 3000000);
	run_for(scene, 10 * STALL_PATIENCE_US);
	assert_int_equal(scene->begun, 1);
	assert_int_equal(scene->ended, 0);

	scene->world.dm.copies_hang = false;
	for (unsigned i = 0; i < STEPS_MAX && scene->ended == 0; i++)
		world_step(&scene->world);
	assert_true(is_in(scene, PASS_COPYING));
	run_until(scene, PASS_DONE);
	assert_int_equal(scene->begun, 1);
	assert_int_equal(scene->ended, 1);
}

static void a_move_that_is_not_held_up_never_stalls(void **state)
{
	struct scene *scene = *state;

	run_until(scene, PASS_DONE);
	assert_int_equal(scene->begun, 0);
}

static void a_pause_is_no_stall_and_ends_one(void **state)
{
	struct scene *scene = *state;

	scene->world.dm.copies_hang = true;
	run_for(scene, STALL_PATIENCE_US + 3000000);
	assert_int_equal(scene->begun, 1);
	set_goal(scene, GOAL_PAUSE);
	assert_int_equal(scene->ended, 1);
	run_until(scene, PASS_PAUSED);
	run_for(scene, 3 * STALL_PATIENCE_US);
	assert_int_equal(scene->begun, 1);
}

/* The swap of the leg's table waits for what is on its way to a disk that hangs. */
static void a_redraw_that_does_not_end_is_a_stall(void **state)
{
	struct scene *scene = *state;

	scene->world.swaps_hang = true;
	/* Until nothing at all happens any more: nobody looks again and again. */
	for (unsigned i = 0; i < STEPS_MAX && world_step(&scene->world); i++)
		;
	assert_false(world_step(&scene->world));
	assert_int_equal(scene->begun, 1);
	scene->world.swaps_hang = false;
	run_until(scene, PASS_DONE);
	assert_int_equal(scene->ended, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_that_hangs_is_told_once_and_until_it_goes_on),
		TEST(a_move_that_is_not_held_up_never_stalls),
		TEST(a_pause_is_no_stall_and_ends_one),
		TEST(a_redraw_that_does_not_end_is_a_stall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

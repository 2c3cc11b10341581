/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver in the state `verifying`, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/memory.h"
#include "tests/fake/scene.h"

/* More than any of these moves needs. */
#define STEPS_MAX        5000

#define CELLS_PER_EXTENT (FAKE_EXTENT_SECTORS / FAKE_CELL_SECTORS)
#define FIRST_CELL       (FAKE_PE_START / FAKE_CELL_SECTORS)
#define CELL_BYTES       (UINT64_C(512) * FAKE_CELL_SECTORS)

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {8, 8};
/* Three runs, and so three pieces. */
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 2}, {0, 4, 2}, {0, 7, 1}}}}},
};

static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));

	scene_begin(scene, disk_pes, vgs);
	*state = scene;
	return 0;
}

/* Off the first disk, onto the second. */
static void start(struct scene *scene, bool verify)
{
	struct move_request *request = scene_request(scene);

	request->verify = verify;
	scene_start(scene, request);
}

static void run_steps(struct scene *scene, unsigned steps)
{
	while (steps-- > 0)
		world_step(&scene->world);
}

static void run_until_some_is_verified(struct scene *scene)
{
	for (unsigned i = 0; i < STEPS_MAX && scene_pass(scene)->verified_bytes == 0; i++)
		world_step(&scene->world);
	assert_int_not_equal(scene_pass(scene)->verified_bytes, 0);
	assert_int_equal(scene_pass(scene)->state, PASS_VERIFYING);
}

static bool *cells_of_extent(bool *cells, uint64_t pe)
{
	return &cells[FIRST_CELL + pe * CELLS_PER_EXTENT];
}

static void assert_all_verified(const struct scene *scene)
{
	assert_int_equal(move_verified_bytes(scene_move(scene)),
			 move_total_bytes(scene_move(scene)));
	assert_string_equal(scene_pass(scene)->unverified, "");
}

static void what_is_equal_is_committed(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	scene_run_until(scene, PASS_DONE);
	assert_all_verified(scene);
	assert_int_equal(scene_pass(scene)->reason, REASON_NONE);
}

static void nothing_is_compared_where_nobody_asked_for_it(void **state)
{
	struct scene *scene = *state;

	start(scene, false);
	scene_run_until(scene, PASS_DONE);
	for (uint64_t i = 0; i < scene->world.call_count; i++)
		assert_int_not_equal(scene->world.calls[i], WORLD_COMPARE);
	assert_int_equal(move_verified_bytes(scene_move(scene)), 0);
}

static void a_move_that_is_done_says_after_a_restart_that_it_was_verified(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	scene_run_until(scene, PASS_DONE);
	scene_restart(scene);
	assert_all_verified(scene);
}

static void a_restart_begins_anew(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	run_until_some_is_verified(scene);
	scene_restart(scene);
	assert_int_equal(scene_pass(scene)->state, PASS_VERIFYING);
	assert_int_equal(scene_pass(scene)->verified_bytes, 0);
	scene_run_until(scene, PASS_DONE);
	assert_all_verified(scene);
}

/* LVM took the LV off its leg: all is copied again, this time onto cells that corrupt it. */
static void what_was_compared_before_it_was_copied_again_does_not_count(void **state)
{
	struct scene *scene = *state;
	const struct fake_vg *vg = &scene->world.lvm.vgs[0];

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	run_until_some_is_verified(scene);
	assert_int_equal(fake_lvm_refresh(&scene->world.lvm, vg, &vg->lvs[0]), 0);
	for (uint64_t pe = 0; pe < disk_pes[1]; pe++)
		cells_of_extent(scene->world.disks[1].corrupting, pe)[0] = true;
	scene->world.dm.event = true;
	scene_run_until(scene, PASS_FAILED);
	assert_int_equal(scene_pass(scene)->reason, REASON_VERIFY_FAILED);
	for (unsigned le = 0; le < 5; le++) {
		char name[64];

		snprintf(name, sizeof(name), "logical extents %u to %u ", le, le);
		assert_non_null(strstr(scene_pass(scene)->reason_text, name));
	}
}

static void a_pause_keeps_what_was_compared(void **state)
{
	struct scene *scene = *state;
	uint64_t verified_bytes;

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	run_until_some_is_verified(scene);
	scene_set_goal(scene, GOAL_PAUSE);
	assert_int_equal(scene_pass(scene)->state, PASS_PAUSED);
	run_steps(scene, 200);
	verified_bytes = scene_pass(scene)->verified_bytes;
	assert_int_not_equal(verified_bytes, 0);
	run_steps(scene, 200);
	assert_int_equal(scene_pass(scene)->verified_bytes, verified_bytes);
	scene_set_goal(scene, GOAL_RUN);
	for (unsigned i = 0; i < STEPS_MAX && !scene_is_in(scene, PASS_DONE); i++) {
		assert_true(scene_pass(scene)->verified_bytes >= verified_bytes);
		world_step(&scene->world);
	}
	scene_run_until(scene, PASS_DONE);
	assert_all_verified(scene);
}

/* A comparison under way keeps nobody waiting, not even one that never ends. */
static void an_abort_does_not_wait_for_a_comparison(void **state)
{
	struct scene *scene = *state;

	scene->world.compare_hangs = true;
	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	scene_set_goal(scene, GOAL_ABORT);
	scene_run_until(scene, PASS_ABORTED);
	scene->world.compare_hangs = false;
	run_steps(scene, 200);
	assert_int_equal(move_verified_bytes(scene_move(scene)), 0);
}

static void a_destination_that_fails_is_left_while_a_comparison_hangs(void **state)
{
	struct scene *scene = *state;

	scene->world.compare_hangs = true;
	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	for (uint64_t pe = 0; pe < disk_pes[1]; pe++)
		memset(cells_of_extent(scene->world.disks[1].unwritable, pe), true,
		       CELLS_PER_EXTENT);
	scene_run_until(scene, PASS_FAILED);
	assert_int_equal(scene_pass(scene)->reason, REASON_DEST_FAILED);
}

static void a_difference_fails_the_move_and_is_named(void **state)
{
	struct scene *scene = *state;

	/* logical extents 2 and 3 go to extents 2 and 3 */
	cells_of_extent(scene->world.disks[1].corrupting, 3)[1] = true;
	start(scene, true);
	scene_run_until(scene, PASS_FAILED);
	assert_int_equal(scene_pass(scene)->reason, REASON_VERIFY_FAILED);
	assert_non_null(strstr(scene_pass(scene)->reason_text,
			       "vg/data: logical extents 3 to 3 (sectors 7296 to 7423 of "
			       "/dev/fake0, 5248 to 5375 of /dev/fake1)"));
	assert_int_equal(move_verified_bytes(scene_move(scene)), 0);
}

static void what_cannot_be_read_back_fails_the_move_and_is_named(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	cells_of_extent(scene->world.disks[1].unreadable, 0)[0] = true;
	scene_run_until(scene, PASS_FAILED);
	assert_int_equal(scene_pass(scene)->reason, REASON_DEST_FAILED);
	assert_non_null(strstr(scene_pass(scene)->reason_text, "2048 to 2175 of /dev/fake1"));
}

static void what_is_never_at_rest_fails_the_move(void **state)
{
	struct scene *scene = *state;

	scene->world.is_restless = true;
	start(scene, true);
	scene_run_until(scene, PASS_FAILED);
	assert_int_equal(scene_pass(scene)->reason, REASON_VERIFY_FAILED);
	assert_non_null(strstr(scene_pass(scene)->reason_text, "could not be compared"));
}

/* The destination has it, and the source is no place to stay. */
static void what_the_source_does_not_give_is_named_and_the_move_goes_on(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	cells_of_extent(scene->world.disks[0].unreadable, 5)[7] = true;
	scene_run_until(scene, PASS_DONE);
	assert_int_equal(move_total_bytes(scene_move(scene)) -
				 move_verified_bytes(scene_move(scene)),
			 CELL_BYTES);
	assert_non_null(strstr(scene_pass(scene)->unverified, "8064 to 8191 of /dev/fake0"));
	scene_restart(scene);
	assert_non_null(strstr(scene_pass(scene)->unverified, "8064 to 8191 of /dev/fake0"));
}

static void fail_source(struct scene *scene)
{
	for (uint64_t pe = 0; pe < disk_pes[0]; pe++)
		memset(cells_of_extent(scene->world.disks[0].unwritable, pe), true,
		       CELLS_PER_EXTENT);
}

/* Applications' writes wait until the LV is off it. */
static void a_source_that_takes_no_writes_is_left_before_all_is_compared(void **state)
{
	struct scene *scene = *state;

	scene->world.compare_hangs = true;
	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	fail_source(scene);
	scene_run_until(scene, PASS_DONE);
	assert_non_null(strstr(scene_pass(scene)->unverified, "takes no writes any more"));
	assert_int_equal(move_verified_bytes(scene_move(scene)), 0);
}

static void a_source_that_takes_no_writes_is_left_in_spite_of_a_pause(void **state)
{
	struct scene *scene = *state;

	start(scene, true);
	scene_run_until(scene, PASS_VERIFYING);
	scene_set_goal(scene, GOAL_PAUSE);
	scene_run_until(scene, PASS_PAUSED);
	fail_source(scene);
	scene_run_until(scene, PASS_DONE);
	assert_non_null(strstr(scene_pass(scene)->unverified, "takes no writes any more"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, scene_tear_down)

static void the_sectors_of_the_source_that_cannot_be_read_are_named(void **state)
{
	struct scene *scene = *state;
	const struct pass_trouble *trouble;
	bool *cells = cells_of_extent(scene->world.disks[0].unreadable, 5);

	start(scene, false);
	cells[2] = true;
	cells[3] = true;
	for (unsigned i = 0; i < STEPS_MAX && !scene_is_in(scene, PASS_FAILED); i++)
		world_step(&scene->world);
	assert_true(scene_is_in(scene, PASS_FAILED));
	assert_int_equal(scene_pass(scene)->reason, REASON_SOURCE_UNREADABLE);
	trouble = &scene_pass(scene)->trouble;
	assert_int_equal(trouble->side, TROUBLE_SOURCE);
	assert_true(trouble->is_exact);
	assert_int_equal(trouble->first_sector,
			 FAKE_PE_START + 5 * FAKE_EXTENT_SECTORS + 2 * FAKE_CELL_SECTORS);
	assert_int_equal(trouble->sector_count, 2 * FAKE_CELL_SECTORS);
	assert_int_equal(trouble->first_le, 3);
	assert_int_equal(trouble->le_count, 1);
	/* the next daemon knows it too */
	scene_restart(scene);
	assert_true(scene_pass(scene)->trouble.is_exact);
}

static void a_search_without_a_result_ends_the_move_all_the_same(void **state)
{
	struct scene *scene = *state;

	start(scene, false);
	scene_run_until(scene, PASS_COPYING);
	cells_of_extent(scene->world.disks[0].unreadable, 5)[2] = true;
	scene_run_until(scene, PASS_UNDOING);
	/* readable again, as such sectors may be */
	cells_of_extent(scene->world.disks[0].unreadable, 5)[2] = false;
	for (unsigned i = 0; i < STEPS_MAX && !scene_is_in(scene, PASS_FAILED); i++)
		world_step(&scene->world);
	assert_true(scene_is_in(scene, PASS_FAILED));
	assert_int_equal(scene_pass(scene)->trouble.side, TROUBLE_SOURCE);
	assert_false(scene_pass(scene)->trouble.is_exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_equal_is_committed),
		TEST(nothing_is_compared_where_nobody_asked_for_it),
		TEST(a_move_that_is_done_says_after_a_restart_that_it_was_verified),
		TEST(a_restart_begins_anew),
		TEST(what_was_compared_before_it_was_copied_again_does_not_count),
		TEST(a_pause_keeps_what_was_compared),
		TEST(an_abort_does_not_wait_for_a_comparison),
		TEST(a_destination_that_fails_is_left_while_a_comparison_hangs),
		TEST(a_difference_fails_the_move_and_is_named),
		TEST(what_cannot_be_read_back_fails_the_move_and_is_named),
		TEST(what_is_never_at_rest_fails_the_move),
		TEST(what_the_source_does_not_give_is_named_and_the_move_goes_on),
		TEST(a_source_that_takes_no_writes_is_left_before_all_is_compared),
		TEST(a_source_that_takes_no_writes_is_left_in_spite_of_a_pause),
		TEST(the_sectors_of_the_source_that_cannot_be_read_are_named),
		TEST(a_search_without_a_result_ends_the_move_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

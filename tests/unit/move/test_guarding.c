/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy that gives way to the I/O of its LV, in a fake world. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/move/effects.h"
#include "daemon/plan/shape.h"
#include "tests/fake/memory.h"
#include "tests/fake/scene.h"

#define SEC_US    UINT64_C(1000000)
#define STEPS_MAX 20000
#define BOUND_US  UINT64_C(20000)

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {400, 400};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 390}}}}},
};

/* Copying takes as long as a test wants: the disks below hang until it lets go. */
static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));

	scene_begin(scene, disk_pes, vgs);
	scene->world.dm.copies_hang = true;
	scene->world.latency.ios = 1000;
	*state = scene;
	return 0;
}

static void start(struct scene *scene, uint64_t max_latency_us)
{
	struct move_request *request = scene_request(scene);

	request->has_max_latency = true;
	request->max_latency_us = max_latency_us;
	scene_start(scene, request);
	scene_run_until(scene, PASS_COPYING);
}

/* Mirrors that have something to copy just now. */
static unsigned count_copying(const struct scene *scene)
{
	const struct fake_device *leg;
	char uuid[DM_ID_MAX];
	unsigned count = 0;

	effect_leg_uuid(scene_pass(scene), scene_pass(scene)->leg_number, uuid);
	leg = fake_dm_find(&scene->world.dm, uuid);
	assert_non_null(leg);
	for (size_t i = 0; i < leg->live.table.count; i++)
		count += leg->live.table.targets[i].type == DM_MIRROR &&
			 !leg->live.table.targets[i].nosync;
	return count;
}

static void set_bound(struct scene *scene, uint64_t max_latency_us)
{
	struct refusal refusal;

	assert_int_equal(mover_set_max_latency(scene->mover, scene->id, max_latency_us, &refusal),
			 0);
}

static void without_a_bound_nothing_is_counted_or_narrowed(void **state)
{
	struct scene *scene = *state;

	start(scene, 0);
	scene_run_for(scene, 5 * SEC_US);
	assert_true(count_copying(scene) > 4);
	assert_int_equal(scene->world.latency.bound_us, 0);
	assert_false(scene_move(scene)->latency.is_known);
}

static void a_copy_begins_narrow_and_widens_while_io_is_fast(void **state)
{
	struct scene *scene = *state;

	start(scene, BOUND_US);
	scene_run_for(scene, SEC_US / 2);
	assert_int_equal(count_copying(scene), 1);
	assert_int_equal(scene->world.latency.bound_us, BOUND_US);
	scene_run_for(scene, 10 * SEC_US);
	assert_int_equal(count_copying(scene), 8);
	assert_true(scene_move(scene)->latency.is_known);
	assert_int_equal(scene_move(scene)->latency.narrowed, 0);
	assert_int_equal(scene_move(scene)->latency.slow_ios, 0);
}

static void slow_io_makes_it_stand_aside_until_it_is_fast_again(void **state)
{
	struct scene *scene = *state;

	start(scene, BOUND_US);
	scene_run_for(scene, 10 * SEC_US);
	scene->world.latency.slow_ios = 500;
	scene_run_for(scene, 7 * SEC_US);
	assert_true(scene->world.dm.held);
	assert_int_equal(count_copying(scene), 1);
	assert_true(scene_move(scene)->latency.is_aside);
	assert_true(scene_is_in(scene, PASS_COPYING));

	scene->world.latency.slow_ios = 0;
	scene_run_for(scene, 120 * SEC_US);
	assert_false(scene->world.dm.held);
	assert_int_equal(count_copying(scene), 8);
	scene->world.dm.copies_hang = false;
	scene_run_until(scene, PASS_DONE);
}

static void where_the_kernel_cannot_be_held_back_its_mirrors_are_taken_away(void **state)
{
	struct scene *scene = *state;

	start(scene, BOUND_US);
	scene->world.dm.hold_error = -EROFS;
	scene->world.latency.slow_ios = 500;
	scene_run_for(scene, 5 * SEC_US);
	assert_true(scene_move(scene)->latency.is_aside);
	assert_int_equal(count_copying(scene), 0);
	scene->world.latency.slow_ios = 0;
	scene_run_for(scene, 20 * SEC_US);
	assert_true(count_copying(scene) > 0);
}

static void a_bound_that_nothing_keeps_slows_the_move_and_does_not_stop_it(void **state)
{
	struct scene *scene = *state;

	scene->world.latency.slow_ios = 1000;
	scene->world.dm.copies_hang = false;
	start(scene, BOUND_US);
	scene_run_until(scene, PASS_DONE);
}

static void counting_ends_with_the_copying(void **state)
{
	struct scene *scene = *state;

	start(scene, BOUND_US);
	scene_run_for(scene, 3 * SEC_US);
	assert_int_equal(scene->world.latency.bound_us, BOUND_US);
	scene->world.dm.copies_hang = false;
	scene_run_until(scene, PASS_DONE);
	for (unsigned i = 0; i < STEPS_MAX && world_step(&scene->world); i++)
		;
	assert_int_equal(scene->world.latency.bound_us, 0);
	assert_false(scene_move(scene)->latency.is_known);
}

static void nothing_is_counted_in_a_pause(void **state)
{
	struct scene *scene = *state;

	start(scene, BOUND_US);
	scene_run_for(scene, 3 * SEC_US);
	scene_set_goal(scene, GOAL_PAUSE);
	scene_run_until(scene, PASS_PAUSED);
	scene_run_for(scene, 3 * SEC_US);
	assert_int_equal(scene->world.latency.bound_us, 0);
	scene_set_goal(scene, GOAL_RUN);
	scene_run_until(scene, PASS_COPYING);
	scene_run_for(scene, SEC_US);
	assert_int_equal(scene->world.latency.bound_us, BOUND_US);
}

static void a_bound_can_be_set_and_taken_off_in_mid_copy(void **state)
{
	struct scene *scene = *state;

	start(scene, 0);
	scene_run_for(scene, SEC_US);
	assert_int_equal(count_copying(scene), 8);
	set_bound(scene, BOUND_US);
	scene_run_for(scene, SEC_US / 2);
	assert_int_equal(count_copying(scene), 1);
	set_bound(scene, 2 * BOUND_US);
	scene_run_for(scene, SEC_US);
	assert_int_equal(scene->world.latency.bound_us, 2 * BOUND_US);
	set_bound(scene, 0);
	scene_run_for(scene, SEC_US);
	assert_int_equal(count_copying(scene), 8);
	assert_int_equal(scene->world.latency.bound_us, 0);
}

static void set_defaults(struct scene *scene)
{
	struct mover_settings settings = mover_settings_default();

	settings.max_latency_us = BOUND_US;
	settings.limit_bytes_s = UINT64_C(1) << 20;
	mover_set_settings(scene->mover, &settings);
}

static void what_a_request_does_not_say_is_the_configurations(void **state)
{
	struct scene *scene = *state;

	set_defaults(scene);
	scene_start(scene, scene_request(scene));
	scene_run_until(scene, PASS_COPYING);
	assert_int_equal(scene_move(scene)->max_latency_us, BOUND_US);
	assert_int_equal(scene_move(scene)->limit_bytes_s, 1 << 20);
}

static void a_request_for_none_outranks_the_configuration(void **state)
{
	struct scene *scene = *state;

	set_defaults(scene);
	start(scene, 0);
	assert_int_equal(scene_move(scene)->max_latency_us, 0);
}

static void a_kernel_that_cannot_count_leaves_the_copy_narrow(void **state)
{
	struct scene *scene = *state;

	scene->world.latency.error = -EOPNOTSUPP;
	start(scene, BOUND_US);
	scene_run_for(scene, 30 * SEC_US);
	assert_int_equal(count_copying(scene), 1);
	assert_false(scene_move(scene)->latency.is_known);
	scene->world.latency.error = 0;
	scene_run_for(scene, 30 * SEC_US);
	assert_int_equal(count_copying(scene), 8);
}

/* ---- without a bound, on disks that turn --------------------------------- */

static uint32_t copied_region_sectors(const struct scene *scene)
{
	const struct fake_device *leg;
	char uuid[DM_ID_MAX];

	effect_leg_uuid(scene_pass(scene), scene_pass(scene)->leg_number, uuid);
	leg = fake_dm_find(&scene->world.dm, uuid);
	assert_non_null(leg);
	for (size_t i = 0; i < leg->live.table.count; i++)
		if (leg->live.table.targets[i].type == DM_MIRROR &&
		    !leg->live.table.targets[i].nosync)
			return leg->live.table.targets[i].region_sectors;
	return 0;
}

static const struct copy_shape *turning = &copy_tuning_default.turning;

/* So long, a region at a time, one each so often. */
static void copy_for(struct scene *scene, uint64_t us, uint64_t region_us)
{
	for (uint64_t end_us = scene->world.monotonic_us + us;
	     scene->world.monotonic_us < end_us;) {
		scene->world.dm.copies_hang = false;
		scene_run_for(scene, 1);
		scene->world.dm.copies_hang = true;
		scene_run_for(scene, region_us);
	}
}

static void start_turning(struct scene *scene)
{
	scene->world.disks[0].rotational = true;
	start(scene, 0);
	scene_run_for(scene, SEC_US / 4);
}

/* Where nobody disturbs it, a copy fast enough for large regions. */
static void start_alone(struct scene *scene)
{
	start_turning(scene);
	copy_for(scene, 4 * SEC_US, SEC_US / 4);
	assert_int_equal(copied_region_sectors(scene), turning->region_sectors);
}

static void disks_that_nobody_else_uses_are_copied_in_large_regions(void **state)
{
	struct scene *scene = *state;

	start_turning(scene);
	assert_int_equal(copied_region_sectors(scene), turning->contended_region_sectors);
	copy_for(scene, 4 * SEC_US, SEC_US / 4);
	assert_int_equal(copied_region_sectors(scene), turning->region_sectors);
	assert_int_equal(scene->world.latency.bound_us, 0);
}

static void no_region_takes_long_on_a_slow_disk(void **state)
{
	struct scene *scene = *state;

	start_turning(scene);
	copy_for(scene, 30 * SEC_US, 5 * SEC_US);
	assert_int_equal(copied_region_sectors(scene), turning->contended_region_sectors);
}

static void regions_become_small_again_on_a_disk_that_becomes_very_slow(void **state)
{
	struct scene *scene = *state;

	start_alone(scene);
	copy_for(scene, 300 * SEC_US, 30 * SEC_US);
	assert_true(copied_region_sectors(scene) < turning->region_sectors);
}

static void any_io_of_others_makes_the_regions_small_again(void **state)
{
	struct scene *scene = *state;

	start_alone(scene);
	scene->world.app_io_count++;
	scene_run_for(scene, SEC_US);
	assert_int_equal(copied_region_sectors(scene), turning->contended_region_sectors);
	scene_run_for(scene, 5 * SEC_US);
	assert_int_equal(copied_region_sectors(scene), turning->region_sectors);
}

static void what_an_earlier_daemon_drew_is_drawn_anew(void **state)
{
	struct scene *scene = *state;

	start_alone(scene);
	scene_restart(scene);
	scene_run_for(scene, SEC_US / 2);
	assert_int_equal(copied_region_sectors(scene), turning->contended_region_sectors);
}

static void a_bound_given_in_mid_copy_outranks_the_use_of_the_disks(void **state)
{
	struct scene *scene = *state;

	start_alone(scene);
	set_bound(scene, BOUND_US);
	scene_run_for(scene, SEC_US / 4);
	assert_int_equal(copied_region_sectors(scene), 128);
	set_bound(scene, 0);
	scene_run_for(scene, SEC_US / 4);
	assert_int_equal(copied_region_sectors(scene), turning->contended_region_sectors);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_bound_nothing_is_counted_or_narrowed),
		TEST(a_copy_begins_narrow_and_widens_while_io_is_fast),
		TEST(slow_io_makes_it_stand_aside_until_it_is_fast_again),
		TEST(where_the_kernel_cannot_be_held_back_its_mirrors_are_taken_away),
		TEST(a_bound_that_nothing_keeps_slows_the_move_and_does_not_stop_it),
		TEST(counting_ends_with_the_copying),
		TEST(nothing_is_counted_in_a_pause),
		TEST(a_bound_can_be_set_and_taken_off_in_mid_copy),
		TEST(what_a_request_does_not_say_is_the_configurations),
		TEST(a_request_for_none_outranks_the_configuration),
		TEST(a_kernel_that_cannot_count_leaves_the_copy_narrow),
		TEST(disks_that_nobody_else_uses_are_copied_in_large_regions),
		TEST(no_region_takes_long_on_a_slow_disk),
		TEST(regions_become_small_again_on_a_disk_that_becomes_very_slow),
		TEST(any_io_of_others_makes_the_regions_small_again),
		TEST(what_an_earlier_daemon_drew_is_drawn_anew),
		TEST(a_bound_given_in_mid_copy_outranks_the_use_of_the_disks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
#include "tests/fake/scene.h"

#define STEPS_MAX 20000

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
};

struct watched {
	struct scene scene;
	unsigned begun; /* so often anyone could see that it stalls … */
	unsigned ended; /* … and that it does no more */
	bool is_stalled;
};

static void on_change(void *arg, const struct move *move)
{
	struct watched *watched = arg;
	bool is_stalled = move->stalled_since_us != 0;

	watched->begun += is_stalled && !watched->is_stalled;
	watched->ended += !is_stalled && watched->is_stalled;
	watched->is_stalled = is_stalled;
}

/* A move off the first disk that copies. */
static int set_up(void **state)
{
	struct watched *watched = fake_alloc(1, sizeof(*watched));

	scene_begin(&watched->scene, disk_pes, vgs);
	mover_set_watch(watched->scene.mover, on_change, watched);
	scene_start(&watched->scene, scene_request(&watched->scene));
	scene_run_until(&watched->scene, PASS_COPYING);
	*state = watched;
	return 0;
}

static int tear_down(void **state)
{
	struct watched *watched = *state;

	scene_end(&watched->scene);
	free(watched);
	return 0;
}

static void a_copy_that_hangs_is_told_once_and_until_it_goes_on(void **state)
{
	struct watched *watched = *state;
	struct scene *scene = &watched->scene;
	uint64_t now_us;

	scene->world.dm.copies_hang = true;
	scene_run_for(scene, STALL_PATIENCE_US - 3000000);
	assert_int_equal(watched->begun, 0);
	scene_run_for(scene, 5000000);
	assert_int_equal(watched->begun, 1);
	now_us = world_ports()->now_us(&scene->world);
	assert_in_range(scene_move(scene)->stalled_since_us, now_us - STALL_PATIENCE_US - 5000000,
			now_us - STALL_PATIENCE_US + 3000000);
	scene_run_for(scene, 10 * STALL_PATIENCE_US);
	assert_int_equal(watched->begun, 1);
	assert_int_equal(watched->ended, 0);

	scene->world.dm.copies_hang = false;
	for (unsigned i = 0; i < STEPS_MAX && watched->ended == 0; i++)
		world_step(&scene->world);
	assert_true(scene_is_in(scene, PASS_COPYING));
	scene_run_until(scene, PASS_DONE);
	assert_int_equal(watched->begun, 1);
	assert_int_equal(watched->ended, 1);
}

static void a_move_that_is_not_held_up_never_stalls(void **state)
{
	struct watched *watched = *state;
	struct scene *scene = &watched->scene;

	scene_run_until(scene, PASS_DONE);
	assert_int_equal(watched->begun, 0);
}

static void a_pause_is_no_stall_and_ends_one(void **state)
{
	struct watched *watched = *state;
	struct scene *scene = &watched->scene;

	scene->world.dm.copies_hang = true;
	scene_run_for(scene, STALL_PATIENCE_US + 3000000);
	assert_int_equal(watched->begun, 1);
	scene_set_goal(scene, GOAL_PAUSE);
	assert_int_equal(watched->ended, 1);
	scene_run_until(scene, PASS_PAUSED);
	scene_run_for(scene, 3 * STALL_PATIENCE_US);
	assert_int_equal(watched->begun, 1);
}

/* The swap of the leg's table waits for what is on its way to a disk that hangs. */
static void a_redraw_that_does_not_end_is_a_stall(void **state)
{
	struct watched *watched = *state;
	struct scene *scene = &watched->scene;

	scene->world.swaps_hang = true;
	/* Until nothing at all happens any more: nobody looks again and again. */
	for (unsigned i = 0; i < STEPS_MAX && world_step(&scene->world); i++)
		;
	assert_false(world_step(&scene->world));
	assert_int_equal(watched->begun, 1);
	scene->world.swaps_hang = false;
	scene_run_until(scene, PASS_DONE);
	assert_int_equal(watched->ended, 1);
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

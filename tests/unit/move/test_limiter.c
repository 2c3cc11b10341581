/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits that change while a move copies, in a fake world. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/move/effects.h"
#include "daemon/move/mover_internal.h"
#include "tests/fake/memory.h"
#include "tests/fake/scene.h"

#define STEPS_MAX 200000
#define KIB       (UINT64_C(1) << 10)
#define RATE      (512 * KIB)

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
};

static struct drive *get_drive(const struct scene *scene)
{
	return mover_find_drive(scene->mover, scene->id);
}

/* What the kernel has copied, which the mover may not have seen yet. */
static uint64_t copied_bytes(const struct scene *scene)
{
	const struct drive *drive = scene->id ? get_drive(scene) : NULL;
	struct leg_glance glance = {0};
	struct dm_device leg = {0};
	char uuid[DM_ID_MAX];

	if (!drive || move_is_terminal(drive->move))
		return 0;
	effect_leg_uuid(move_current_pass(drive->move), move_current_pass(drive->move)->leg_number,
			uuid);
	if (scene->mover->ports->observe(scene->mover->ctx, uuid, &leg) == 0 && leg.present)
		glance = leg_glance_at(&leg.table, leg.mirrors);
	dm_device_deinit(&leg);
	return glance.copied_sectors * 512;
}

/* Runs until so much more is copied. */
static void run_to(struct scene *scene, uint64_t bytes)
{
	bytes += copied_bytes(scene);
	for (unsigned i = 0; i < STEPS_MAX && copied_bytes(scene) < bytes; i++)
		assert_true(world_step(&scene->world));
	assert_true(copied_bytes(scene) >= bytes);
}

/* A move off the first disk that copies, slowly. */
static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));
	struct move_request *request;

	scene_begin(scene, disk_pes, vgs);
	request = scene_request(scene);
	request->has_limit = true;
	request->limit_bytes_s = RATE;
	scene_start(scene, request);
	run_to(scene, 1);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	scene_end(*state);
	free(*state);
	return 0;
}

static uint64_t debt_us_after_a_look(struct scene *scene, const struct throttle *throttle)
{
	limiter_look(scene->mover);
	return throttle_wait_us(throttle);
}

static void what_was_copied_without_a_limit_is_not_charged_to_a_new_one(void **state)
{
	struct scene *scene = *state;
	struct refusal refusal;

	assert_int_equal(mover_set_limit(scene->mover, scene->id, 0, &refusal), 0);
	run_to(scene, 20 * RATE);
	assert_int_equal(mover_set_limit(scene->mover, scene->id, RATE, &refusal), 0);
	assert_int_equal(move_current_pass(get_drive(scene)->move)->state, PASS_COPYING);
	assert_true(debt_us_after_a_look(scene, &get_drive(scene)->throttle) < 1000000);
}

static void nor_to_that_of_the_host(void **state)
{
	struct scene *scene = *state;
	struct refusal refusal;

	assert_int_equal(mover_set_limit(scene->mover, scene->id, 0, &refusal), 0);
	run_to(scene, 20 * RATE);
	assert_int_equal(mover_set_host_limit(scene->mover, RATE, &refusal), 0);
	assert_int_equal(move_current_pass(get_drive(scene)->move)->state, PASS_COPYING);
	assert_true(debt_us_after_a_look(scene, &scene->mover->limiter.host) < 1000000);
}

static void a_look_that_fails_does_not_let_go_of_the_kernel(void **state)
{
	struct scene *scene = *state;
	struct refusal refusal;

	assert_int_equal(mover_set_limit(scene->mover, scene->id, 0, &refusal), 0);
	run_to(scene, RATE);
	assert_int_equal(mover_set_limit(scene->mover, scene->id, RATE, &refusal), 0);
	for (unsigned i = 0; i < STEPS_MAX && !scene->world.dm.held; i++)
		assert_true(world_step(&scene->world));
	assert_true(scene->world.dm.held);
	scene->world.trap = (struct world_trap){
		.at = scene->world.call_count + 1, .kind = TRAP_FAIL, .code = -EIO, .times = 1};
	limiter_look_now(scene->mover);
	assert_int_equal(scene->world.trap_failures, 1);
	assert_true(scene->world.dm.held);
}

/* Share of the steps of so much time in which nothing that happens to devices wakes the daemon. */
static unsigned percent_deaf(struct scene *scene, uint64_t us)
{
	uint64_t end_us = scene->world.monotonic_us + us;
	unsigned steps = 0, deaf = 0;

	while (scene->world.monotonic_us < end_us) {
		assert_true(world_step(&scene->world));
		steps++;
		deaf += scene->world.is_deaf;
	}
	return deaf * 100 / steps;
}

static void nobody_listens_while_windows_are_copied(void **state)
{
	assert_in_range(percent_deaf(*state, 10000000), 90, 100);
}

static void without_a_limit_all_is_heard_at_once(void **state)
{
	struct scene *scene = *state;
	struct refusal refusal;

	percent_deaf(scene, 3000000);
	assert_int_equal(mover_set_limit(scene->mover, scene->id, 0, &refusal), 0);
	assert_int_equal(percent_deaf(scene, 3000000), 0);
}

static void a_disk_that_fails_within_a_window_is_seen_when_the_next_is_due(void **state)
{
	struct scene *scene = *state;

	uint64_t failed_us;

	while (!scene->world.is_deaf)
		assert_true(world_step(&scene->world));
	memset(scene->world.disks[1].unwritable, true, scene->world.disks[1].cell_count);
	failed_us = scene->world.monotonic_us;
	scene_run_until(scene, PASS_UNDOING);
	assert_int_equal(scene_pass(scene)->reason, REASON_DEST_FAILED);
	assert_in_range(scene->world.monotonic_us - failed_us, 0, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_copied_without_a_limit_is_not_charged_to_a_new_one, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(nor_to_that_of_the_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_look_that_fails_does_not_let_go_of_the_kernel,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_listens_while_windows_are_copied, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_a_limit_all_is_heard_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_disk_that_fails_within_a_window_is_seen_when_the_next_is_due, set_up,
			tear_down),
	};

	return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}

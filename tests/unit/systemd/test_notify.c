/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/notify.h"
#include "tests/fake/memory.h"
#include "tests/fake/scene.h"

/* What systemd was told last. */
static char told[256];

int __wrap_sd_notify(int unset, const char *state);
int __wrap_sd_notify(int unset, const char *state)
{
	(void)unset;
	strncpy(told, state, sizeof(told) - 1);
	return 1;
}

static void the_status_tells_moves_and_bytes(void **state)
{
	struct mover_sum sum = {.unfinished = 3,
				.count = {[MOVE_RUNNING] = 2, [MOVE_HELD] = 1},
				.total_bytes = UINT64_C(4) << 30,
				.copied_bytes = UINT64_C(3) << 29};
	char text[NOTIFY_STATUS_SIZE];

	(void)state;
	notify_format_status(&sum, text);
	assert_string_equal(text, "3 moves (2 running, 1 held), 1.50 GiB of 4.00 GiB copied");
	sum = (struct mover_sum){.unfinished = 1, .count = {[MOVE_QUEUED] = 1}};
	notify_format_status(&sum, text);
	assert_string_equal(text, "1 move (1 queued), 0 B of 0 B copied");
	sum = (struct mover_sum){0};
	notify_format_status(&sum, text);
	assert_string_equal(text, "No moves under way");
}

static void no_number_is_too_long_for_the_status(void **state)
{
	struct mover_sum sum = {
		.unfinished = UINT64_MAX, .total_bytes = UINT64_MAX, .copied_bytes = UINT64_MAX};
	char text[NOTIFY_STATUS_SIZE];

	(void)state;
	for (int i = 0; i < MOVE_STATE_COUNT; i++)
		sum.count[i] = UINT64_MAX;
	notify_format_status(&sum, text);
	assert_true(strlen(text) < sizeof(text));
}

/* systemd has set the interval for us; only a loop that goes round says that it is alive. */
static void the_watchdog_is_told_by_the_loop_alone(void **state)
{
	struct event_base *base = event_base_new();
	struct notify notify = {0};

	(void)state;
	setenv("WATCHDOG_USEC", "2000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_init(&notify, base), 0);
	assert_string_equal(told, "");
	while (strcmp(told, "WATCHDOG=1") != 0)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	notify_deinit(&notify);
	event_base_free(base);
	libevent_global_shutdown();
}

static int count_timers(struct event_base *base)
{
	return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
}

/* The time to look at the line has come. */
static void look(struct notify *notify, struct event_base *base)
{
	event_active(notify->status, EV_TIMEOUT, 0);
	assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

static void nobody_wakes_for_the_status_but_while_a_move_runs(void **state)
{
	static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
	static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
		{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
	};
	struct scene *scene = fake_alloc(1, sizeof(*scene));
	struct event_base *base = event_base_new();
	struct notify notify = {0};

	(void)state;
	scene_begin(scene, disk_pes, vgs);
	assert_int_equal(notify_ready(&notify, base, scene->mover), 0);
	assert_int_equal(count_timers(base), 0);
	scene_start(scene, scene_request(scene));
	scene_run_until(scene, PASS_COPYING);
	notify_change(&notify);
	assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
	assert_int_equal(count_timers(base), 1);
	look(&notify, base);
	assert_int_equal(count_timers(base), 1);
	scene_set_goal(scene, GOAL_PAUSE);
	look(&notify, base);
	assert_int_equal(count_timers(base), 0);
	scene_set_goal(scene, GOAL_RUN);
	notify_change(&notify);
	assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
	assert_int_equal(count_timers(base), 1);
	/* The end is recorded before the move says so, and told at once all the same. */
	notify_change(&notify);
	scene_run_until(scene, PASS_DONE);
	assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
	assert_int_equal(count_timers(base), 0);
	assert_string_equal(notify.said, "No moves under way");
	notify_deinit(&notify);
	event_base_free(base);
	libevent_global_shutdown();
	scene_end(scene);
	free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_tells_moves_and_bytes),
		cmocka_unit_test(no_number_is_too_long_for_the_status),
		cmocka_unit_test(the_watchdog_is_told_by_the_loop_alone),
		cmocka_unit_test(nobody_wakes_for_the_status_but_while_a_move_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

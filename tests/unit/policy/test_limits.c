/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/policy/limit_model.h"

#define MB UINT64_C(1000000)
/* What a run takes to find out how long tables take. */
#define SETTLED_TENTHS 40
#define NO_OTHER       UINT64_MAX

#define SEEDS          5

/*
 * Machines, and how many per cent one move may be off: 5 are asked for. What is above that is what
 * slow tables, and a daemon that is late, cost in evenness.
 */
static const struct machine {
	struct model model;
	unsigned percent;
} machines[] = {
	{{.disk_bytes_s = 200 * MB,
	  .region_bytes_max = 512 * KIB,
	  .swap_min_us = 10 * MS_US,
	  .swap_max_us = 30 * MS_US,
	  .late_max_us = 5 * MS_US},
	 5},
	{{.disk_bytes_s = 2000 * MB,
	  .region_bytes_max = 512 * KIB,
	  .swap_min_us = 10 * MS_US,
	  .swap_max_us = 50 * MS_US,
	  .late_max_us = 20 * MS_US},
	 5},
	{{.disk_bytes_s = 200 * MB,
	  .region_bytes_max = 8 * MIB,
	  .swap_min_us = 10 * MS_US,
	  .swap_max_us = 50 * MS_US,
	  .late_max_us = 20 * MS_US},
	 5},
	{{.disk_bytes_s = 200 * MB,
	  .region_bytes_max = 8 * MIB,
	  .swap_min_us = 50 * MS_US,
	  .swap_max_us = 150 * MS_US,
	  .late_max_us = 50 * MS_US},
	 7},
	{{.disk_bytes_s = 10 * MB,
	  .region_bytes_max = 512 * KIB,
	  .swap_min_us = 50 * MS_US,
	  .swap_max_us = 150 * MS_US,
	  .late_max_us = 50 * MS_US},
	 7},
	{{.disk_bytes_s = 10 * MB,
	  .region_bytes_max = 512 * KIB,
	  .swap_min_us = 100 * MS_US,
	  .swap_max_us = 300 * MS_US,
	  .late_max_us = 100 * MS_US},
	 14},
};

#define MACHINE_COUNT (sizeof(machines) / sizeof(machines[0]))
#define RUN_COUNT     (SEEDS * MACHINE_COUNT)

static struct model machine_model(size_t run)
{
	struct model model = machines[run % MACHINE_COUNT].model;

	model.random = 1 + run / MACHINE_COUNT;
	return model;
}

static unsigned machine_percent(size_t run)
{
	return machines[run % MACHINE_COUNT].percent;
}

static void assert_between(const struct model *model, size_t move, size_t since,
			   uint64_t rate_bytes_s, unsigned low_percent, unsigned high_percent)
{
	uint64_t least, most;

	model_extremes(model, move, since, &least, &most);
	if (least < rate_bytes_s / 10 * low_percent || most > rate_bytes_s / 10 * high_percent)
		fail_msg("%.1f to %.1f %% of %.2f MB/s, disk %.0f MB/s",
			 10.0 * (double)least / (double)rate_bytes_s,
			 10.0 * (double)most / (double)rate_bytes_s, (double)rate_bytes_s / 1e6,
			 (double)model->disk_bytes_s / 1e6);
}

static void assert_holds(const struct model *model, size_t move, size_t since,
			 uint64_t rate_bytes_s, unsigned percent)
{
	assert_between(model, move, since, rate_bytes_s, 100 - percent, 100 + percent);
}

static void one_move_holds_its_limit_over_any_ten_seconds(void **state)
{
	static const unsigned percents[] = {5, 10, 25, 50, 75, 90};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++)
		for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
			struct model model = machine_model(m);
			uint64_t rate = model.disk_bytes_s * percents[i] / 100;

			model_begin(&model, rate, NO_OTHER);
			model_run(&model, 60 * SEC_US);
			assert_holds(&model, 0, SETTLED_TENTHS, rate, machine_percent(m));
			assert_in_range(model.moves[0].copied_bytes, rate * 60 / 100 * 95,
					rate * 60 / 100 * 105);
		}
}

/* For a window: all of it is copied, the next one is due, and drawn. */
static void the_daemon_wakes_for_windows_only(void **state)
{
	static const unsigned percents[] = {1, 5, 10, 25, 50, 75, 90};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++)
		for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
			struct model model = machine_model(m);

			model_begin(&model, model.disk_bytes_s * percents[i] / 100, NO_OTHER);
			model_run(&model, 60 * SEC_US);
			if (model.wakeups > 60 * 10)
				fail_msg("%.1f times a second at %u %% of %.0f MB/s",
					 (double)model.wakeups / 60, percents[i],
					 (double)model.disk_bytes_s / 1e6);
			assert_false(model.was_ever_held);
		}
}

static void a_mebibyte_a_second_holds_on_fast_disks(void **state)
{
	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++) {
		struct model model = machine_model(m);

		model_begin(&model, MIB, NO_OTHER);
		model_run(&model, 60 * SEC_US);
		assert_holds(&model, 0, SETTLED_TENTHS, MIB, machine_percent(m));
	}
}

static void two_moves_each_hold_a_limit_of_their_own(void **state)
{
	static const unsigned percents[][2] = {{10, 35}, {5, 60}, {2, 50}, {30, 30}, {1, 5}};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++)
		for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
			struct model model = machine_model(m);
			uint64_t one = model.disk_bytes_s * percents[i][0] / 100;
			uint64_t other = model.disk_bytes_s * percents[i][1] / 100;

			model_begin(&model, one, other);
			model_run(&model, 60 * SEC_US);
			if (one >= 500 * KIB) /* regions are not smaller than 64 KiB */
				assert_holds(&model, 0, SETTLED_TENTHS, one,
					     machine_percent(m) < 10 ? 10 : machine_percent(m));
			assert_holds(&model, 1, SETTLED_TENTHS, other,
				     machine_percent(m) < 10 ? 10 : machine_percent(m));
		}
}

static void moves_without_limits_together_hold_that_of_the_host(void **state)
{
	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++) {
		struct model model = machine_model(m);
		uint64_t rate = model.disk_bytes_s / 4;

		model_begin(&model, 0, 0);
		throttle_set(&model.host, rate, model.now_us);
		model_run(&model, 60 * SEC_US);
		for (size_t i = 0; i < model.tenth_count; i++)
			model.moves[0].tenths[i] += model.moves[1].tenths[i];
		assert_holds(&model, 0, SETTLED_TENTHS, rate, machine_percent(m));
	}
}

static void a_move_without_a_limit_is_not_slowed_by_one_that_has_one(void **state)
{
	struct model model = machine_model(0);

	(void)state;
	model_begin(&model, 20 * MB, 0);
	model_run(&model, 30 * SEC_US);
	assert_holds(&model, 0, SETTLED_TENTHS, 20 * MB, 10);
	assert_true(model.moves[1].copied_bytes > 30 * 175 * MB);
	assert_false(model.was_ever_held);
}

static void a_limit_holds_where_the_kernel_cannot_be_held_back(void **state)
{
	struct model model = machine_model(2);

	(void)state;
	model.cannot_hold = true;
	model_begin(&model, 30 * MB, NO_OTHER);
	model_run(&model, 60 * SEC_US);
	assert_holds(&model, 0, SETTLED_TENTHS, 30 * MB, 5);
}

static void a_stall_is_not_made_up_for_in_a_rush(void **state)
{
	static const uint64_t stalls_us[] = {SEC_US / 2, 2 * SEC_US, 3 * SEC_US, 30 * SEC_US};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++)
		for (size_t i = 0; i < sizeof(stalls_us) / sizeof(stalls_us[0]); i++) {
			struct model model = machine_model(m);
			uint64_t disk = model.disk_bytes_s;

			model_begin(&model, disk / 4, NO_OTHER);
			model_run(&model, 15 * SEC_US);
			model.disk_bytes_s = 0;
			model_run(&model, stalls_us[i]);
			model.disk_bytes_s = disk;
			model_run(&model, 30 * SEC_US);
			assert_between(&model, 0, SETTLED_TENTHS, disk / 4, 0, 108);
			assert_holds(&model, 0, 190 + stalls_us[i] / MS_US / 100, disk / 4,
				     machine_percent(m));
		}
}

/* As beside others: at times the disk does no more than the limit, at times it is free again. */
static void a_disk_that_is_slow_at_times_is_not_made_up_for_in_a_rush(void **state)
{
	static const unsigned slow_percents[] = {70, 90, 110, 130};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++)
		for (size_t i = 0; i < sizeof(slow_percents) / sizeof(slow_percents[0]); i++) {
			struct model model = machine_model(m);
			uint64_t disk = model.disk_bytes_s;

			model_begin(&model, disk / 10, NO_OTHER);
			for (unsigned k = 0; k < 20; k++) {
				model.disk_bytes_s =
					k % 2 == 0 ? disk / 10 * slow_percents[i] / 100 : disk;
				model_run(&model, (k % 5 + 2) * SEC_US);
			}
			assert_between(&model, 0, SETTLED_TENTHS, disk / 10, 0,
				       machine_percent(m) == 5 ? 112 : 120);
		}
}

static void a_pause_is_not_made_up_for_in_a_rush(void **state)
{
	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++) {
		struct model model = machine_model(m);
		uint64_t rate = model.disk_bytes_s / 10;

		model_begin(&model, rate, NO_OTHER);
		model_run(&model, 15 * SEC_US);
		model_pause(&model, 0, true);
		model_run(&model, 20 * SEC_US);
		model_pause(&model, 0, false);
		model_run(&model, 30 * SEC_US);
		assert_between(&model, 0, SETTLED_TENTHS, rate, 0, 108);
		assert_holds(&model, 0, 390, rate, machine_percent(m));
	}
}

static void a_limit_above_what_the_disks_do_never_holds_the_kernel(void **state)
{
	struct model model = machine_model(0);

	(void)state;
	model_begin(&model, 2 * model.disk_bytes_s, NO_OTHER);
	model_run(&model, 20 * SEC_US);
	assert_false(model.was_ever_held);
	assert_true(model.moves[0].copied_bytes > 18 * model.disk_bytes_s);
}

/* What was begun at the old limit counts: in the ten seconds from the change on it is made up for.
 */
static void a_limit_changed_in_mid_run_is_not_exceeded_and_holds_ten_seconds_later(void **state)
{
	static const unsigned percents[] = {50, 5, 75, 10, 90, 25};

	(void)state;
	for (size_t m = 0; m < RUN_COUNT; m++) {
		struct model model = machine_model(m);

		model_begin(&model, model.disk_bytes_s / 2, NO_OTHER);
		for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
			uint64_t rate = model.disk_bytes_s * percents[i] / 100;
			size_t begin = model.tenth_count;
			uint64_t copied = model.moves[0].copied_bytes;

			model_limit(&model, 0, rate);
			model_run(&model, 10 * SEC_US);
			copied = model.moves[0].copied_bytes - copied;
			assert_true(copied <= rate * 10 / 100 * 108);
			model_run(&model, 15 * SEC_US);
			assert_between(&model, 0, begin, rate, 0, 108);
			assert_holds(&model, 0, begin + 100, rate, machine_percent(m) + 2);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_move_holds_its_limit_over_any_ten_seconds),
		cmocka_unit_test(the_daemon_wakes_for_windows_only),
		cmocka_unit_test(a_mebibyte_a_second_holds_on_fast_disks),
		cmocka_unit_test(two_moves_each_hold_a_limit_of_their_own),
		cmocka_unit_test(moves_without_limits_together_hold_that_of_the_host),
		cmocka_unit_test(a_move_without_a_limit_is_not_slowed_by_one_that_has_one),
		cmocka_unit_test(a_limit_holds_where_the_kernel_cannot_be_held_back),
		cmocka_unit_test(a_stall_is_not_made_up_for_in_a_rush),
		cmocka_unit_test(a_disk_that_is_slow_at_times_is_not_made_up_for_in_a_rush),
		cmocka_unit_test(a_pause_is_not_made_up_for_in_a_rush),
		cmocka_unit_test(a_limit_above_what_the_disks_do_never_holds_the_kernel),
		cmocka_unit_test(
			a_limit_changed_in_mid_run_is_not_exceeded_and_holds_ten_seconds_later),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/throttle.h"

#define SEC_US UINT64_C(1000000)
#define MS_US  UINT64_C(1000)
#define MIB    (UINT64_C(1) << 20)

static void progress_that_goes_back_or_begins_high_is_not_taken_for_copying(void **state)
{
	struct throttle_meter meter = {0};

	(void)state;
	assert_int_equal(throttle_meter_advance(&meter, 900 * MIB), 0);
	assert_int_equal(throttle_meter_advance(&meter, 901 * MIB), MIB);
	assert_int_equal(throttle_meter_advance(&meter, 890 * MIB), 0);
	assert_int_equal(throttle_meter_advance(&meter, 893 * MIB), 3 * MIB);
}

static void without_a_limit_nothing_waits_and_nobody_looks(void **state)
{
	const struct throttle_view view = {.is_copying = true};
	struct throttle throttle = {0};
	struct throttle_advice advice = throttle_advise(&view, 1);

	(void)state;
	throttle_advance(&throttle, UINT64_MAX);
	throttle_charge(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), 0);
	assert_false(throttle_is_runaway(&throttle));
	assert_int_equal(throttle_begin_window(&throttle), 0);
	assert_false(advice.hold);
	assert_int_equal(advice.look_us, 0);
}

static void no_number_is_too_large(void **state)
{
	struct throttle throttle;

	(void)state;
	throttle_set(&throttle, INT64_MAX, 0);
	throttle_advance(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), 0);
	throttle_charge(&throttle, UINT64_MAX);
	throttle_charge(&throttle, UINT64_MAX);
	assert_true(throttle_wait_us(&throttle) > 0);
	throttle_set(&throttle, 1, 0);
	throttle_charge(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), INT64_MAX);
	assert_true(throttle_is_runaway(&throttle));
	throttle_advance(&throttle, 0);
}

/* The least window at 10 MiB/s. */
#define WINDOW_BYTES (10 * MIB * 48 / 100)

/* A window is drawn, which takes so long, and then copied. */
static uint64_t one_window(struct throttle *throttle, uint64_t draw_us, uint64_t copy_us)
{
	uint64_t bytes = throttle_begin_window(throttle);

	throttle_advance(throttle, throttle->last_us + draw_us);
	throttle_note_drawn(throttle);
	throttle_charge(throttle, bytes / 2);
	throttle_advance(throttle, throttle->last_us + copy_us);
	throttle_charge(throttle, bytes - bytes / 2);
	return bytes;
}

static void a_window_begins_as_much_ahead_as_the_last_ones_took_to_draw(void **state)
{
	struct throttle throttle;

	(void)state;
	throttle_set(&throttle, 10 * MIB, SEC_US);
	assert_int_equal(throttle_lead_us(&throttle), 50 * MS_US);
	for (size_t i = 0; i < 30; i++)
		one_window(&throttle, 200 * MS_US, 10 * MS_US);
	assert_in_range(throttle_lead_us(&throttle), 190 * MS_US, 200 * MS_US);
	one_window(&throttle, 80 * MS_US, 10 * MS_US);
	assert_int_equal(throttle_lead_us(&throttle), 80 * MS_US);
	for (size_t i = 0; i < 30; i++)
		one_window(&throttle, 5 * SEC_US, 10 * MS_US);
	assert_int_equal(throttle_lead_us(&throttle), 600 * MS_US);
}

static void windows_that_take_long_to_draw_grow_and_shrink_again(void **state)
{
	struct throttle throttle;
	uint64_t bytes = 0;

	(void)state;
	throttle_set(&throttle, 10 * MIB, SEC_US);
	assert_int_equal(one_window(&throttle, 50 * MS_US, 50 * MS_US), WINDOW_BYTES);
	for (size_t i = 0; i < 30; i++)
		bytes = one_window(&throttle, 4 * SEC_US, 200 * MS_US);
	assert_int_equal(bytes, 30 * MIB);
	for (size_t i = 0; i < 60; i++)
		bytes = one_window(&throttle, 50 * MS_US, 50 * MS_US);
	assert_int_equal(bytes, WINDOW_BYTES);
}

static void windows_that_take_long_to_copy_do_not_grow(void **state)
{
	struct throttle throttle;

	(void)state;
	throttle_set(&throttle, 10 * MIB, SEC_US);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(one_window(&throttle, 50 * MS_US, 500 * MS_US), WINDOW_BYTES);
}

static void of_a_stall_nothing_is_kept_and_of_a_delay_a_little(void **state)
{
	struct throttle throttle;

	(void)state;
	throttle_set(&throttle, 10 * MIB, SEC_US);
	throttle_advance(&throttle, 3 * SEC_US / 2);
	throttle_charge(&throttle, 4 * MIB);
	assert_int_equal(throttle_wait_us(&throttle), 0);
	throttle_charge(&throttle, MIB);
	assert_in_range(throttle_wait_us(&throttle), 100 * MS_US, 101 * MS_US);
	throttle_advance(&throttle, 5 * SEC_US);
	throttle_charge(&throttle, MIB);
	assert_in_range(throttle_wait_us(&throttle), 100 * MS_US, 101 * MS_US);
}

static void the_kernel_is_held_only_when_all_that_copy_are_ahead(void **state)
{
	struct throttle_view views[] = {
		{.is_copying = true, .is_limited = true, .wait_us = 150 * MS_US},
		{.is_copying = true, .is_limited = true, .wait_us = 190 * MS_US},
	};

	(void)state;
	assert_true(throttle_advise(views, 2).hold);
	assert_int_equal(throttle_advise(views, 2).look_us, 50 * MS_US);
	views[1].wait_us = 90 * MS_US; /* what sleeps needs as long to wake up */
	assert_false(throttle_advise(views, 2).hold);
	views[1].is_copying = false;
	assert_true(throttle_advise(views, 2).hold);
	views[1].is_swapping = true;
	assert_false(throttle_advise(views, 2).hold);
	views[1] = (struct throttle_view){.is_copying = true};
	assert_false(throttle_advise(views, 2).hold);
	assert_true(throttle_advise(views, 2).look_us > 0);
	assert_int_equal(throttle_advise(views, 0).look_us, 0);
}

static void windows_alone_need_no_look(void **state)
{
	struct throttle_view views[] = {
		{.is_copying = true, .is_limited = true, .is_metered = true, .wait_us = SEC_US},
		{.is_copying = true, .is_limited = true, .is_metered = true, .wait_us = SEC_US},
	};

	(void)state;
	assert_false(throttle_advise(views, 2).hold);
	assert_int_equal(throttle_advise(views, 2).look_us, 0);
	views[1].is_metered = false; /* it was begun without a limit */
	assert_true(throttle_advise(views, 2).hold);
	assert_true(throttle_advise(views, 2).look_us > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_that_goes_back_or_begins_high_is_not_taken_for_copying),
		cmocka_unit_test(without_a_limit_nothing_waits_and_nobody_looks),
		cmocka_unit_test(no_number_is_too_large),
		cmocka_unit_test(a_window_begins_as_much_ahead_as_the_last_ones_took_to_draw),
		cmocka_unit_test(windows_that_take_long_to_draw_grow_and_shrink_again),
		cmocka_unit_test(windows_that_take_long_to_copy_do_not_grow),
		cmocka_unit_test(of_a_stall_nothing_is_kept_and_of_a_delay_a_little),
		cmocka_unit_test(the_kernel_is_held_only_when_all_that_copy_are_ahead),
		cmocka_unit_test(windows_alone_need_no_look),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}

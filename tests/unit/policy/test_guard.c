/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/guard.h"

#define SEC_US    UINT64_C(1000000)
#define MINUTES   UINT64_C(60)
#define NARROWEST 5u
#define ASIDE     (NARROWEST + 1)

/* An LV whose I/O suffers the more the wider it is copied beside. */
struct lv {
	struct guard guard;
	uint64_t now_us;
	unsigned ios_s;
	unsigned change_slow_ios;     /* that a change of the width itself makes slow */
	unsigned slow_ppm[ASIDE + 1]; /* slow ones of a million, by how much is narrowed */
	uint64_t rest_ppm;            /* of a slow I/O */
	unsigned owed_slow_ios;       /* by the last change */
	/* counted */
	uint64_t ios, slow_ios;
	unsigned changes;
	uint64_t time_us[ASIDE + 1];
};

static void begin(struct lv *lv)
{
	lv->now_us = SEC_US;
	guard_begin(&lv->guard, lv->now_us, NARROWEST);
}

static void run(struct lv *lv, uint64_t seconds)
{
	for (uint64_t end_us = lv->now_us + seconds * SEC_US; lv->now_us < end_us;) {
		uint64_t ios = lv->ios_s * GUARD_LOOK_US / SEC_US;
		uint64_t slow_ios;

		lv->now_us += GUARD_LOOK_US;
		lv->time_us[lv->guard.steps] += GUARD_LOOK_US;
		lv->ios += ios;
		lv->rest_ppm += ios * lv->slow_ppm[lv->guard.steps];
		slow_ios = lv->rest_ppm / 1000000;
		lv->rest_ppm %= 1000000;
		slow_ios += lv->owed_slow_ios;
		lv->owed_slow_ios = 0;
		lv->slow_ios += slow_ios;
		if (guard_note(&lv->guard, lv->now_us, ios, slow_ios)) {
			lv->changes++;
			lv->owed_slow_ios = lv->change_slow_ios;
		}
	}
}

static void count_anew(struct lv *lv)
{
	lv->changes = 0;
	for (unsigned i = 0; i <= ASIDE; i++)
		lv->time_us[i] = 0;
}

static double slow_share(const struct lv *lv)
{
	return (double)lv->slow_ios / (double)lv->ios;
}

static void a_copy_that_harms_nobody_is_soon_as_wide_as_can_be(void **state)
{
	struct lv lv = {.ios_s = 2000, .slow_ppm = {1000, 1000, 1000, 1000, 1000, 1000, 1000}};

	(void)state;
	begin(&lv);
	assert_int_equal(lv.guard.steps, NARROWEST);
	run(&lv, 10);
	assert_int_equal(lv.guard.steps, 0);
	assert_int_equal(lv.changes, NARROWEST);
}

static void an_lv_that_nobody_uses_is_copied_as_widely_as_can_be(void **state)
{
	struct lv lv = {.ios_s = 0};

	(void)state;
	begin(&lv);
	run(&lv, 10);
	assert_int_equal(lv.guard.steps, 0);
}

/* The widths above half would each break the bound, the widest by far. */
static void the_widest_copy_that_keeps_the_bound_is_found_and_kept(void **state)
{
	struct lv lv = {.ios_s = 2000, .slow_ppm = {300000, 100000, 30000, 4000, 2000, 1000, 500}};

	(void)state;
	begin(&lv);
	run(&lv, 10 * MINUTES);
	assert_true(slow_share(&lv) < 0.01);
	count_anew(&lv);
	run(&lv, 60 * MINUTES);
	assert_true(slow_share(&lv) < 0.01);
	assert_true(lv.time_us[3] > 58 * MINUTES * SEC_US);
	/* Once in two minutes it is tried whether there is more room now. */
	assert_in_range(lv.changes, 2, 62);
}

static void an_lv_with_few_ios_is_kept_to_the_bound_too(void **state)
{
	struct lv lv = {.ios_s = 30, .slow_ppm = {300000, 200000, 100000, 50000, 2000, 1000, 500}};

	(void)state;
	begin(&lv);
	run(&lv, 60 * MINUTES);
	assert_true(slow_share(&lv) < 0.01);
	assert_true(lv.time_us[4] > 50 * MINUTES * SEC_US);
}

/* As in a machine so slow that each new table holds up eight I/Os of a hundred in a second. */
static void changes_that_cost_much_themselves_are_rare(void **state)
{
	struct lv lv = {.ios_s = 100,
			.change_slow_ios = 8,
			.slow_ppm = {100000, 50000, 30000, 3000, 2000, 1000, 500}};

	(void)state;
	begin(&lv);
	run(&lv, 60 * MINUTES);
	assert_true(slow_share(&lv) < 0.01);
	assert_true(lv.time_us[3] > 45 * MINUTES * SEC_US);
	assert_true(lv.changes < 200);
}

static void a_load_that_comes_narrows_the_copy_at_once_and_one_that_goes_widens_it(void **state)
{
	struct lv lv = {.ios_s = 2000, .slow_ppm = {1000, 1000, 1000, 1000, 1000, 1000, 1000}};

	(void)state;
	begin(&lv);
	run(&lv, MINUTES);
	for (unsigned i = 0; i < 4; i++)
		lv.slow_ppm[i] = 200000;
	run(&lv, 4);
	assert_true(lv.guard.steps >= 4);
	run(&lv, 10 * MINUTES);
	for (unsigned i = 0; i < 4; i++)
		lv.slow_ppm[i] = 1000;
	run(&lv, 3 * MINUTES);
	assert_int_equal(lv.guard.steps, 0);
}

/* Copying at all breaks the bound: it is done as seldom as keeps it all the same. */
static void a_copy_that_always_harms_stands_aside_most_of_the_time(void **state)
{
	struct lv lv = {.ios_s = 2000, .slow_ppm = {50000, 50000, 50000, 50000, 50000, 50000, 500}};

	(void)state;
	begin(&lv);
	run(&lv, 60 * MINUTES);
	assert_true(slow_share(&lv) < 0.01);
	assert_true(lv.time_us[ASIDE] > 40 * MINUTES * SEC_US);
	assert_true(lv.time_us[NARROWEST] > 4 * MINUTES * SEC_US);
}

/* Then giving way does not help, and the disk is to be empty one day. */
static void a_bound_that_nothing_keeps_does_not_stop_the_copy(void **state)
{
	struct lv lv = {.ios_s = 2000,
			.slow_ppm = {500000, 500000, 500000, 500000, 500000, 500000, 500000}};

	(void)state;
	begin(&lv);
	run(&lv, 60 * MINUTES);
	assert_true(lv.time_us[NARROWEST] > 5 * MINUTES * SEC_US);
	assert_true(lv.time_us[ASIDE] > 45 * MINUTES * SEC_US);
}

static void the_change_itself_is_not_held_against_the_copy(void **state)
{
	struct guard guard;

	(void)state;
	guard_begin(&guard, SEC_US, NARROWEST);
	assert_false(guard_note(&guard, SEC_US + 500000, 1000, 500));
	assert_int_equal(guard.steps, NARROWEST);
	assert_true(guard_note(&guard, 2 * SEC_US, 1000, 500));
	assert_true(guard_is_aside(&guard));
}

static void no_number_overflows(void **state)
{
	struct guard guard;

	(void)state;
	guard_begin(&guard, SEC_US, NARROWEST);
	guard_note(&guard, 2 * SEC_US, UINT64_MAX, UINT64_MAX);
	guard_note(&guard, 3 * SEC_US, UINT64_MAX, UINT64_MAX);
	assert_true(guard.budget < 0);
	for (uint64_t i = 0; i < 1000; i++)
		guard_note(&guard, UINT64_MAX, UINT64_MAX, 0);
	assert_true(guard.budget > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_that_harms_nobody_is_soon_as_wide_as_can_be),
		cmocka_unit_test(an_lv_that_nobody_uses_is_copied_as_widely_as_can_be),
		cmocka_unit_test(the_widest_copy_that_keeps_the_bound_is_found_and_kept),
		cmocka_unit_test(an_lv_with_few_ios_is_kept_to_the_bound_too),
		cmocka_unit_test(changes_that_cost_much_themselves_are_rare),
		cmocka_unit_test(
			a_load_that_comes_narrows_the_copy_at_once_and_one_that_goes_widens_it),
		cmocka_unit_test(a_copy_that_always_harms_stands_aside_most_of_the_time),
		cmocka_unit_test(a_bound_that_nothing_keeps_does_not_stop_the_copy),
		cmocka_unit_test(the_change_itself_is_not_held_against_the_copy),
		cmocka_unit_test(no_number_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/stall.h"

#define SEC_US   UINT64_C(1000000)
#define MIB      (UINT64_C(1) << 20)
#define PATIENCE STALL_PATIENCE_US

static void a_copy_that_goes_on_never_stalls(void **state)
{
	struct stall stall = {0};

	(void)state;
	for (uint64_t i = 1; i < 100; i++)
		assert_int_equal(stall_note(&stall, i * (PATIENCE - 1), i, PATIENCE),
				 STALL_NO_NEWS);
}

static void a_stall_is_told_once_and_so_is_its_end(void **state)
{
	struct stall stall = {0};

	(void)state;
	assert_int_equal(stall_note(&stall, 5 * SEC_US, MIB, PATIENCE), STALL_NO_NEWS);
	assert_int_equal(stall_note(&stall, 5 * SEC_US + PATIENCE - 1, MIB, PATIENCE),
			 STALL_NO_NEWS);
	assert_int_equal(stall_note(&stall, 5 * SEC_US + PATIENCE, MIB, PATIENCE), STALL_BEGAN);
	assert_int_equal(stall.progress_us, 5 * SEC_US);
	assert_int_equal(stall_note(&stall, 500 * SEC_US, MIB, PATIENCE), STALL_NO_NEWS);
	assert_true(stall.is_stalled);
	assert_int_equal(stall_note(&stall, 501 * SEC_US, 2 * MIB, PATIENCE), STALL_ENDED);
	assert_false(stall.is_stalled);
	assert_int_equal(stall_note(&stall, 502 * SEC_US, 2 * MIB, PATIENCE), STALL_NO_NEWS);
	assert_int_equal(stall_note(&stall, 600 * SEC_US, 2 * MIB, PATIENCE), STALL_BEGAN);
}

static void a_pause_is_no_stall(void **state)
{
	struct stall stall = {0};

	(void)state;
	stall_note(&stall, SEC_US, MIB, PATIENCE);
	stall_forget(&stall);
	assert_int_equal(stall_due_us(&stall, PATIENCE), UINT64_MAX);
	assert_int_equal(stall_note(&stall, 900 * SEC_US, MIB, PATIENCE), STALL_NO_NEWS);
	assert_int_equal(stall_note(&stall, 900 * SEC_US + PATIENCE, MIB, PATIENCE), STALL_BEGAN);
	stall_forget(&stall);
	assert_false(stall.is_stalled);
}

static void what_goes_back_begins_anew(void **state)
{
	struct stall stall = {0};

	(void)state;
	stall_note(&stall, 100 * SEC_US, 5 * MIB, PATIENCE);
	assert_int_equal(stall_note(&stall, 200 * SEC_US, MIB, PATIENCE), STALL_NO_NEWS);
	assert_int_equal(stall_note(&stall, 199 * SEC_US, MIB, PATIENCE), STALL_NO_NEWS);
	assert_int_equal(stall.progress_us, 199 * SEC_US);
}

static void it_is_known_when_a_look_is_due(void **state)
{
	struct stall stall = {0};

	(void)state;
	assert_int_equal(stall_due_us(&stall, PATIENCE), UINT64_MAX);
	stall_note(&stall, 7 * SEC_US, MIB, PATIENCE);
	assert_int_equal(stall_due_us(&stall, PATIENCE), 7 * SEC_US + PATIENCE);
	assert_int_equal(stall_due_us(&stall, UINT64_MAX), UINT64_MAX);
	stall_note(&stall, stall_due_us(&stall, PATIENCE), MIB, PATIENCE);
	assert_int_equal(stall_due_us(&stall, PATIENCE), UINT64_MAX);
}

static void patience_grows_with_a_limit_that_is_low(void **state)
{
	(void)state;
	assert_int_equal(stall_patience_us(PATIENCE, 2 * MIB, 0), PATIENCE);
	assert_int_equal(stall_patience_us(PATIENCE, 2 * MIB, 100 * MIB), PATIENCE);
	assert_int_equal(stall_patience_us(PATIENCE, 2 * MIB, MIB / 16), 96 * SEC_US);
	assert_int_equal(stall_patience_us(PATIENCE, UINT64_MAX, 1), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_that_goes_on_never_stalls),
		cmocka_unit_test(a_stall_is_told_once_and_so_is_its_end),
		cmocka_unit_test(a_pause_is_no_stall),
		cmocka_unit_test(what_goes_back_begins_anew),
		cmocka_unit_test(it_is_known_when_a_look_is_due),
		cmocka_unit_test(patience_grows_with_a_limit_that_is_low),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/eta.h"

#define SEC_US    UINT64_C(1000000)
#define MIB       (UINT64_C(1) << 20)
#define UNTOUCHED UINT64_C(0xDEADBEEF)

/* Samples a steady copy every step_us for a while, from what the estimator has seen last. */
static void copy_steadily(struct eta *eta, uint64_t rate_bytes_s, uint64_t step_us, uint64_t for_us)
{
	const uint64_t start_us = eta->last_us;
	const uint64_t start_bytes = eta->last_bytes;

	for (uint64_t t = step_us; t <= for_us; t += step_us)
		eta_add_sample(eta, start_us + t, start_bytes + rate_bytes_s * t / SEC_US);
}

static uint64_t known_rate(const struct eta *eta)
{
	uint64_t rate_bytes_s;

	assert_true(eta_rate(eta, &rate_bytes_s));
	return rate_bytes_s;
}

static void assert_unknown(const struct eta *eta)
{
	uint64_t value = UNTOUCHED;

	assert_false(eta_rate(eta, &value));
	assert_false(eta_remaining(eta, MIB, &value));
	assert_int_equal(value, UNTOUCHED);
}

static void nothing_is_known_before_samples_a_second_apart(void **state)
{
	struct eta eta = {0};

	(void)state;
	assert_unknown(&eta);
	eta_add_sample(&eta, 500 * SEC_US, 7 * MIB);
	assert_unknown(&eta);
	eta_add_sample(&eta, 500 * SEC_US, 8 * MIB);
	assert_unknown(&eta);
	eta_add_sample(&eta, 501 * SEC_US - 1, 9 * MIB);
	assert_unknown(&eta);
	eta_add_sample(&eta, 501 * SEC_US, 9 * MIB);
	assert_in_range(known_rate(&eta), 2 * MIB - MIB / 5, 2 * MIB);
}

static void a_steady_copy_is_known_exactly_at_any_pace_of_sampling(void **state)
{
	static const uint64_t steps_us[] = {1000, 20000, 250000, SEC_US, 7 * SEC_US, 60 * SEC_US};

	(void)state;
	for (size_t i = 0; i < sizeof(steps_us) / sizeof(steps_us[0]); i++) {
		struct eta eta = {0};
		uint64_t eta_us;

		eta_add_sample(&eta, 0, 0);
		copy_steadily(&eta, 100 * MIB, steps_us[i], 120 * SEC_US);
		assert_in_range(known_rate(&eta), 100 * MIB - 100, 100 * MIB + 100);
		assert_true(eta_remaining(&eta, 1000 * MIB, &eta_us));
		assert_in_range(eta_us, 10 * SEC_US - 100, 10 * SEC_US + 100);
	}
}

static void uneven_sampling_of_a_steady_copy_changes_nothing(void **state)
{
	struct eta eta = {0};
	uint64_t now_us = 0;

	(void)state;
	eta_add_sample(&eta, 0, 0);
	for (uint64_t i = 0; i < 200; i++) {
		now_us += i % 7 == 0 ? 3 * SEC_US : 10000 * (i % 5);
		eta_add_sample(&eta, now_us, now_us * 50);
	}
	assert_in_range(known_rate(&eta), 50 * SEC_US - 10, 50 * SEC_US + 10);
}

static void a_copy_that_advances_in_leaps_is_averaged(void **state)
{
	struct eta eta = {0};

	(void)state;
	/* One region of 64 MiB every two seconds, looked at five times a second. */
	for (uint64_t t = 0; t <= 300; t++)
		eta_add_sample(&eta, t * SEC_US / 5, t / 10 * 64 * MIB);
	assert_in_range(known_rate(&eta), 28 * MIB, 36 * MIB);
}

static void a_change_of_rate_is_followed_within_some_ten_seconds(void **state)
{
	struct eta eta = {0};

	(void)state;
	eta_add_sample(&eta, 0, 0);
	copy_steadily(&eta, 200 * MIB, SEC_US, 600 * SEC_US);
	copy_steadily(&eta, 20 * MIB, SEC_US, 10 * SEC_US);
	assert_in_range(known_rate(&eta), 60 * MIB, 120 * MIB);
	copy_steadily(&eta, 20 * MIB, SEC_US, 30 * SEC_US);
	assert_in_range(known_rate(&eta), 20 * MIB, 30 * MIB);
}

static void counting_that_starts_anew_forgets_what_was(void **state)
{
	struct eta eta = {0};

	(void)state;
	eta_add_sample(&eta, 0, 0);
	copy_steadily(&eta, 200 * MIB, SEC_US, 60 * SEC_US);
	eta_add_sample(&eta, 61 * SEC_US, 5 * MIB);
	assert_unknown(&eta);
	eta_add_sample(&eta, 62 * SEC_US, 15 * MIB);
	assert_int_equal(known_rate(&eta), 10 * MIB);

	eta_add_sample(&eta, 10 * SEC_US, 25 * MIB);
	assert_unknown(&eta);

	copy_steadily(&eta, 200 * MIB, SEC_US, 60 * SEC_US);
	eta_reset(&eta);
	assert_unknown(&eta);
}

static void a_copy_that_stands_still_has_a_rate_of_0_and_no_end(void **state)
{
	struct eta eta = {0};
	uint64_t eta_us = UNTOUCHED;

	(void)state;
	eta_add_sample(&eta, 0, 5 * MIB);
	eta_add_sample(&eta, 5 * SEC_US, 5 * MIB);
	assert_int_equal(known_rate(&eta), 0);
	assert_false(eta_remaining(&eta, MIB, &eta_us));
	assert_false(eta_remaining(&eta, 0, &eta_us));
	assert_int_equal(eta_us, UNTOUCHED);
}

static void a_pause_neither_counts_nor_makes_forget(void **state)
{
	struct eta eta = {0};
	uint64_t eta_us;

	(void)state;
	eta_add_sample(&eta, 0, 0);
	copy_steadily(&eta, 50 * MIB, SEC_US, 60 * SEC_US);
	eta_interrupt(&eta);
	assert_in_range(known_rate(&eta), 50 * MIB - 100, 50 * MIB + 100);

	/* An hour later, with a little that the kernel had done before it stopped. */
	eta_add_sample(&eta, 3660 * SEC_US, (UINT64_C(60) * 50 + 7) * MIB);
	assert_in_range(known_rate(&eta), 50 * MIB - 100, 50 * MIB + 100);
	copy_steadily(&eta, 50 * MIB, SEC_US, 3 * SEC_US);
	assert_in_range(known_rate(&eta), 50 * MIB - 100, 50 * MIB + 100);
	assert_true(eta_remaining(&eta, 500 * MIB, &eta_us));
	assert_in_range(eta_us, 10 * SEC_US - 100, 10 * SEC_US + 100);
}

static void passes_shorter_than_a_second_have_a_rate_together(void **state)
{
	struct eta eta = {0};
	uint64_t value;

	(void)state;
	for (uint64_t pass = 0; pass < 4; pass++) {
		eta_interrupt(&eta);
		eta_add_sample(&eta, pass * 10 * SEC_US, pass * 3 * MIB);
		eta_add_sample(&eta, pass * 10 * SEC_US + 300000, pass * 3 * MIB + 3 * MIB);
		assert_int_equal(eta_rate(&eta, &value), pass == 3);
	}
	assert_in_range(known_rate(&eta), 10 * MIB - 100, 10 * MIB + 100);
}

static void steps_that_come_seldom_do_not_make_the_rate_swing(void **state)
{
	struct eta eta = {0};

	(void)state;
	/* A limit of 64 KiB/s and regions of 2 MiB: one step in 32 seconds. */
	for (uint64_t t = 0; t <= 640; t++) {
		eta_add_sample(&eta, t * SEC_US, t / 32 * 2 * MIB);
		if (t >= 32)
			assert_in_range(known_rate(&eta), MIB / 16 - MIB / 512, MIB / 16 + 1);
	}
}

static void a_copy_that_stops_slows_down_in_the_estimate(void **state)
{
	struct eta eta = {0};
	uint64_t before, after;

	(void)state;
	eta_add_sample(&eta, 0, 0);
	copy_steadily(&eta, 50 * MIB, SEC_US, 60 * SEC_US);
	before = known_rate(&eta);
	eta_add_sample(&eta, 70 * SEC_US, 3000 * MIB);
	after = known_rate(&eta);
	assert_true(after < before * 3 / 5);
	eta_add_sample(&eta, 160 * SEC_US, 3000 * MIB);
	assert_true(known_rate(&eta) < after / 4);
}

static void nothing_left_takes_no_time(void **state)
{
	struct eta eta = {0};
	uint64_t eta_us;

	(void)state;
	eta_add_sample(&eta, 0, 0);
	eta_add_sample(&eta, SEC_US, MIB);
	assert_true(eta_remaining(&eta, 0, &eta_us));
	assert_int_equal(eta_us, 0);
}

static void numbers_that_do_not_fit_are_unknown(void **state)
{
	struct eta eta = {0};
	uint64_t value = UNTOUCHED;

	(void)state;
	/* One byte per second, and all bytes there are to go. */
	eta_add_sample(&eta, 0, 0);
	eta_add_sample(&eta, SEC_US, 1);
	assert_int_equal(known_rate(&eta), 1);
	assert_false(eta_remaining(&eta, UINT64_MAX, &value));

	/* All bytes there are in a second: as a double one too many. */
	eta_reset(&eta);
	eta_add_sample(&eta, 0, 0);
	eta_add_sample(&eta, SEC_US, UINT64_MAX);
	assert_false(eta_rate(&eta, &value));
	assert_int_equal(value, UNTOUCHED);

	/* The whole of time. */
	eta_reset(&eta);
	eta_add_sample(&eta, 0, 0);
	eta_add_sample(&eta, UINT64_MAX, UINT64_MAX);
	assert_in_range(known_rate(&eta), SEC_US - 1, SEC_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_before_samples_a_second_apart),
		cmocka_unit_test(a_steady_copy_is_known_exactly_at_any_pace_of_sampling),
		cmocka_unit_test(uneven_sampling_of_a_steady_copy_changes_nothing),
		cmocka_unit_test(a_copy_that_advances_in_leaps_is_averaged),
		cmocka_unit_test(a_change_of_rate_is_followed_within_some_ten_seconds),
		cmocka_unit_test(counting_that_starts_anew_forgets_what_was),
		cmocka_unit_test(a_copy_that_stands_still_has_a_rate_of_0_and_no_end),
		cmocka_unit_test(a_pause_neither_counts_nor_makes_forget),
		cmocka_unit_test(passes_shorter_than_a_second_have_a_rate_together),
		cmocka_unit_test(steps_that_come_seldom_do_not_make_the_rate_swing),
		cmocka_unit_test(a_copy_that_stops_slows_down_in_the_estimate),
		cmocka_unit_test(nothing_left_takes_no_time),
		cmocka_unit_test(numbers_that_do_not_fit_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/units.h"

/* What a result holds before the call, to see that a failure leaves it alone. */
#define UNTOUCHED UINT64_C(0xDEADBEEF)

#define KIB       (UINT64_C(1) << 10)
#define MIB       (UINT64_C(1) << 20)
#define GIB       (UINT64_C(1) << 30)
#define TIB       (UINT64_C(1) << 40)
#define PIB       (UINT64_C(1) << 50)

#define DAY_US    (UINT64_C(24) * 3600 * 1000000)

static void conversions_are_exact_up_to_the_last_value_that_fits(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(units_sectors_to_bytes(UINT64_MAX / 512, &value), 0);
	assert_true(value == UINT64_MAX - 511);
	assert_int_equal(units_extents_to_sectors(256, 8192, &value), 0);
	assert_int_equal(value, 2097152);
	assert_int_equal(units_extents_to_bytes(256, 8192, &value), 0);
	assert_int_equal(value, GIB);
	assert_int_equal(units_bytes_to_sectors(GIB, &value), 0);
	assert_int_equal(value, 2097152);
	assert_int_equal(units_sectors_to_extents(2097152, 8192, &value), 0);
	assert_int_equal(value, 256);
	assert_int_equal(units_sectors_to_extents(0, 8192, &value), 0);
	assert_int_equal(value, 0);
}

static void conversions_that_overflow_are_refused(void **state)
{
	uint64_t value = UNTOUCHED;

	(void)state;
	assert_int_equal(units_sectors_to_bytes(UINT64_MAX / 512 + 1, &value), -EOVERFLOW);
	assert_int_equal(units_extents_to_sectors(UINT64_MAX, 2, &value), -EOVERFLOW);
	assert_int_equal(units_extents_to_bytes(UINT64_MAX, 2, &value), -EOVERFLOW);
	assert_int_equal(units_extents_to_bytes(UINT64_MAX / 8192, 8192, &value), -EOVERFLOW);
	assert_int_equal(value, UNTOUCHED);
}

static void what_is_not_a_whole_number_of_units_is_refused(void **state)
{
	uint64_t value = UNTOUCHED;

	(void)state;
	assert_int_equal(units_bytes_to_sectors(513, &value), -EINVAL);
	assert_int_equal(units_sectors_to_extents(8191, 8192, &value), -EINVAL);
	assert_int_equal(units_sectors_to_extents(8192, 0, &value), -EINVAL);
	assert_int_equal(value, UNTOUCHED);
}

static void sizes_are_read_as_lvm_reads_them(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = {
		{"0", 0},
		{"4096", 4096},
		{"4096b", 4096},
		{"4096B", 4096},
		{"8s", 4096},
		{"8S", 4096},
		{"1k", KIB},
		{"10m", 10 * MIB},
		{"10M", 10 * MIB},
		{"10MiB", 10 * MIB},
		{"10mib", 10 * MIB},
		{"2g", 2 * GIB},
		{"3T", 3 * TIB},
		{"16383p", 16383 * PIB},
		{"0010k", 10 * KIB},
		{"18446744073709551615", UINT64_MAX},
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(units_parse_bytes(sizes[i].text, &bytes), 0);
		assert_true(bytes == sizes[i].bytes);
	}
}

static void fractions_of_a_unit_are_rounded_down_to_bytes(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(units_parse_bytes("1.5G", &bytes), 0);
	assert_int_equal(bytes, 3 * GIB / 2);
	assert_int_equal(units_parse_bytes("0.125m", &bytes), 0);
	assert_int_equal(bytes, 128 * KIB);
	assert_int_equal(units_parse_bytes("0.001k", &bytes), 0);
	assert_int_equal(bytes, 1);
	assert_int_equal(units_parse_bytes("1.9", &bytes), 0);
	assert_int_equal(bytes, 1);
	assert_int_equal(units_parse_bytes("16383.999p", &bytes), 0);
	assert_true(bytes == 16383 * PIB + PIB * 999 / 1000);
}

static void what_is_not_a_size_is_refused(void **state)
{
	static const char *const texts[] = {
		"",      " ",       "m",          "-1",
		"+1",    " 1",      "1 ",         "1 m",
		"1,5g",  "1.",      ".5g",        "1..5g",
		"1.5.5", "0x10",    "1e3",        "10MB",
		"10kb",  "1x",      "1mm",        "1mi",
		"1mibs", "1bb",     "1sib",       "1bib",
		"1m\n",  "1.5555g", "10%",        "1e",
		"nan",   "1.-5g",   "1\xC2\xA0m", "1.99999999999999999999999999999999999999g",
	};
	uint64_t bytes = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(units_parse_bytes(texts[i], &bytes), -EINVAL);
	assert_int_equal(bytes, UNTOUCHED);
}

static void sizes_that_do_not_fit_are_refused(void **state)
{
	static const char *const texts[] = {
		"18446744073709551616",
		"18446744073709551620",
		"99999999999999999999999999999999k",
		"16384p",
		"36028797018963968s",
	};
	uint64_t bytes = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(units_parse_bytes(texts[i], &bytes), -EOVERFLOW);
	assert_int_equal(bytes, UNTOUCHED);
}

static void a_rate_may_say_that_it_is_one(void **state)
{
	uint64_t rate_bytes_s;

	(void)state;
	assert_int_equal(units_parse_rate("10M", &rate_bytes_s), 0);
	assert_int_equal(rate_bytes_s, 10 * MIB);
	assert_int_equal(units_parse_rate("10MiB/s", &rate_bytes_s), 0);
	assert_int_equal(rate_bytes_s, 10 * MIB);
	assert_int_equal(units_parse_rate("1.5k/s", &rate_bytes_s), 0);
	assert_int_equal(rate_bytes_s, 1536);
	assert_int_equal(units_parse_rate("2s/s", &rate_bytes_s), 0);
	assert_int_equal(rate_bytes_s, 1024);
}

static void latencies_are_read_in_milliseconds_unless_they_say(void **state)
{
	uint64_t us = 77;

	(void)state;
	assert_int_equal(units_parse_latency("20", &us), 0);
	assert_true(us == 20000);
	assert_int_equal(units_parse_latency("0.5ms", &us), 0);
	assert_true(us == 500);
	assert_int_equal(units_parse_latency("250us", &us), 0);
	assert_true(us == 250);
	assert_int_equal(units_parse_latency("1.5s", &us), 0);
	assert_true(us == 1500000);
	assert_int_equal(units_parse_latency("20 ms", &us), -EINVAL);
	assert_int_equal(units_parse_latency("20m", &us), -EINVAL);
	assert_int_equal(units_parse_latency("-1", &us), -EINVAL);
	assert_int_equal(units_parse_latency("99999999999999999999s", &us), -EOVERFLOW);
	assert_true(us == 1500000);
}

static void what_is_not_a_rate_is_refused(void **state)
{
	static const char *const texts[] = {
		"",        "/s",
		"s",       "10M/",
		"10M/m",   "10M/S",
		"10M/s/s", "10M /s",
		"10Mps",   "00000000000000000000000000000000000000000000000000000000000000001",
	};
	uint64_t rate_bytes_s = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(units_parse_rate(texts[i], &rate_bytes_s), -EINVAL);
	assert_int_equal(units_parse_rate("16384p/s", &rate_bytes_s), -EOVERFLOW);
	assert_int_equal(rate_bytes_s, UNTOUCHED);
}

static void sizes_are_shown_rounded_down_in_the_largest_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{0, "0 B"},
		{1, "1 B"},
		{1023, "1023 B"},
		{KIB, "1.00 KiB"},
		{1536, "1.50 KiB"},
		{MIB - 1, "1023.99 KiB"},
		{MIB, "1.00 MiB"},
		{3 * GIB / 2, "1.50 GiB"},
		{TIB - 1, "1023.99 GiB"},
		{TIB + 11 * GIB, "1.01 TiB"},
		{PIB, "1.00 PiB"},
		{1024 * PIB, "1.00 EiB"},
		{UINT64_MAX, "15.99 EiB"},
	};
	char text[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		units_format_bytes(sizes[i].bytes, text);
		assert_string_equal(text, sizes[i].text);
	}
}

static void durations_are_shown_in_their_two_largest_units(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} durations[] = {
		{0, "0s"},
		{999999, "0s"},
		{1000000, "1s"},
		{UINT64_C(59999999), "59s"},
		{UINT64_C(60000000), "1m00s"},
		{UINT64_C(65000000), "1m05s"},
		{UINT64_C(3599999999), "59m59s"},
		{UINT64_C(3600000000), "1h00m"},
		{UINT64_C(3720000000), "1h02m"},
		{DAY_US - 1, "23h59m"},
		{DAY_US, "1d00h"},
		{UINT64_MAX, "213503982d08h"},
	};
	char text[UNITS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		units_format_duration(durations[i].us, text);
		assert_string_equal(text, durations[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions_are_exact_up_to_the_last_value_that_fits),
		cmocka_unit_test(conversions_that_overflow_are_refused),
		cmocka_unit_test(what_is_not_a_whole_number_of_units_is_refused),
		cmocka_unit_test(sizes_are_read_as_lvm_reads_them),
		cmocka_unit_test(fractions_of_a_unit_are_rounded_down_to_bytes),
		cmocka_unit_test(what_is_not_a_size_is_refused),
		cmocka_unit_test(sizes_that_do_not_fit_are_refused),
		cmocka_unit_test(a_rate_may_say_that_it_is_one),
		cmocka_unit_test(what_is_not_a_rate_is_refused),
		cmocka_unit_test(sizes_are_shown_rounded_down_in_the_largest_unit),
		cmocka_unit_test(durations_are_shown_in_their_two_largest_units),
		cmocka_unit_test(latencies_are_read_in_milliseconds_unless_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "client/when.h"

#define SEC_US UINT64_C(1000000)
/* 2026-11-22 15:04:05 in the time zone of these tests, which is two hours east and saves no light.
 */
#define NOW_US (UINT64_C(1795352645) * SEC_US)

static uint64_t parse(const char *text)
{
	uint64_t time_us = 77;

	assert_int_equal(when_parse(text, NOW_US, &time_us), 0);
	return time_us / SEC_US;
}

static void points_in_time_are_local(void **state)
{
	(void)state;
	assert_int_equal(parse("2026-11-22 15:04:05"), NOW_US / SEC_US);
	assert_int_equal(parse("2026-11-22 15:04"), NOW_US / SEC_US - 5);
	assert_int_equal(parse("2026-11-22"), NOW_US / SEC_US - 15 * 3600 - 4 * 60 - 5);
	assert_int_equal(parse("15:04"), NOW_US / SEC_US - 5);
	assert_int_equal(parse("15:04:06"), NOW_US / SEC_US + 1);
	assert_int_equal(parse("today"), parse("2026-11-22"));
	assert_int_equal(parse("yesterday"), parse("2026-11-21"));
	assert_int_equal(parse("now"), NOW_US / SEC_US);
	assert_int_equal(parse("@1700000000"), 1700000000);
}

static void what_is_ago_is_counted_back(void **state)
{
	(void)state;
	assert_int_equal(parse("-90s"), NOW_US / SEC_US - 90);
	assert_int_equal(parse("-5min"), NOW_US / SEC_US - 300);
	assert_int_equal(parse("2h ago"), NOW_US / SEC_US - 7200);
	assert_int_equal(parse("-3d"), NOW_US / SEC_US - 3 * 86400);
	assert_int_equal(parse("1w ago"), NOW_US / SEC_US - 7 * 86400);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = {
		"",      " ",           "-",          "-h",
		"2h",    "ago",         " ago",       "-2",
		"-2 h",  "tomorrow",    "2026-13-01", "2026-11-22x",
		"25:00", "2026-11-22T", "@",          "@-1",
		"@1x",   "-2h ago",     "1h ago ago", "-1111111111111111111111111111111111111111h",
	};
	uint64_t time_us = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (when_parse(texts[i], NOW_US, &time_us) >= 0)
			fail_msg("\"%s\" was taken for a time", texts[i]);
	assert_int_equal(when_parse("@99999999999999999999", NOW_US, &time_us), -EOVERFLOW);
	assert_int_equal(when_parse("-99999999w", NOW_US, &time_us), -EOVERFLOW);
	assert_int_equal(time_us, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_in_time_are_local),
		cmocka_unit_test(what_is_ago_is_counted_back),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	setenv("TZ", "UTC-2", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

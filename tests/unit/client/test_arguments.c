/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/arguments.h"
#include "common/cleanup.h"

#define BY_PATH "/dev/disk/by-path/pci-0000:00:04.0-scsi-0:0:1:0"

static bool nothing_exists(const char *path)
{
	(void)path;
	return false;
}

static bool devices_exist(const char *path)
{
	return strcmp(path, "/dev/sdb") == 0 || strcmp(path, BY_PATH) == 0;
}

static void expect_pv(const char *text, argument_exists_fn *exists, const char *device,
		      const char *spans)
{
	cleanup(pv_argument_deinit) struct pv_argument pv = {0};
	char read[128] = "";

	assert_int_equal(argument_parse_pv(text, exists, &pv), 0);
	assert_string_equal(pv.device, device);
	for (size_t i = 0; i < pv.span_count; i++)
		snprintf(read + strlen(read), sizeof(read) - strlen(read), "%s%ju+%ju",
			 i > 0 ? " " : "", (uintmax_t)pv.spans[i].first_pe,
			 (uintmax_t)pv.spans[i].extent_count);
	assert_string_equal(read, spans);
}

static void expect_error(const char *text, int error)
{
	struct pv_argument pv = {.span_count = 77};

	assert_int_equal(argument_parse_pv(text, devices_exist, &pv), error);
	assert_int_equal(pv.span_count, 77);
	assert_null(pv.device);
}

static void device_alone_means_all_of_it(void **state)
{
	(void)state;
	expect_pv("/dev/sdb", devices_exist, "/dev/sdb", "");
	expect_pv("/dev/sdb", nothing_exists, "/dev/sdb", "");
}

static void ranges_are_those_of_pvmove(void **state)
{
	(void)state;
	expect_pv("/dev/sdb:5", devices_exist, "/dev/sdb", "5+1");
	expect_pv("/dev/sdb:1000-1999", devices_exist, "/dev/sdb", "1000+1000");
	expect_pv("/dev/sdb:1000+1000", devices_exist, "/dev/sdb", "1000+1000");
	expect_pv("/dev/sdb:-99", devices_exist, "/dev/sdb", "0+100");
	expect_pv("/dev/sdb:7-7", devices_exist, "/dev/sdb", "7+1");
	expect_pv("/dev/sdb:0-1:5:9+2", devices_exist, "/dev/sdb", "0+2 5+1 9+2");
	expect_pv("/dev/sdb:4294967295", devices_exist, "/dev/sdb", "4294967295+1");
}

static void colons_of_a_name_that_exists_are_the_name_s(void **state)
{
	(void)state;
	expect_pv(BY_PATH, devices_exist, BY_PATH, "");
	expect_pv(BY_PATH ":100-199", devices_exist, BY_PATH, "100+100");
	expect_pv(BY_PATH ":1:2", devices_exist, BY_PATH, "1+1 2+1");
}

static void ranges_are_cut_off_a_name_that_does_not_exist(void **state)
{
	(void)state;
	expect_pv("/dev/sdx:1-2:3", nothing_exists, "/dev/sdx", "1+2 3+1");
	expect_pv("/dev/disk/by-path/pci-0000:00:1f.2-ata-1:5", nothing_exists,
		  "/dev/disk/by-path/pci-0000:00:1f.2-ata-1", "5+1");
}

static void what_does_not_look_like_a_range_is_of_the_name(void **state)
{
	(void)state;
	expect_pv("/dev/sdb:5x", devices_exist, "/dev/sdb:5x", "");
	expect_pv("/dev/sdb:a:5", devices_exist, "/dev/sdb:a", "5+1");
}

static void escaped_colons_are_of_the_name(void **state)
{
	(void)state;
	expect_pv("/dev/x\\:5", nothing_exists, "/dev/x:5", "");
	expect_pv("/dev/x\\:5:6-7", nothing_exists, "/dev/x:5", "6+2");
	expect_pv("/dev/x\\\\:5", nothing_exists, "/dev/x\\", "5+1");
	expect_pv("/dev/x\\@y", nothing_exists, "/dev/x@y", "");
	expect_pv("/dev/disk/by-id/a\\x20b", nothing_exists, "/dev/disk/by-id/a\\x20b", "");
	expect_pv("/dev/x\\", nothing_exists, "/dev/x\\", "");
}

static void bad_ranges_are_refused(void **state)
{
	(void)state;
	expect_error("/dev/sdb:", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb::5", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:5-3", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:5+0", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:5+", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:+5", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:-", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:1-2-3", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:1-2+3", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:1--2", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:4294967296", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:0-18446744073709551616", ARGUMENT_BAD_RANGE);
	expect_error("/dev/sdb:1:99999999999999999999999", ARGUMENT_BAD_RANGE);
}

static void range_without_an_end_is_refused(void **state)
{
	(void)state;
	expect_error("/dev/sdb:5-", ARGUMENT_OPEN_RANGE);
	expect_error("/dev/sdb:5-:7", ARGUMENT_OPEN_RANGE);
}

static void what_is_not_a_path_is_refused(void **state)
{
	(void)state;
	expect_error("", ARGUMENT_NOT_A_PATH);
	expect_error("sdb", ARGUMENT_NOT_A_PATH);
	expect_error("@tag", ARGUMENT_NOT_A_PATH);
	expect_error(":5", ARGUMENT_NOT_A_PATH);
}

/* "/dev/sdb" and so many times ":5". On the heap. */
static char *repeat_range(size_t count)
{
	static const char device[] = "/dev/sdb";
	char *text = calloc(1, sizeof(device) + count * 2);
	char *end;

	assert_non_null(text);
	memcpy(text, device, sizeof(device));
	end = text + strlen(device);
	for (size_t i = 0; i < count; i++) {
		*end++ = ':';
		*end++ = '5';
	}
	return text;
}

static void number_of_ranges_is_bounded(void **state)
{
	_free_ char *most = repeat_range(ARGUMENT_RANGES_MAX);
	_free_ char *more = repeat_range(ARGUMENT_RANGES_MAX + 1);
	_free_ char *many = repeat_range(ARGUMENT_RANGES_MAX + 100);
	cleanup(pv_argument_deinit) struct pv_argument pv = {0};

	(void)state;
	assert_int_equal(argument_parse_pv(most, devices_exist, &pv), 0);
	assert_int_equal(pv.span_count, ARGUMENT_RANGES_MAX);
	expect_error(more, ARGUMENT_TOO_MANY_RANGES);
	expect_error(many, ARGUMENT_TOO_MANY_RANGES);
}

static void ids_are_numbers_from_one(void **state)
{
	static const char *const bad[] = {"",
					  "0",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "1x",
					  "0x1",
					  "9223372036854775808",
					  "99999999999999999999999999"};
	uint64_t id = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(argument_parse_id(bad[i], &id), -EINVAL);
	assert_int_equal(id, 5);
	assert_int_equal(argument_parse_id("9223372036854775807", &id), 0);
	assert_true(id == INT64_MAX);
	assert_int_equal(argument_parse_id("007", &id), 0);
	assert_true(id == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_alone_means_all_of_it),
		cmocka_unit_test(ranges_are_those_of_pvmove),
		cmocka_unit_test(colons_of_a_name_that_exists_are_the_name_s),
		cmocka_unit_test(ranges_are_cut_off_a_name_that_does_not_exist),
		cmocka_unit_test(what_does_not_look_like_a_range_is_of_the_name),
		cmocka_unit_test(escaped_colons_are_of_the_name),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(range_without_an_end_is_refused),
		cmocka_unit_test(what_is_not_a_path_is_refused),
		cmocka_unit_test(number_of_ranges_is_bounded),
		cmocka_unit_test(ids_are_numbers_from_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

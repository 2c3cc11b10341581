/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "daemon/dm/table.h"

#define MIRROR "core 2 512 sync 2 252:0 2048 252:16 4096 1 handle_errors"

static struct dm_target linear(unsigned minor, uint64_t offset_sectors, uint64_t len_sectors)
{
	return (struct dm_target){.type = DM_LINEAR,
				  .len_sectors = len_sectors,
				  .source_dev = makedev(252, minor),
				  .source_sectors = offset_sectors};
}

static struct dm_target mirror(void)
{
	return (struct dm_target){.type = DM_MIRROR,
				  .len_sectors = 8192,
				  .source_dev = makedev(252, 0),
				  .source_sectors = 2048,
				  .dest_dev = makedev(252, 16),
				  .dest_sectors = 4096,
				  .region_sectors = 512};
}

static struct dm_table table_of(const struct dm_target *targets, size_t count)
{
	struct dm_table table = {0};

	for (size_t i = 0; i < count; i++)
		assert_int_equal(dm_table_append(&table, &targets[i]), 0);
	return table;
}

static bool equal(const struct dm_target *a, size_t a_count, const struct dm_target *b,
		  size_t b_count)
{
	struct dm_table table_a = table_of(a, a_count), table_b = table_of(b, b_count);
	bool result = dm_table_equal(&table_a, &table_b);

	assert_int_equal(dm_table_equal(&table_b, &table_a), result);
	dm_table_deinit(&table_a);
	dm_table_deinit(&table_b);
	return result;
}

static int parse(const char *type, const char *params, struct dm_target *targetp)
{
	return dm_target_parse(0, 8192, type, params, targetp);
}

static void parses_as(const char *type, const char *params, enum dm_target_type expected)
{
	struct dm_target target;

	if (parse(type, params, &target))
		fail_msg("\"%s\" is taken for nonsense", params);
	if (target.type != expected)
		fail_msg("\"%s\" has type %d", params, target.type);
}

static void is_nonsense(const char *type, const char *params)
{
	struct dm_target target = {.start_sectors = 77};

	if (parse(type, params, &target) != -EBADMSG)
		fail_msg("\"%s\" is not taken for nonsense", params);
	assert_int_equal(target.start_sectors, 77);
}

static void targets_follow_each_other_from_sector_zero(void **state)
{
	struct dm_target targets[100];
	struct dm_table table;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		targets[i] = linear(0, i, i + 1);
		targets[i].start_sectors = 12345;
	}
	table = table_of(targets, 100);
	assert_int_equal(table.count, 100);
	assert_int_equal(table.targets[0].start_sectors, 0);
	assert_int_equal(table.targets[99].start_sectors, 4950);
	assert_int_equal(table.targets[99].source_sectors, 99);
	assert_int_equal(dm_table_len(&table), 5050);
	dm_table_deinit(&table);
	assert_int_equal(dm_table_len(&table), 0);
	assert_null(table.targets);
}

static void what_is_formatted_parses_back(void **state)
{
	struct dm_target targets[] = {linear(3, UINT64_MAX - 8192, 8192), mirror(), mirror()};
	struct dm_target back;
	char params[256];

	(void)state;
	targets[2].nosync = true;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(dm_target_format(&targets[i], params, sizeof(params)), 0);
		assert_int_equal(parse(dm_target_type_name(targets[i].type), params, &back), 0);
		assert_true(equal(&targets[i], 1, &back, 1));
	}
}

static void the_kernel_is_told_numbers_and_the_handling_of_errors(void **state)
{
	struct dm_target target = mirror();
	char params[256];

	(void)state;
	assert_int_equal(dm_target_format(&target, params, sizeof(params)), 0);
	assert_string_equal(params, MIRROR);
	target = linear(17, 99, 1);
	assert_int_equal(dm_target_format(&target, params, sizeof(params)), 0);
	assert_string_equal(params, "252:17 99");
	assert_string_equal(dm_target_type_name(DM_MIRROR), "mirror");
	assert_null(dm_target_type_name(DM_OTHER));
}

static void a_text_that_does_not_fit_is_not_formatted(void **state)
{
	struct dm_target target = mirror();
	char params[sizeof(MIRROR)];

	(void)state;
	assert_int_equal(dm_target_format(&target, params, sizeof(MIRROR)), 0);
	assert_int_equal(dm_target_format(&target, params, sizeof(MIRROR) - 1), -ENOSPC);
	assert_int_equal(dm_target_format(&target, params, 0), -ENOSPC);
}

static void a_mirror_is_parsed_with_all_its_numbers(void **state)
{
	struct dm_target target, expected = mirror();

	(void)state;
	assert_int_equal(dm_target_parse(4096, 8192, "mirror", MIRROR, &target), 0);
	assert_int_equal(target.start_sectors, 4096);
	assert_false(target.nosync);
	assert_true(equal(&target, 1, &expected, 1));
	assert_int_equal(
		parse("mirror", "core 2 64 nosync 2 8:0 0 8:1 0 1 handle_errors ", &target), 0);
	assert_true(target.nosync);
	assert_int_equal(target.region_sectors, 64);
	assert_int_equal(target.dest_dev, makedev(8, 1));
}

static void other_targets_and_other_forms_of_ours_are_other(void **state)
{
	(void)state;
	parses_as("striped", "2 128 252:0 0 252:16 0", DM_OTHER);
	parses_as("", "", DM_OTHER);
	parses_as("linear2", "252:0 0", DM_OTHER);
	parses_as("linear", "252:0 0 more", DM_OTHER);
	parses_as("mirror", "disk 2 253:4 512 2 252:0 0 252:16 0", DM_OTHER);
	/* what lvm2's own pvmove loads */
	parses_as("mirror", "core 1 4096 2 252:0 0 252:16 0", DM_OTHER);
	parses_as("mirror", "core 1 4096 2 252:0 0 252:16 0 1 handle_errors", DM_OTHER);
	/* these would go on with one side */
	parses_as("mirror", "core 2 512 nosync 2 252:0 0 252:16 0 2 handle_errors keep_log",
		  DM_OTHER);
	parses_as("mirror", "core 2 512 sync 2 252:0 0 252:16 0 2 handle_errors keep_log",
		  DM_OTHER);
	parses_as("mirror", "core 2 512 sync 3 8:0 0 8:16 0 8:32 0 1 handle_errors", DM_OTHER);
	parses_as("mirror", MIRROR "2", DM_OTHER);
	parses_as("mirror", MIRROR " 7", DM_OTHER);
	parses_as("mirror", "core 2 512 syncs 2 8:0 0 8:16 0 1 handle_errors", DM_OTHER);
}

static void what_is_other_has_nothing_but_its_place(void **state)
{
	struct dm_target target;

	(void)state;
	assert_int_equal(
		dm_target_parse(5, 6, "mirror", "core 2 512 sync 2 8:0 7 8:16 9 0", &target), 0);
	assert_int_equal(target.type, DM_OTHER);
	assert_int_equal(target.start_sectors, 5);
	assert_int_equal(target.len_sectors, 6);
	assert_int_equal(target.source_dev, 0);
	assert_int_equal(target.dest_sectors, 0);
	assert_int_equal(target.region_sectors, 0);
}

static void numbers_out_of_bounds_are_nonsense(void **state)
{
	(void)state;
	is_nonsense("linear", "");
	is_nonsense("linear", "252:0");
	is_nonsense("linear", "252 0");
	is_nonsense("linear", "vda 0");
	is_nonsense("linear", "/dev/vda 0");
	is_nonsense("linear", "-1:0 0");
	is_nonsense("linear", "+8:0 0");
	is_nonsense("linear", "0x8:0 0");
	is_nonsense("linear", ":0 0");
	is_nonsense("linear", "8: 0");
	is_nonsense("linear", "8: 0 0");
	is_nonsense("linear", "4096:0 0");
	is_nonsense("linear", "8:1048576 0");
	is_nonsense("linear", "8:0 -1");
	is_nonsense("linear", "8:0 1.5");
	is_nonsense("linear", "8:0 1e3");
	is_nonsense("linear", "8:0 0\n");
	is_nonsense("linear", "8:0 18446744073709551616");
	is_nonsense("linear", "8:0 99999999999999999999999999999999999");
	is_nonsense("mirror", "core 2 0 sync 2 8:0 0 8:16 0 1 handle_errors");
	is_nonsense("mirror", "core 2 4294967296 sync 2 8:0 0 8:16 0 1 handle_errors");
	is_nonsense("mirror", "core 2");
	is_nonsense("mirror", "core 2 512 sync 2 8:0 0 8:16");
	parses_as("linear", "4095:1048575 0", DM_LINEAR);
	parses_as("linear", "8:0 00000000000000000000000000000000000007", DM_LINEAR);
}

static void targets_that_end_beyond_the_last_sector_are_nonsense(void **state)
{
	struct dm_target target;

	(void)state;
	is_nonsense("linear", "8:0 18446744073709551615");
	is_nonsense("mirror", "core 2 512 sync 2 8:0 0 8:16 18446744073709551615 1 "
			      "handle_errors");
	parses_as("linear", "8:0 18446744073709543423", DM_LINEAR);
	assert_int_equal(dm_target_parse(UINT64_MAX, 1, "linear", "8:0 0", &target), -EBADMSG);
	assert_int_equal(dm_target_parse(UINT64_MAX - 1, 1, "linear", "8:0 0", &target), 0);
	assert_int_equal(dm_target_parse(0, 0, "linear", "8:0 0", &target), -EBADMSG);
	assert_int_equal(dm_target_parse(UINT64_MAX, 1, "error", "", &target), -EBADMSG);
}

static void linear_targets_that_continue_each_other_are_one(void **state)
{
	struct dm_target whole = linear(0, 100, 30);
	struct dm_target parts[] = {linear(0, 100, 5), linear(0, 105, 5), linear(0, 110, 20)};
	struct dm_target others[] = {linear(0, 100, 20), linear(0, 120, 10)};

	(void)state;
	assert_true(equal(&whole, 1, parts, 3));
	assert_true(equal(others, 2, parts, 3));
}

static void linear_targets_that_do_not_continue_each_other_are_not_one(void **state)
{
	struct dm_target whole = linear(0, 100, 30);
	struct dm_target gap[] = {linear(0, 100, 10), linear(0, 111, 20)};
	struct dm_target other_dev[] = {linear(0, 100, 10), linear(16, 110, 20)};
	struct dm_target short_one[] = {linear(0, 100, 10), linear(0, 110, 19)};

	(void)state;
	assert_false(equal(&whole, 1, gap, 2));
	assert_false(equal(&whole, 1, other_dev, 2));
	assert_false(equal(&whole, 1, short_one, 2));
	assert_false(equal(&whole, 1, short_one, 1));
	assert_false(equal(&whole, 1, NULL, 0));
	assert_true(equal(NULL, 0, NULL, 0));
}

static void mirrors_are_compared_one_by_one(void **state)
{
	struct dm_target a = mirror(), b, halves[2] = {mirror(), mirror()};

	(void)state;
	assert_true(equal(&a, 1, &a, 1));
	halves[0].len_sectors = halves[1].len_sectors = 4096;
	halves[1].source_sectors += 4096;
	halves[1].dest_sectors += 4096;
	assert_false(equal(&a, 1, halves, 2));

	b = a;
	b.dest_dev = makedev(252, 32);
	assert_false(equal(&a, 1, &b, 1));
	b = a;
	b.dest_sectors++;
	assert_false(equal(&a, 1, &b, 1));
	b = a;
	b.region_sectors *= 2;
	assert_false(equal(&a, 1, &b, 1));
	b = a;
	b.nosync = true;
	assert_false(equal(&a, 1, &b, 1));
	b = a;
	b.type = DM_LINEAR;
	assert_false(equal(&a, 1, &b, 1));
}

static void an_other_target_equals_nothing_not_even_itself(void **state)
{
	struct dm_target other = {.type = DM_OTHER, .len_sectors = 10};
	struct dm_target linears[] = {linear(0, 0, 10), linear(0, 10, 10)};
	struct dm_target mixed[] = {linear(0, 0, 10), other};

	(void)state;
	assert_false(equal(&other, 1, &other, 1));
	assert_false(equal(mixed, 2, mixed, 2));
	assert_false(equal(mixed, 2, linears, 2));
}

static void status_says_progress_and_the_health_of_each_leg(void **state)
{
	struct dm_mirror_status status;

	(void)state;
	assert_int_equal(dm_mirror_status_parse("2 8:0 8:16 5/10 1 AA 1 core", &status), 0);
	assert_int_equal(status.synced_regions, 5);
	assert_int_equal(status.total_regions, 10);
	assert_int_equal(status.source, DM_LEG_ALIVE);
	assert_int_equal(status.dest, DM_LEG_ALIVE);
	assert_int_equal(dm_mirror_status_parse("2 8:0 8:16 10/10 1 SD 1 core", &status), 0);
	assert_int_equal(status.source, DM_LEG_SYNC_FAILED);
	assert_int_equal(status.dest, DM_LEG_WRITE_FAILED);
	assert_int_equal(dm_mirror_status_parse("2 8:0 8:16 0/1 1 RU 1 core ", &status), 0);
	assert_int_equal(status.source, DM_LEG_READ_FAILED);
	assert_int_equal(status.dest, DM_LEG_UNKNOWN);
	/* a letter that a newer kernel may bring is no reason to think that all is well */
	assert_int_equal(dm_mirror_status_parse("2 8:0 8:16 0/1 1 A? 1 core", &status), 0);
	assert_int_equal(status.dest, DM_LEG_UNKNOWN);
}

static void a_status_that_makes_no_sense_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"2",
		"2 8:0 8:16",
		"3 8:0 8:16 8:32 5/10 1 AAA 1 core",
		"2 8:0 8:16 11/10 1 AA 1 core",
		"2 8:0 8:16 -1/10 1 AA 1 core",
		"2 8:0 8:16 5 10 1 AA 1 core",
		"2 8:0 8:16 5/99999999999999999999 1 AA 1 core",
		"2 8:0 8:16 5/10 1 A 1 core",
		"2 8:0 8:16 5/10 1 AAA 1 core",
		"2 8:0 8:16 5/10 1",
		"2 8:0 8:16 5/10 2 AA 1 core",
		"2 8:0 8:16 5/10 1 AA",
		"2 8:0 8:16 5/10 1 AA 3 disk 253:4 A",
		"2 8:0 8:16 5/10 1 AA 1 core more",
		"2 sda sdb 5/10 1 AA 1 core",
	};
	struct dm_mirror_status status = {.total_regions = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (dm_mirror_status_parse(texts[i], &status) != -EBADMSG)
			fail_msg("\"%s\" is taken for a status", texts[i]);
	}
	assert_int_equal(status.total_regions, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_follow_each_other_from_sector_zero),
		cmocka_unit_test(what_is_formatted_parses_back),
		cmocka_unit_test(the_kernel_is_told_numbers_and_the_handling_of_errors),
		cmocka_unit_test(a_text_that_does_not_fit_is_not_formatted),
		cmocka_unit_test(a_mirror_is_parsed_with_all_its_numbers),
		cmocka_unit_test(other_targets_and_other_forms_of_ours_are_other),
		cmocka_unit_test(what_is_other_has_nothing_but_its_place),
		cmocka_unit_test(numbers_out_of_bounds_are_nonsense),
		cmocka_unit_test(targets_that_end_beyond_the_last_sector_are_nonsense),
		cmocka_unit_test(linear_targets_that_continue_each_other_are_one),
		cmocka_unit_test(linear_targets_that_do_not_continue_each_other_are_not_one),
		cmocka_unit_test(mirrors_are_compared_one_by_one),
		cmocka_unit_test(an_other_target_equals_nothing_not_even_itself),
		cmocka_unit_test(status_says_progress_and_the_health_of_each_leg),
		cmocka_unit_test(a_status_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/disks.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

static struct disks sum(const char *text)
{
	cleanup(protocol_put) struct json_object *list = sample_list(text);
	cleanup(moves_deinit) struct moves moves = {0};
	struct disks disks = {0};

	assert_int_equal(moves_update(&moves, list), 0);
	assert_int_equal(disks_sum(&disks, &moves), 0);
	return disks;
}

static void expect_disk(const struct disk *disk, const char *name, uint64_t read_bytes_s,
			uint64_t written_bytes_s)
{
	assert_string_equal(disk->name, name);
	assert_true(disk->read_bytes_s == read_bytes_s);
	assert_true(disk->written_bytes_s == written_bytes_s);
}

static void rates_of_moves_are_summed_on_source_and_destination(void **state)
{
	cleanup(disks_deinit) struct disks disks =
		sum(SAMPLE_COPYING(1, "/dev/a", "['/dev/b']", 30) "," SAMPLE_COPYING(
			2, "/dev/a", "['/dev/c']", 12) "," SAMPLE_COPYING(3, "/dev/b", "['/dev/c']",
									  5));

	(void)state;
	assert_int_equal(disks.count, 3);
	expect_disk(&disks.entries[0], "/dev/a", 42, VIEW_UNKNOWN);
	expect_disk(&disks.entries[1], "/dev/b", 5, 30);
	expect_disk(&disks.entries[2], "/dev/c", VIEW_UNKNOWN, 17);
}

static void moves_without_a_destination_are_one_line_for_each_vg(void **state)
{
	cleanup(disks_deinit) struct disks disks =
		sum(SAMPLE_COPYING(2, "/dev/d", "[]", 12) "," SAMPLE_COPYING(3, "/dev/d", "[]", 1));

	(void)state;
	assert_int_equal(disks.count, 2);
	expect_disk(&disks.entries[1], "any of vg0", VIEW_UNKNOWN, 13);
	assert_false(disks.entries[1].is_written_at_most);
}

static void each_of_several_destinations_is_written_at_most_as_fast_as_the_move(void **state)
{
	cleanup(disks_deinit) struct disks disks =
		sum(SAMPLE_COPYING(1, "/dev/a", "['/dev/b','/dev/c','/dev/d','/dev/e']",
				   30) "," SAMPLE_COPYING(2, "/dev/a", "['/dev/c']", 12));

	(void)state;
	assert_int_equal(disks.count, 5);
	expect_disk(&disks.entries[0], "/dev/a", 42, VIEW_UNKNOWN);
	expect_disk(&disks.entries[1], "/dev/b", VIEW_UNKNOWN, 30);
	expect_disk(&disks.entries[2], "/dev/c", VIEW_UNKNOWN, 42);
	expect_disk(&disks.entries[4], "/dev/e", VIEW_UNKNOWN, 30);
	assert_false(disks.entries[0].is_written_at_most);
	for (size_t i = 1; i < disks.count; i++)
		assert_true(disks.entries[i].is_written_at_most);
}

static void several_destinations_of_a_move_that_is_not_copied_bound_nothing(void **state)
{
	cleanup(disks_deinit) struct disks disks =
		sum(SAMPLE_COPYING(1, "/dev/a", "['/dev/b','/dev/c']",
				   null) "," SAMPLE_COPYING(2, "/dev/a", "['/dev/c']", 12));

	(void)state;
	assert_int_equal(disks.count, 3);
	expect_disk(&disks.entries[1], "/dev/b", VIEW_UNKNOWN, VIEW_UNKNOWN);
	expect_disk(&disks.entries[2], "/dev/c", VIEW_UNKNOWN, 12);
	assert_false(disks.entries[1].is_written_at_most);
	assert_false(disks.entries[2].is_written_at_most);
}

static void move_without_a_rate_names_its_disks_and_adds_nothing(void **state)
{
	cleanup(disks_deinit) struct disks disks = sum(SAMPLE_COPYING(
		1, "/dev/a", "['/dev/b']", null) "," SAMPLE_COPYING(2, "/dev/c", "['/dev/b']", 0));

	(void)state;
	assert_int_equal(disks.count, 3);
	expect_disk(&disks.entries[0], "/dev/a", VIEW_UNKNOWN, VIEW_UNKNOWN);
	expect_disk(&disks.entries[1], "/dev/b", VIEW_UNKNOWN, 0);
}

static void moves_that_have_ended_do_not_count(void **state)
{
	cleanup(disks_deinit) struct disks disks = sum(SAMPLE_MOVE(6, "done", 4096, 4096, "[]"));

	(void)state;
	assert_int_equal(disks.count, 0);
}

static void hostile_rates_do_not_wrap_around(void **state)
{
	cleanup(disks_deinit) struct disks disks = sum(
		SAMPLE_COPYING(1, "/dev/a", "['/dev/b']", 9223372036854775807) "," SAMPLE_COPYING(
			2, "/dev/a", "['/dev/b']",
			9223372036854775807) "," SAMPLE_COPYING(3, "/dev/a", "['/dev/b']",
								9223372036854775807));

	(void)state;
	expect_disk(&disks.entries[0], "/dev/a", VIEW_UNKNOWN - 1, VIEW_UNKNOWN);
}

static void many_disks_are_bounded(void **state)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);
	cleanup(disks_deinit) struct disks disks = {0};

	(void)state;
	for (int i = 1; i <= DISKS_MAX; i++)
		fprintf(stream,
			"%s{'id':%d,'uuid':'u','state':'running','waiting':false,'vg':'v',"
			"'source':'/dev/s%d','destinations':['/dev/d%d'],'passes':[],"
			"'total_bytes':1,'rate_bytes_s':1,'created_us':0}",
			i > 1 ? "," : "", i, i, i);
	fclose(stream);
	disks = sum(text);
	assert_int_equal(disks.count, DISKS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_of_moves_are_summed_on_source_and_destination),
		cmocka_unit_test(moves_without_a_destination_are_one_line_for_each_vg),
		cmocka_unit_test(
			each_of_several_destinations_is_written_at_most_as_fast_as_the_move),
		cmocka_unit_test(several_destinations_of_a_move_that_is_not_copied_bound_nothing),
		cmocka_unit_test(move_without_a_rate_names_its_disks_and_adds_nothing),
		cmocka_unit_test(moves_that_have_ended_do_not_count),
		cmocka_unit_test(hostile_rates_do_not_wrap_around),
		cmocka_unit_test(many_disks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

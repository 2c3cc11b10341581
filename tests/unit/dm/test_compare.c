/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/dm/compare.h"

#define SECTORS UINT64_C(4096) /* two pieces */
#define BLOCK   8

/* Two disks that hold a number in each sector, and somebody who writes between the reads. */
struct disks {
	unsigned sectors[2][SECTORS];
	uint64_t bad[2]; /* a sector that cannot be read; SECTORS: none */
	uint64_t now_ms;
	unsigned read_count;
	uint64_t read_ms; /* how long a read takes */
	void (*write)(struct disks *disks);
	unsigned refused_count; /* reads that no direct I/O would do */
};

static void fill_sector(char *at, unsigned number)
{
	memset(at, 0, SECTOR_BYTES);
	memcpy(at, &number, sizeof(number));
}

static int read_disk(void *arg, enum compare_side side, uint64_t off_sectors, uint64_t len_sectors,
		     void *buffer)
{
	struct disks *disks = arg;

	disks->now_ms += disks->read_ms;
	disks->read_count++;
	if (disks->write)
		disks->write(disks);
	if (off_sectors % BLOCK || len_sectors % BLOCK || (uintptr_t)buffer % 4096)
		disks->refused_count++;
	if (disks->bad[side] >= off_sectors && disks->bad[side] < off_sectors + len_sectors)
		return -EIO;
	for (uint64_t i = 0; i < len_sectors; i++)
		fill_sector((char *)buffer + i * SECTOR_BYTES,
			    disks->sectors[side][off_sectors + i]);
	return 0;
}

static uint64_t now_ms(void *arg)
{
	return ((struct disks *)arg)->now_ms;
}

static void wait_ms(void *arg, uint64_t ms)
{
	((struct disks *)arg)->now_ms += ms;
}

static struct disks *equal_disks(void)
{
	struct disks *disks = calloc(1, sizeof(*disks));

	assert_non_null(disks);
	for (unsigned i = 0; i < SECTORS; i++)
		disks->sectors[0][i] = disks->sectors[1][i] = i;
	disks->bad[0] = disks->bad[1] = SECTORS;
	disks->read_ms = 1;
	return disks;
}

static void assert_result(struct disks *disks, enum dm_verdict verdict, uint64_t off_sectors,
			  uint64_t len_sectors)
{
	const struct compare_world world = {read_disk, now_ms, wait_ms, BLOCK, disks};
	struct dm_comparison_result result = {.verdict = 77};

	assert_int_equal(compare_stretches(&world, SECTORS, &result), 0);
	assert_int_equal(result.verdict, verdict);
	assert_int_equal(result.off_sectors, off_sectors);
	assert_int_equal(result.len_sectors, len_sectors);
	assert_int_equal(disks->refused_count, 0);
	assert_true(disks->now_ms < 60000);
}

static void what_is_the_same_is_read_once(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	assert_result(disks, DM_EQUAL, 0, 0);
	assert_int_equal(disks->read_count, 4);
}

static void a_difference_that_stays_is_named_to_the_sector(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	disks->sectors[1][3001] = 0;
	disks->sectors[1][3002] = 0;
	disks->sectors[1][3010] = 0;
	assert_result(disks, DM_DIFFERENT, 3001, 2);
	assert_true(disks->now_ms >= 1000);
}

/* The second side gets what the first one has, later. */
static void catch_up(struct disks *disks)
{
	if (disks->now_ms > 300)
		disks->sectors[1][5] = disks->sectors[0][5];
}

static void a_write_that_one_side_takes_later_is_no_difference(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	disks->sectors[0][5] = 99;
	disks->write = catch_up;
	assert_result(disks, DM_EQUAL, 0, 0);
}

/* Each read of the first side finds the sector newer than the last read of the second did. */
static void write_without_rest(struct disks *disks)
{
	disks->sectors[0][5]++;
	disks->sectors[1][5] += 2;
}

static void what_never_stands_still_is_unsettled(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	disks->write = write_without_rest;
	assert_result(disks, DM_UNSETTLED, 5, 1);
}

/* Many sectors change all the time, but each is at rest now and then. */
static void write_here_and_there(struct disks *disks)
{
	if (disks->read_count % 2 == 0)
		disks->sectors[1][disks->read_count / 2 % 3]++;
	else
		for (unsigned i = 0; i < 3; i++)
			disks->sectors[1][i] = disks->sectors[0][i];
}

static void sectors_settle_each_by_itself(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	disks->write = write_here_and_there;
	assert_result(disks, DM_EQUAL, 0, 0);
}

static void a_slow_disk_is_given_more_time(void **state)
{
	_free_ struct disks *quick = equal_disks();
	_free_ struct disks *slow = equal_disks();

	(void)state;
	quick->sectors[0][5] = slow->sectors[0][5] = 99;
	slow->read_ms = 900;
	assert_result(quick, DM_DIFFERENT, 5, 1);
	assert_result(slow, DM_DIFFERENT, 5, 1);
	assert_true(slow->now_ms - 2 * slow->read_ms > 4 * slow->read_ms);
}

static void what_cannot_be_read_is_named_to_the_block(void **state)
{
	_free_ struct disks *disks = equal_disks();

	(void)state;
	disks->bad[1] = 2050;
	assert_result(disks, DM_SECOND_UNREADABLE, 2048, BLOCK);
	disks->bad[0] = 100;
	assert_result(disks, DM_FIRST_UNREADABLE, 96, BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_same_is_read_once),
		cmocka_unit_test(a_difference_that_stays_is_named_to_the_sector),
		cmocka_unit_test(a_write_that_one_side_takes_later_is_no_difference),
		cmocka_unit_test(what_never_stands_still_is_unsettled),
		cmocka_unit_test(sectors_settle_each_by_itself),
		cmocka_unit_test(a_slow_disk_is_given_more_time),
		cmocka_unit_test(what_cannot_be_read_is_named_to_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/lvm/holders.h"
#include "tests/unit/lvm/folder.h"

/* As Linux 6.1 writes them. */
#define STAT       "     100 0 800 5      20 0 160 7      3 12 12      1 0 8 0      9 0\n"
#define STAT_COUNT (100 + 20 + 3 + 1)

static void link_to(const char *sysfs, const char *name, const char *target)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", sysfs, name);
	assert_int_equal(symlink(target, path), 0);
}

/* A disk, 8:16, of which 8:17 and 8:18 are partitions. Nothing lies upon any of them. */
static int set_up(void **state)
{
	const char *sysfs = folder_make();

	folder_write(sysfs, STAT, "devices/sdb/stat");
	folder_write(sysfs, "", "devices/sdb/holders/.none");
	for (unsigned number = 1; number <= 2; number++) {
		folder_write(sysfs, "1\n", "devices/sdb/sdb%u/partition", number);
		folder_write(sysfs, STAT, "devices/sdb/sdb%u/stat", number);
		folder_write(sysfs, "", "devices/sdb/sdb%u/holders/.none", number);
	}
	folder_write(sysfs, "", "dev/block/.none");
	link_to(sysfs, "dev/block/8:16", "../../devices/sdb");
	link_to(sysfs, "dev/block/8:17", "../../devices/sdb/sdb1");
	*state = (void *)sysfs;
	return 0;
}

static int tear_down(void **state)
{
	folder_remove(*state);
	return 0;
}

/* An LV upon a device, such as "sdb/sdb1". */
static void put_lv_upon(const char *sysfs, const char *name, const char *device, const char *stat)
{
	char link[128];
	char target[128];

	folder_write(sysfs, stat, "devices/%s/stat", name);
	snprintf(link, sizeof(link), "devices/%s/holders/%s", device, name);
	snprintf(target, sizeof(target), "%s/devices/%s", sysfs, name);
	link_to(sysfs, link, target);
}

static uint64_t count_of(const char *sysfs, unsigned minor)
{
	uint64_t count;

	assert_int_equal(holders_count_io(makedev(8, minor), sysfs, &count), 0);
	return count;
}

static int error_of(const char *sysfs)
{
	uint64_t count = 4711;
	int r = holders_count_io(makedev(8, 16), sysfs, &count);

	assert_int_equal(count, 4711);
	return r;
}

static void what_goes_to_the_disk_itself_is_not_counted(void **state)
{
	assert_int_equal(count_of(*state, 16), 0);
}

static void what_the_lvs_upon_it_have_begun_is_counted_ended_or_not(void **state)
{
	put_lv_upon(*state, "dm-0", "sdb", STAT);
	put_lv_upon(*state, "dm-1", "sdb", "1 0 0 0 0 0 0 0 0 0 0\n");
	assert_int_equal(count_of(*state, 16), STAT_COUNT + 1);
}

static void another_partition_of_its_disk_is_counted_once(void **state)
{
	assert_int_equal(count_of(*state, 17), STAT_COUNT);
	put_lv_upon(*state, "dm-0", "sdb/sdb1", "5 0 0 0 0 0 0 0 0 0 0\n");
	put_lv_upon(*state, "dm-1", "sdb/sdb2", "7 0 0 0 0 0 0 0 0 0 0\n");
	assert_int_equal(count_of(*state, 17), 5 + 7);
}

static void nonsense_is_refused(void **state)
{
	static const char *const nonsense[] = {
		"", "\n", "1 2 3", "-", "x 0 0 0 0 0 0 0 0\n", "1 0 0 0 2 0 0 0 x\n"};

	put_lv_upon(*state, "dm-0", "sdb", STAT);
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		folder_write(*state, nonsense[i], "devices/dm-0/stat");
		assert_int_equal(error_of(*state), -EBADMSG);
	}
}

static void a_disk_that_is_gone_is_an_error(void **state)
{
	uint64_t count;

	assert_int_equal(holders_count_io(makedev(8, 99), *state, &count), -ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_to_the_disk_itself_is_not_counted),
		TEST(what_the_lvs_upon_it_have_begun_is_counted_ended_or_not),
		TEST(another_partition_of_its_disk_is_counted_once),
		TEST(nonsense_is_refused),
		TEST(a_disk_that_is_gone_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/lvm/device.h"
#include "tests/unit/lvm/folder.h"

static int make(void **state)
{
	*state = folder_make();
	return 0;
}

static int clear(void **state)
{
	folder_remove(*state);
	return 0;
}

/* A disk with a queue, sysfs's dev/block/8:16, and its partition 8:17. */
static void make_disk(const char *sysfs, const char *block_size, const char *rotational)
{
	char link[256];

	folder_write(sysfs, block_size, "devices/sdb/queue/logical_block_size");
	folder_write(sysfs, rotational, "devices/sdb/queue/rotational");
	folder_write(sysfs, "1\n", "devices/sdb/sdb1/partition");
	folder_write(sysfs, "", "dev/block/empty");
	snprintf(link, sizeof(link), "%s/dev/block/8:16", sysfs);
	assert_int_equal(symlink("../../devices/sdb", link), 0);
	snprintf(link, sizeof(link), "%s/dev/block/8:17", sysfs);
	assert_int_equal(symlink("../../devices/sdb/sdb1", link), 0);
}

static void a_disk_has_its_own_facts(void **state)
{
	struct device device;

	make_disk(*state, "4096\n", "0\n");
	assert_int_equal(device_look_by_number(makedev(8, 16), *state, &device), 0);
	assert_int_equal(device.dev, makedev(8, 16));
	assert_int_equal(device.logical_block_bytes, 4096);
	assert_false(device.rotational);
}

static void a_partition_has_its_disks_facts(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_int_equal(device.dev, makedev(8, 17));
	assert_int_equal(device.logical_block_bytes, 512);
	assert_true(device.rotational);
}

static void an_unknown_device_has_none(void **state)
{
	struct device device = {.dev = 1};

	make_disk(*state, "512\n", "1\n");
	assert_int_equal(device_look_by_number(makedev(8, 32), *state, &device), -ENOENT);
	assert_int_equal(device.dev, 1);
}

static void nonsense_in_sysfs_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "\n", "x\n", "512", "512 x\n", "-1\n", "99999999999999999999999\n"};
	struct device device;

	make_disk(*state, "512\n", "1\n");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		folder_write(*state, texts[i], "devices/sdb/queue/logical_block_size");
		assert_int_equal(device_look_by_number(makedev(8, 16), *state, &device), -EBADMSG);
	}
}

static void only_block_devices_are_looked_at(void **state)
{
	struct device device;

	assert_int_equal(device_look("/dev/null", *state, &device), -ENOTBLK);
	assert_int_equal(device_look("/", *state, &device), -ENOTBLK);
	assert_int_equal(device_look("/no/such/device", *state, &device), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_disk_has_its_own_facts, make, clear),
		cmocka_unit_test_setup_teardown(a_partition_has_its_disks_facts, make, clear),
		cmocka_unit_test_setup_teardown(an_unknown_device_has_none, make, clear),
		cmocka_unit_test_setup_teardown(nonsense_in_sysfs_is_refused, make, clear),
		cmocka_unit_test_setup_teardown(only_block_devices_are_looked_at, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

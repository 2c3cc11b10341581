/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	folder_write(sysfs, "8:16\n", "devices/sdb/dev");
	folder_write(sysfs, "1\n", "devices/sdb/sdb1/partition");
	folder_write(sysfs, "8:17\n", "devices/sdb/sdb1/dev");
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

/* Another disk, 8:32 with the name of its folder, and dm-N, which is stacked on the devices named.
 */
static void make_second_disk(const char *sysfs, const char *name, const char *rotational)
{
	char target[256];
	char link[256];

	folder_write(sysfs, "512\n", "devices/%s/queue/logical_block_size", name);
	folder_write(sysfs, rotational, "devices/%s/queue/rotational", name);
	folder_write(sysfs, "8:32\n", "devices/%s/dev", name);
	snprintf(link, sizeof(link), "%s/dev/block/8:32", sysfs);
	snprintf(target, sizeof(target), "../../devices/%s", name);
	assert_int_equal(symlink(target, link), 0);
}

static void make_stacked(const char *sysfs, unsigned number, const char *const *below)
{
	char text[256];
	char link[256];

	folder_write(sysfs, "", "dev/block/empty");
	folder_write(sysfs, "512\n", "devices/dm-%u/queue/logical_block_size", number);
	snprintf(text, sizeof(text), "253:%u\n", number);
	folder_write(sysfs, text, "devices/dm-%u/dev", number);
	folder_write(sysfs, "", "devices/dm-%u/slaves/.keep", number);
	snprintf(link, sizeof(link), "%s/dev/block/253:%u", sysfs, number);
	snprintf(text, sizeof(text), "../../devices/dm-%u", number);
	assert_int_equal(symlink(text, link), 0);
	for (; *below; below++) {
		const char *name = strrchr(*below, '/') ? strrchr(*below, '/') + 1 : *below;

		snprintf(link, sizeof(link), "%s/devices/dm-%u/slaves/%s", sysfs, number, name);
		snprintf(text, sizeof(text), "../../%s", *below);
		assert_int_equal(symlink(text, link), 0);
	}
}

static void two_partitions_of_a_disk_are_one_disk(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	for (unsigned number = 16; number <= 17; number++) {
		assert_int_equal(device_look_by_number(makedev(8, number), *state, &device), 0);
		assert_int_equal(device.disk_count, 1);
		assert_int_equal(device.disks[0].dev, makedev(8, 16));
		assert_string_equal(device.disks[0].name, "sdb");
		assert_true(device.disks[0].rotational);
	}
}

static void what_is_stacked_lies_on_the_disks_below(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "0\n");
	make_second_disk(*state, "cciss!c0d0", "1\n");
	make_stacked(*state, 1, (const char *const[]){"sdb/sdb1", NULL});
	make_stacked(*state, 2, (const char *const[]){"dm-1", "sdb", "cciss!c0d0", NULL});

	assert_int_equal(device_look_by_number(makedev(253, 1), *state, &device), 0);
	assert_int_equal(device.disk_count, 1);
	assert_int_equal(device.disks[0].dev, makedev(8, 16));
	assert_false(device.rotational);

	assert_int_equal(device_look_by_number(makedev(253, 2), *state, &device), 0);
	assert_int_equal(device.disk_count, 2);
	assert_int_equal(device.disks[0].dev, makedev(8, 32));
	assert_string_equal(device.disks[0].name, "cciss/c0d0");
	assert_true(device.disks[0].rotational);
	assert_int_equal(device.disks[1].dev, makedev(8, 16));
	assert_false(device.disks[1].rotational);
	assert_true(device.rotational);
}

static void what_is_stacked_on_nothing_is_a_disk(void **state)
{
	struct device device;

	make_stacked(*state, 3, (const char *const[]){NULL});
	assert_int_equal(device_look_by_number(makedev(253, 3), *state, &device), 0);
	assert_int_equal(device.disk_count, 1);
	assert_int_equal(device.disks[0].dev, makedev(253, 3));
	assert_string_equal(device.disks[0].name, "dm-3");
}

static void layers_without_end_come_to_one(void **state)
{
	struct device device;

	make_stacked(*state, 4, (const char *const[]){"dm-5", NULL});
	make_stacked(*state, 5, (const char *const[]){"dm-4", NULL});
	assert_int_equal(device_look_by_number(makedev(253, 4), *state, &device), 0);
	assert_int_equal(device.disk_count, 1);
}

static void more_disks_than_there_is_room_for_are_left_out(void **state)
{
	const char *below[VG_PV_DISKS_MAX + 3] = {NULL};
	char names[VG_PV_DISKS_MAX + 2][16];
	struct device device;

	for (unsigned i = 0; i < VG_PV_DISKS_MAX + 2; i++) {
		snprintf(names[i], sizeof(names[i]), "dm-%u", 10 + i);
		make_stacked(*state, 10 + i, (const char *const[]){NULL});
		below[i] = names[i];
	}
	make_stacked(*state, 9, below);
	assert_int_equal(device_look_by_number(makedev(253, 9), *state, &device), 0);
	assert_int_equal(device.disk_count, VG_PV_DISKS_MAX);
}

static void limits_of_the_queue_are_read_where_there_are_any(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_int_equal(device.queue_requests, 0);
	assert_int_equal(device.request_max_bytes, 0);

	folder_write(*state, "64\n", "devices/sdb/queue/nr_requests");
	folder_write(*state, "120\n", "devices/sdb/queue/max_sectors_kb");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_int_equal(device.queue_requests, 64);
	assert_int_equal(device.request_max_bytes, 120 * 1024);
}

static void health_is_fine_where_nothing_says_otherwise(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_int_equal(device.physical_block_bytes, 0);
	assert_false(device.read_only);
	assert_false(device.degraded);
}

static void physical_blocks_are_those_of_the_queue(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	folder_write(*state, "4096\n", "devices/sdb/queue/physical_block_size");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_int_equal(device.physical_block_bytes, 4096);
}

static void a_partition_is_read_only_by_itself(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "1\n");
	folder_write(*state, "0\n", "devices/sdb/ro");
	folder_write(*state, "1\n", "devices/sdb/sdb1/ro");
	assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
	assert_true(device.read_only);
	assert_int_equal(device_look_by_number(makedev(8, 16), *state, &device), 0);
	assert_false(device.read_only);
	folder_write(*state, "yes\n", "devices/sdb/ro");
	assert_int_equal(device_look_by_number(makedev(8, 16), *state, &device), 0);
	assert_false(device.read_only);
}

static void a_disk_that_was_given_up_is_known_by_its_state(void **state)
{
	static const struct {
		const char *text;
		bool offline;
	} cases[] = {
		{"running\n", false},
		{"live\n", false},
		{"blocked\n", false},
		{"offline\n", true},
		{"dead\n", true},
		{"transport-offline\n", true},
		{"deleting (no IO)\n", true},
		{"offlin\n", false},
		{"", false},
		{"offline and much more than fits in a line of any state\n", false},
	};
	struct device device;

	make_disk(*state, "512\n", "1\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		folder_write(*state, cases[i].text, "devices/sdb/device/state");
		assert_int_equal(device_look_by_number(makedev(8, 17), *state, &device), 0);
		assert_int_equal(device.degraded, cases[i].offline);
	}
}

static void one_disk_that_was_given_up_degrades_all_above(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "0\n");
	make_second_disk(*state, "sdc", "0\n");
	make_stacked(*state, 1, (const char *const[]){"sdb/sdb1", "sdc", NULL});
	folder_write(*state, "running\n", "devices/sdb/device/state");
	assert_int_equal(device_look_by_number(makedev(253, 1), *state, &device), 0);
	assert_false(device.degraded);
	folder_write(*state, "offline\n", "devices/sdc/device/state");
	assert_int_equal(device_look_by_number(makedev(253, 1), *state, &device), 0);
	assert_true(device.degraded);
}

static void an_array_below_that_lacks_a_disk_is_degraded(void **state)
{
	struct device device;

	make_disk(*state, "512\n", "0\n");
	make_stacked(*state, 1, (const char *const[]){"sdb", NULL});
	make_stacked(*state, 2, (const char *const[]){"dm-1", NULL});
	folder_write(*state, "0\n", "devices/dm-1/md/degraded");
	assert_int_equal(device_look_by_number(makedev(253, 2), *state, &device), 0);
	assert_false(device.degraded);
	folder_write(*state, "1\n", "devices/dm-1/md/degraded");
	assert_int_equal(device_look_by_number(makedev(253, 2), *state, &device), 0);
	assert_true(device.degraded);
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
		cmocka_unit_test_setup_teardown(two_partitions_of_a_disk_are_one_disk, make, clear),
		cmocka_unit_test_setup_teardown(what_is_stacked_lies_on_the_disks_below, make,
						clear),
		cmocka_unit_test_setup_teardown(what_is_stacked_on_nothing_is_a_disk, make, clear),
		cmocka_unit_test_setup_teardown(layers_without_end_come_to_one, make, clear),
		cmocka_unit_test_setup_teardown(more_disks_than_there_is_room_for_are_left_out,
						make, clear),
		cmocka_unit_test_setup_teardown(limits_of_the_queue_are_read_where_there_are_any,
						make, clear),
		cmocka_unit_test_setup_teardown(health_is_fine_where_nothing_says_otherwise, make,
						clear),
		cmocka_unit_test_setup_teardown(physical_blocks_are_those_of_the_queue, make,
						clear),
		cmocka_unit_test_setup_teardown(a_partition_is_read_only_by_itself, make, clear),
		cmocka_unit_test_setup_teardown(a_disk_that_was_given_up_is_known_by_its_state,
						make, clear),
		cmocka_unit_test_setup_teardown(one_disk_that_was_given_up_degrades_all_above, make,
						clear),
		cmocka_unit_test_setup_teardown(an_array_below_that_lacks_a_disk_is_degraded, make,
						clear),
		cmocka_unit_test_setup_teardown(an_unknown_device_has_none, make, clear),
		cmocka_unit_test_setup_teardown(nonsense_in_sysfs_is_refused, make, clear),
		cmocka_unit_test_setup_teardown(only_block_devices_are_looked_at, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

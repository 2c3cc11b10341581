/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fake/dm.h"

#define CELL        FAKE_CELL_SECTORS
#define CELLS       16u
#define LEN         (CELLS * CELL)
#define REGION      (2 * CELL)
#define SOURCE_CELL 4u
#define DEST_CELL   8u

/* A source, a destination, and a leg with an LV on it. */
struct bench {
	struct fake_disk disks[2];
	struct fake_dm dm;
	dev_t leg;
	dev_t lv;
};

static struct dm_table one_target(struct dm_target *target)
{
	return (struct dm_table){.targets = target, .count = 1};
}

static struct dm_target linear(dev_t dev, uint64_t cell)
{
	return (struct dm_target){.len_sectors = LEN,
				  .type = DM_LINEAR,
				  .source_dev = dev,
				  .source_sectors = cell * CELL};
}

static struct dm_target mirror(const struct bench *bench, bool nosync)
{
	return (struct dm_target){
		.len_sectors = LEN,
		.type = DM_MIRROR,
		.source_dev = bench->disks[0].dev,
		.source_sectors = (uint64_t)SOURCE_CELL * CELL,
		.dest_dev = bench->disks[1].dev,
		.dest_sectors = (uint64_t)DEST_CELL * CELL,
		.region_sectors = REGION,
		.nosync = nosync,
	};
}

static void create(struct bench *bench, const char *uuid, struct dm_target target, dev_t *devp)
{
	const struct dm_table table = one_target(&target);

	assert_int_equal(fake_dm_create(&bench->dm, uuid, uuid, &table), 0);
	*devp = fake_dm_find(&bench->dm, uuid)->dev;
}

static int swap(struct bench *bench, const char *uuid, struct dm_target target)
{
	const struct dm_table table = one_target(&target);

	return fake_dm_swap(&bench->dm, uuid, &table);
}

static int set_up(void **state)
{
	static struct bench bench;

	fake_disk_init(&bench.disks[0], 0, 64);
	fake_disk_init(&bench.disks[1], 1, 64);
	fake_dm_init(&bench.dm, bench.disks, 2);
	create(&bench, "leg", linear(bench.disks[0].dev, SOURCE_CELL), &bench.leg);
	create(&bench, "lv", linear(bench.leg, 0), &bench.lv);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	fake_dm_clear(&bench->dm);
	fake_disk_deinit(&bench->disks[0]);
	fake_disk_deinit(&bench->disks[1]);
	return 0;
}

static int write_cell(struct bench *bench, uint64_t cell, uint64_t value)
{
	return fake_dm_write(&bench->dm, bench->lv, cell * CELL, value);
}

static void assert_sides(const struct bench *bench, uint64_t cell, uint64_t source, uint64_t dest)
{
	assert_int_equal(bench->disks[0].cached[SOURCE_CELL + cell], source);
	assert_int_equal(bench->disks[1].cached[DEST_CELL + cell], dest);
}

static struct dm_mirror_status leg_status(const struct bench *bench)
{
	struct dm_device device;
	struct dm_mirror_status status;

	assert_int_equal(fake_dm_observe(&bench->dm, "leg", &device), 0);
	status = device.mirrors[0];
	dm_device_deinit(&device);
	return status;
}

static void an_lv_is_written_through_its_leg(void **state)
{
	struct bench *bench = *state;
	uint64_t value = 0;

	assert_int_equal(write_cell(bench, 3, 7), 0);
	assert_int_equal(bench->disks[0].stable[SOURCE_CELL + 3], 7);
	assert_int_equal(fake_dm_read(&bench->dm, bench->lv, 3 * (uint64_t)CELL, &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(write_cell(bench, CELLS, 7), -EIO);
}

static void a_region_is_written_to_both_sides_once_it_is_copied(void **state)
{
	struct bench *bench = *state;
	uint64_t before = bench->disks[1].cached[DEST_CELL + 2];

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_true(fake_dm_copy(&bench->dm));
	assert_int_equal(write_cell(bench, 1, 11), 0);
	assert_int_equal(write_cell(bench, 2, 22), 0);
	assert_sides(bench, 1, 11, 11);
	assert_sides(bench, 2, 22, before);
	assert_int_equal(leg_status(bench).synced_regions, 1);
	assert_int_equal(leg_status(bench).total_regions, LEN / REGION);
}

static void copying_ends_with_an_event_and_equal_sides(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	for (unsigned i = 0; i < LEN / REGION; i++) {
		assert_false(bench->dm.event);
		assert_true(fake_dm_copy(&bench->dm));
	}
	assert_true(bench->dm.event);
	assert_false(fake_dm_copy(&bench->dm));
	for (uint64_t i = 0; i < CELLS; i++)
		assert_sides(bench, i, bench->disks[0].cached[SOURCE_CELL + i],
			     bench->disks[0].cached[SOURCE_CELL + i]);
}

static void what_was_copied_outlives_a_power_cut_once_it_is_flushed(void **state)
{
	struct bench *bench = *state;
	uint64_t before = bench->disks[1].cached[DEST_CELL];
	uint64_t source = bench->disks[0].cached[SOURCE_CELL];

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_true(fake_dm_copy(&bench->dm));
	fake_disk_cut_power(&bench->disks[1]);
	assert_sides(bench, 0, source, before);

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_true(fake_dm_copy(&bench->dm));
	assert_int_equal(fake_disk_flush(&bench->disks[1]), 0);
	fake_disk_cut_power(&bench->disks[1]);
	assert_sides(bench, 0, source, source);
}

static void a_new_table_begins_to_copy_anew(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_true(fake_dm_copy(&bench->dm));
	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_int_equal(leg_status(bench).synced_regions, 0);
}

static void a_nosync_mirror_copies_nothing_and_writes_both_sides(void **state)
{
	struct bench *bench = *state;
	uint64_t before = bench->disks[1].cached[DEST_CELL];

	assert_int_equal(swap(bench, "leg", mirror(bench, true)), 0);
	assert_false(fake_dm_copy(&bench->dm));
	assert_int_equal(bench->disks[1].cached[DEST_CELL], before);
	assert_int_equal(write_cell(bench, 0, 5), 0);
	assert_sides(bench, 0, 5, 5);
}

static void what_cannot_be_read_is_never_in_sync(void **state)
{
	struct bench *bench = *state;

	bench->disks[0].unreadable[SOURCE_CELL + 3] = true;
	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	while (fake_dm_copy(&bench->dm))
		;
	assert_true(bench->dm.event);
	assert_int_equal(leg_status(bench).source, DM_LEG_SYNC_FAILED);
	assert_int_equal(leg_status(bench).dest, DM_LEG_ALIVE);
	assert_int_equal(leg_status(bench).synced_regions, LEN / REGION - 1);
}

static void a_write_that_one_side_of_a_copying_mirror_fails_waits_for_the_next_table(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(swap(bench, "leg", mirror(bench, false)), 0);
	assert_true(fake_dm_copy(&bench->dm));
	bench->disks[1].unwritable[DEST_CELL] = true;
	assert_int_equal(write_cell(bench, 0, 9), FAKE_HELD);
	assert_int_equal(leg_status(bench).dest, DM_LEG_WRITE_FAILED);
	/* nor does any other that is not on both sides yet */
	assert_int_equal(write_cell(bench, 5, 10), FAKE_HELD);

	assert_true(fake_dm_is_blocked(&bench->dm, "lv"));
	assert_false(fake_dm_is_blocked(&bench->dm, "leg"));
	assert_int_equal(swap(bench, "leg", linear(bench->disks[0].dev, SOURCE_CELL)), 0);
	assert_false(fake_dm_is_blocked(&bench->dm, "lv"));
	assert_int_equal(bench->disks[0].cached[SOURCE_CELL], 9);
	assert_int_equal(bench->disks[0].cached[SOURCE_CELL + 5], 10);
}

static void a_device_in_use_is_not_removed(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(fake_dm_remove(&bench->dm, "leg"), -EBUSY);
	assert_int_equal(swap(bench, "lv", linear(bench->disks[0].dev, SOURCE_CELL)), 0);
	assert_int_equal(fake_dm_remove(&bench->dm, "leg"), 0);
	assert_int_equal(fake_dm_remove(&bench->dm, "leg"), 0);
	assert_null(fake_dm_find(&bench->dm, "leg"));
}

static void an_inactive_table_uses_its_devices_too(void **state)
{
	struct bench *bench = *state;
	struct dm_target on_leg = linear(bench->leg, 0);
	const struct dm_table table = one_target(&on_leg);

	assert_int_equal(swap(bench, "lv", linear(bench->disks[0].dev, SOURCE_CELL)), 0);
	assert_int_equal(fake_dm_load(&bench->dm, "lv", &table), 0);
	assert_int_equal(fake_dm_remove(&bench->dm, "leg"), -EBUSY);
	assert_int_equal(fake_dm_resume(&bench->dm, "lv"), 0);
	assert_int_equal(fake_dm_find(&bench->dm, "lv")->live.table.targets[0].source_dev,
			 bench->leg);
}

static void tables_that_the_kernel_would_not_take_are_refused(void **state)
{
	struct bench *bench = *state;
	struct dm_target target = mirror(bench, false);

	target.region_sectors = 2 * LEN;
	assert_int_equal(swap(bench, "leg", target), -EINVAL);
	target.region_sectors = 3 * CELL;
	assert_int_equal(swap(bench, "leg", target), -EINVAL);
	assert_int_equal(swap(bench, "leg", linear(bench->disks[0].dev, 60)), -EINVAL);
	assert_int_equal(swap(bench, "leg", linear(99, 0)), -ENXIO);
	assert_int_equal(swap(bench, "leg", linear(bench->leg, 0)), -EINVAL);
	assert_int_equal(swap(bench, "none", linear(bench->disks[0].dev, 0)), -ENXIO);
	assert_int_equal(fake_dm_create(&bench->dm, "x", "leg",
					&fake_dm_find(&bench->dm, "leg")->live.table),
			 -EBUSY);
	assert_null(bench->dm.outrage);
}

static void a_swap_that_changes_the_size_is_an_outrage(void **state)
{
	struct bench *bench = *state;
	struct dm_target shorter = linear(bench->disks[0].dev, SOURCE_CELL);

	shorter.len_sectors -= CELL;
	assert_int_equal(swap(bench, "leg", shorter), 0);
	assert_non_null(bench->dm.outrage);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_lv_is_written_through_its_leg),
		TEST(a_region_is_written_to_both_sides_once_it_is_copied),
		TEST(copying_ends_with_an_event_and_equal_sides),
		TEST(what_was_copied_outlives_a_power_cut_once_it_is_flushed),
		TEST(a_new_table_begins_to_copy_anew),
		TEST(a_nosync_mirror_copies_nothing_and_writes_both_sides),
		TEST(what_cannot_be_read_is_never_in_sync),
		TEST(a_write_that_one_side_of_a_copying_mirror_fails_waits_for_the_next_table),
		TEST(a_device_in_use_is_not_removed),
		TEST(an_inactive_table_uses_its_devices_too),
		TEST(tables_that_the_kernel_would_not_take_are_refused),
		TEST(a_swap_that_changes_the_size_is_an_outrage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds of slice maps whatever the leg and its history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/slices.h"
#include "tests/unit/plan/geometry_by_hand.h"
#include "tests/unit/plan/vg_by_hand.h"

/* What must hold of every map whatever happened before. */
static void assert_sound(const struct slice_map *map, const struct leg_geometry *geometry)
{
	uint64_t at = 0;
	size_t run = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];
		const struct leg_run *in = &geometry->runs[run];
		uint64_t end = slice->start_sectors + slice->len_sectors;

		assert_int_equal(slice->start_sectors, at);
		assert_true(slice->len_sectors > 0);
		assert_true(end <= in->leg_start_sectors + in->len_sectors);
		if (slice->kind == SLICE_IDENTITY)
			assert_int_equal(slice->region_sectors, 0);
		else
			assert_true(slice->region_sectors >= 2 &&
				    slice->region_sectors <= slice->len_sectors);
		at = end;
		if (at == in->leg_start_sectors + in->len_sectors)
			run++;
	}
	assert_int_equal(at, geometry->len_sectors);
}

static size_t count_kind(const struct slice_map *map, enum slice_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < map->count; i++)
		count += map->slices[i].kind == kind;
	return count;
}

static bool is_synced(const struct slice_map *map, uint64_t sector)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];

		if (sector < slice->start_sectors + slice->len_sectors)
			return slice->kind == SLICE_NOSYNC ||
			       sector < slice->start_sectors + slice->synced_sectors;
	}
	return false;
}

/* No synced sector may be copied again, and none may count as synced that was not. */
static void assert_nothing_lost_or_won(const struct slice_map *before,
				       const struct slice_map *after,
				       const struct leg_geometry *geometry)
{
	for (uint64_t sector = 0; sector < geometry->len_sectors; sector += 64)
		assert_int_equal(is_synced(before, sector), is_synced(after, sector));
}

static struct leg_geometry random_geometry(uint64_t *seed)
{
	uint64_t lens[9];
	size_t count = 1 + hand_random(seed, 9);

	for (size_t i = 0; i < count; i++)
		lens[i] = 128 * (1 + hand_random(seed, i % 3 ? 600 : 7));
	return hand_geometry(lens, count);
}

/* Lets the kernel copy on for a random while, or to the end. */
static void copy_on(struct slice_map *map, uint64_t *seed, bool to_the_end)
{
	for (size_t i = 0; i < map->count; i++) {
		struct slice *slice = &map->slices[i];
		uint64_t regions;

		if (slice->kind != SLICE_SYNC)
			continue;
		regions = (slice->len_sectors + slice->region_sectors - 1) / slice->region_sectors;
		if (!to_the_end)
			regions = hand_random(seed, regions + 1);
		slice->synced_sectors = regions * slice->region_sectors;
		if (slice->synced_sectors > slice->len_sectors)
			slice->synced_sectors = slice->len_sectors;
	}
}

/* The map goes out as a table and comes back from it. */
static void assert_round_trip(const struct slice_map *map, const struct leg_geometry *geometry)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	cleanup(slice_map_deinit) struct slice_map seen = {0};
	_free_ struct dm_mirror_status *statuses = NULL;
	struct leg_progress progress;
	uint64_t copied = 0;

	assert_int_equal(slice_map_table(map, geometry, &table), 0);
	statuses = hand_statuses(&table, UINT64_MAX);
	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];

		if (slice->kind == SLICE_SYNC)
			statuses[i].synced_regions =
				(slice->synced_sectors + slice->region_sectors - 1) /
				slice->region_sectors;
		copied += slice->kind == SLICE_NOSYNC ? slice->len_sectors : slice->synced_sectors;
	}
	assert_int_equal(
		slice_map_observe(geometry, EXTENT_SECTORS, &table, statuses, &seen, &progress), 0);
	assert_int_equal(seen.count, map->count);
	for (size_t i = 0; i < map->count; i++)
		assert_memory_equal(&seen.slices[i], &map->slices[i], sizeof(seen.slices[i]));
	assert_int_equal(progress.copied_sectors, copied);
	assert_int_equal(progress.total_sectors, geometry->len_sectors);
	assert_int_equal(progress.synced, count_kind(map, SLICE_NOSYNC) == map->count);
	assert_int_equal(progress.trouble, LEG_SOUND);
}

/* So few, and so short, that it does not matter that there are more of them than the shape has. */
static bool are_short(const struct slice_map *map, uint32_t region_sectors)
{
	/* 4 MiB, in whole regions, with what would be less than one more. */
	uint64_t max_sectors = 8192 + 2 * (uint64_t)region_sectors;

	for (size_t i = 0; i < map->count; i++)
		if (map->slices[i].kind == SLICE_SYNC && map->slices[i].len_sectors > max_sectors)
			return false;
	return count_kind(map, SLICE_SYNC) <= 16;
}

static void any_history_of_windows_keeps_what_is_copied(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (size_t round = 0; round < 300; round++) {
		cleanup(leg_geometry_deinit) struct leg_geometry geometry = random_geometry(&seed);
		cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

		for (size_t window = 0; window < 12; window++) {
			struct copy_shape shape = {.parallel = (unsigned)hand_random(&seed, 9),
						   .region_sectors = 2u << hand_random(&seed, 14)};

			if (hand_random(&seed, 2))
				shape.piece_max_sectors =
					shape.region_sectors * (1 + hand_random(&seed, 5));
			enum slice_change change = hand_random(&seed, 4) == 0   ? SLICES_STOP
						   : hand_random(&seed, 4) == 0 ? SLICES_ANEW
										: SLICES_GO_ON;
			size_t copying = count_kind(&map, SLICE_SYNC);
			struct slice_map next;

			assert_int_equal(slice_map_advance(&map, &geometry, &shape, change, &next),
					 0);
			assert_sound(&next, &geometry);
			assert_nothing_lost_or_won(&map, &next, &geometry);
			if (change == SLICES_STOP)
				assert_int_equal(count_kind(&next, SLICE_SYNC), 0);
			else
				assert_true(count_kind(&next, SLICE_SYNC) <= copying ||
					    count_kind(&next, SLICE_SYNC) <= shape.parallel ||
					    (shape.piece_max_sectors == 0 &&
					     are_short(&next, shape.region_sectors)));
			slice_map_deinit(&map);
			map = next;
			assert_round_trip(&map, &geometry);
			copy_on(&map, &seed, false);
			assert_round_trip(&map, &geometry);
		}
	}
}

static void every_leg_is_copied_in_a_bounded_number_of_windows(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (size_t round = 0; round < 500; round++) {
		cleanup(leg_geometry_deinit) struct leg_geometry geometry = random_geometry(&seed);
		cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);
		struct copy_shape shape = {.parallel = 1 + (unsigned)hand_random(&seed, 8),
					   .region_sectors = 64u << hand_random(&seed, 8)};
		size_t windows = 0;

		while (count_kind(&map, SLICE_NOSYNC) < map.count) {
			hand_advance(&map, &geometry, &shape, SLICES_GO_ON);
			copy_on(&map, &seed, true);
			assert_true(++windows <= geometry.count + 16);
		}
		assert_int_equal(map.count, geometry.count);
	}
}

static void a_leg_of_ten_thousand_runs_is_drawn_at_once(void **state)
{
	enum { COUNT = 10000 };
	const struct copy_shape four = {.parallel = 4, .region_sectors = 1024};
	_free_ uint64_t *lens = calloc(COUNT, sizeof(*lens));
	struct leg_geometry geometry;

	(void)state;
	assert_non_null(lens);
	for (size_t i = 0; i < COUNT; i++)
		lens[i] = EXTENT_SECTORS * (1 + i % 7);
	geometry = hand_geometry(lens, COUNT);
	{
		cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

		hand_advance(&map, &geometry, &four, SLICES_GO_ON);
		assert_int_equal(count_kind(&map, SLICE_SYNC), 4);
		assert_round_trip(&map, &geometry);
	}
	leg_geometry_deinit(&geometry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history_of_windows_keeps_what_is_copied),
		cmocka_unit_test(every_leg_is_copied_in_a_bounded_number_of_windows),
		cmocka_unit_test(a_leg_of_ten_thousand_runs_is_drawn_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

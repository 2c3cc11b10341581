/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/slices.h"
#include "tests/unit/plan/geometry_by_hand.h"
#include "tests/unit/plan/vg_by_hand.h"

static const struct copy_shape four = {.parallel = 4, .region_sectors = 1024};
static const struct copy_shape one = {.parallel = 1, .region_sectors = 4096};

#define MIB UINT64_C(2048) /* in sectors */

#define GEOMETRY(...)                                  \
	hand_geometry((const uint64_t[]){__VA_ARGS__}, \
		      sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void assert_slice(const struct slice_map *map, size_t i, enum slice_kind kind,
			 uint64_t start_sectors, uint64_t len_sectors)
{
	assert_true(i < map->count);
	assert_int_equal(map->slices[i].kind, kind);
	assert_int_equal(map->slices[i].start_sectors, start_sectors);
	assert_int_equal(map->slices[i].len_sectors, len_sectors);
	assert_int_equal(map->slices[i].synced_sectors, 0);
}

static void a_new_leg_is_a_pass_through_run_by_run(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(8 * MIB, 4 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);
	cleanup(dm_table_deinit) struct dm_table table = {0};

	(void)state;
	assert_int_equal(map.count, 2);
	assert_slice(&map, 0, SLICE_IDENTITY, 0, 8 * MIB);
	assert_slice(&map, 1, SLICE_IDENTITY, 8 * MIB, 4 * MIB);
	assert_int_equal(slice_map_table(&map, &geometry, &table), 0);
	assert_int_equal(table.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(table.targets[i].type, DM_LINEAR);
		assert_int_equal(table.targets[i].source_dev, geometry.runs[i].source_dev);
		assert_int_equal(table.targets[i].source_sectors, geometry.runs[i].source_sectors);
	}
}

static void one_run_is_cut_into_four_alike(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(400 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_slice(&map, i, SLICE_SYNC, i * 100 * MIB, 100 * MIB);
		assert_int_equal(map.slices[i].region_sectors, 1024);
	}
}

static void slices_are_dealt_to_the_longest_stretches(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		GEOMETRY(40 * MIB, 400 * MIB, 130 * MIB, 20 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 7);
	assert_slice(&map, 0, SLICE_IDENTITY, 0, 40 * MIB);
	assert_slice(&map, 1, SLICE_SYNC, 40 * MIB, 130 * MIB);
	assert_slice(&map, 2, SLICE_SYNC, 170 * MIB, 130 * MIB);
	assert_slice(&map, 3, SLICE_SYNC, 300 * MIB, 130 * MIB);
	assert_slice(&map, 4, SLICE_IDENTITY, 430 * MIB, 10 * MIB);
	assert_slice(&map, 5, SLICE_SYNC, 440 * MIB, 130 * MIB);
	assert_slice(&map, 6, SLICE_IDENTITY, 570 * MIB, 20 * MIB);
}

#define PIECE UINT64_C(109568)

static void pieces_of_one_window_are_alike(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(90 * MIB, 160 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	/* 160, 90, 80 and then 53 or 45: the shortest piece is a third of 160, in whole regions. */
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 5);
	assert_slice(&map, 0, SLICE_SYNC, 0, PIECE);
	assert_slice(&map, 1, SLICE_IDENTITY, PIECE, 90 * MIB - PIECE);
	assert_slice(&map, 2, SLICE_SYNC, 90 * MIB, PIECE);
	assert_slice(&map, 4, SLICE_SYNC, 90 * MIB + 2 * PIECE, 160 * MIB - 2 * PIECE);
}

static void a_region_is_never_longer_than_its_slice(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(128, 3000, 2);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	for (size_t i = 0; i < map.count; i++) {
		uint32_t region = map.slices[i].region_sectors;

		assert_int_equal(map.slices[i].kind, SLICE_SYNC);
		assert_true(region >= 2 && region <= map.slices[i].len_sectors);
		assert_int_equal(region & (region - 1), 0);
	}
	assert_int_equal(map.slices[0].region_sectors, 128);
}

static void what_is_less_than_a_region_is_no_slice_of_its_own(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(4 * 1024 + 1000);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	/* Pieces of two regions; the second takes the rest, which is less than a third. */
	hand_advance(&map, &geometry, &(struct copy_shape){.parallel = 3, .region_sectors = 1024},
		     SLICES_GO_ON);
	assert_int_equal(map.count, 2);
	assert_slice(&map, 0, SLICE_SYNC, 0, 2048);
	assert_slice(&map, 1, SLICE_SYNC, 2048, 3048);
}

static void one_mirror_has_a_bounded_number_of_regions(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		GEOMETRY((uint64_t)1 << 40, (uint64_t)1 << 50);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	for (size_t i = 0; i < map.count; i++)
		if (map.slices[i].kind == SLICE_SYNC)
			assert_int_equal(map.slices[i].len_sectors, (uint64_t)4096 * 1024);
}

static void what_is_synced_is_never_copied_again(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(400 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &one, SLICES_GO_ON);
	map.slices[0].synced_sectors = 100 * MIB;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	/* The slice goes on; nothing waits that the three free places could take. */
	assert_int_equal(map.count, 2);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 100 * MIB);
	assert_slice(&map, 1, SLICE_SYNC, 100 * MIB, 300 * MIB);
	map.slices[1].synced_sectors = 300 * MIB;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 1);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 400 * MIB);
	assert_int_equal(map.slices[0].region_sectors, 524288); /* 400 MiB hold one of 256 */
}

static void neighbours_join_within_their_run_only(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(40 * MIB, 40 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 4);
	for (size_t i = 0; i < map.count; i++)
		map.slices[i].synced_sectors = map.slices[i].len_sectors;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_int_equal(map.count, 2);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 40 * MIB);
	assert_slice(&map, 1, SLICE_NOSYNC, 40 * MIB, 40 * MIB);
}

static void a_paused_leg_copies_nothing_and_forgets_nothing(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(400 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	map.slices[0].synced_sectors = 10 * MIB;
	map.slices[1].synced_sectors = 100 * MIB;
	hand_advance(&map, &geometry, &four, SLICES_STOP);
	assert_int_equal(map.count, 4);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 10 * MIB);
	assert_slice(&map, 1, SLICE_IDENTITY, 10 * MIB, 90 * MIB);
	assert_slice(&map, 2, SLICE_NOSYNC, 100 * MIB, 100 * MIB);
	assert_slice(&map, 3, SLICE_IDENTITY, 200 * MIB, 200 * MIB);
	hand_advance(&map, &geometry, &four, SLICES_STOP);
	assert_int_equal(map.count, 4);
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 10 * MIB);
	assert_int_equal(map.slices[1].kind, SLICE_SYNC);
}

static void free_places_are_filled_while_others_still_copy(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		GEOMETRY(100 * MIB, 100 * MIB, 100 * MIB, 100 * MIB, 100 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_slice(&map, 4, SLICE_IDENTITY, 400 * MIB, 100 * MIB);
	map.slices[0].synced_sectors = 100 * MIB;
	map.slices[2].synced_sectors = 30 * MIB;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_slice(&map, 0, SLICE_NOSYNC, 0, 100 * MIB);
	assert_slice(&map, 1, SLICE_SYNC, 100 * MIB, 100 * MIB);
	assert_slice(&map, 2, SLICE_NOSYNC, 200 * MIB, 30 * MIB);
	assert_slice(&map, 3, SLICE_SYNC, 230 * MIB, 70 * MIB);
	assert_slice(&map, 5, SLICE_SYNC, 400 * MIB, 100 * MIB);
}

static void short_stretches_are_copied_many_at_a_time(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		GEOMETRY(1 * MIB, 1 * MIB, 1 * MIB, 64, 1 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	/* The shape says one; what is far shorter than the others waits all the same. */
	hand_advance(&map, &geometry, &one, SLICES_GO_ON);
	assert_int_equal(map.count, 5);
	for (size_t i = 0; i < 3; i++)
		assert_slice(&map, i, SLICE_SYNC, i * MIB, 1 * MIB);
	assert_slice(&map, 3, SLICE_IDENTITY, 3 * MIB, 64);
	assert_slice(&map, 4, SLICE_SYNC, 3 * MIB + 64, 1 * MIB);
}

static void long_stretches_keep_to_the_shape(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		GEOMETRY(4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	assert_slice(&map, 3, SLICE_SYNC, 12 * MIB, 4 * MIB);
	assert_slice(&map, 4, SLICE_IDENTITY, 16 * MIB, 4 * MIB);
}

static void slices_already_copying_go_on_under_a_smaller_shape(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(400 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);

	(void)state;
	hand_advance(&map, &geometry, &four, SLICES_GO_ON);
	hand_advance(&map, &geometry, &one, SLICES_GO_ON);
	assert_int_equal(map.count, 4);
	for (size_t i = 0; i < map.count; i++) {
		assert_int_equal(map.slices[i].kind, SLICE_SYNC);
		assert_int_equal(map.slices[i].region_sectors, 4096);
	}
}

static void a_table_mirrors_each_slice_to_its_own_place(void **state)
{
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = GEOMETRY(8 * MIB, 40 * MIB);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);
	cleanup(dm_table_deinit) struct dm_table table = {0};
	const struct dm_target *target;

	(void)state;
	hand_advance(&map, &geometry, &one, SLICES_GO_ON);
	map.slices[1].synced_sectors = 10 * MIB;
	hand_advance(&map, &geometry, &one, SLICES_GO_ON);
	assert_int_equal(slice_map_table(&map, &geometry, &table), 0);
	assert_int_equal(table.count, 3);
	assert_int_equal(dm_table_len(&table), 48 * MIB);
	assert_int_equal(table.targets[0].type, DM_LINEAR);
	target = &table.targets[1];
	assert_int_equal(target->type, DM_MIRROR);
	assert_true(target->nosync);
	assert_int_equal(target->len_sectors, 10 * MIB);
	target = &table.targets[2];
	assert_int_equal(target->type, DM_MIRROR);
	assert_false(target->nosync);
	assert_int_equal(target->start_sectors, 18 * MIB);
	assert_int_equal(target->len_sectors, 30 * MIB);
	assert_int_equal(target->region_sectors, 4096);
	assert_int_equal(target->source_dev, hand_dev(0));
	assert_int_equal(target->source_sectors, geometry.runs[1].source_sectors + 10 * MIB);
	assert_int_equal(target->dest_dev, hand_dev(1));
	assert_int_equal(target->dest_sectors, geometry.runs[1].dest_sectors + 10 * MIB);
}

static void a_shape_is_narrowed_to_a_window(void **state)
{
	struct copy_shape shape = four;

	(void)state;
	copy_shape_narrow(&shape, UINT64_C(8) << 20, UINT64_C(2) << 20);
	assert_int_equal(shape.parallel, 4);
	assert_int_equal(shape.region_sectors, 1024);
	assert_int_equal(shape.piece_max_sectors, 4096);
	shape = four;
	copy_shape_narrow(&shape, UINT64_C(1) << 20, UINT64_C(300) << 10);
	assert_int_equal(shape.region_sectors, 512);
	assert_int_equal(shape.parallel, 4);
	assert_int_equal(shape.piece_max_sectors, 512);
	shape = four;
	copy_shape_narrow(&shape, 1, 1);
	assert_int_equal(shape.region_sectors, 128);
	assert_int_equal(shape.parallel, 1);
	assert_int_equal(shape.piece_max_sectors, 128);
	shape = one;
	copy_shape_narrow(&shape, INT64_MAX, INT64_MAX);
	assert_int_equal(shape.region_sectors, 4096);
}

static void a_narrow_window_begins_no_more_than_it_may(void **state)
{
	const struct copy_shape shape = {
		.parallel = 4, .region_sectors = 128, .piece_max_sectors = 256};
	cleanup(leg_geometry_deinit) struct leg_geometry geometry =
		hand_geometry((uint64_t[]){100000, 384}, 2);
	cleanup(slice_map_deinit) struct slice_map map = hand_map(&geometry);
	uint64_t begun = 0;

	(void)state;
	hand_advance(&map, &geometry, &shape, SLICES_GO_ON);
	for (size_t i = 0; i < map.count; i++)
		if (map.slices[i].kind == SLICE_SYNC)
			begun += map.slices[i].len_sectors;
	assert_int_equal(begun, 4 * 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_leg_is_a_pass_through_run_by_run),
		cmocka_unit_test(a_shape_is_narrowed_to_a_window),
		cmocka_unit_test(a_narrow_window_begins_no_more_than_it_may),
		cmocka_unit_test(one_run_is_cut_into_four_alike),
		cmocka_unit_test(slices_are_dealt_to_the_longest_stretches),
		cmocka_unit_test(pieces_of_one_window_are_alike),
		cmocka_unit_test(a_region_is_never_longer_than_its_slice),
		cmocka_unit_test(what_is_less_than_a_region_is_no_slice_of_its_own),
		cmocka_unit_test(one_mirror_has_a_bounded_number_of_regions),
		cmocka_unit_test(what_is_synced_is_never_copied_again),
		cmocka_unit_test(neighbours_join_within_their_run_only),
		cmocka_unit_test(a_paused_leg_copies_nothing_and_forgets_nothing),
		cmocka_unit_test(free_places_are_filled_while_others_still_copy),
		cmocka_unit_test(short_stretches_are_copied_many_at_a_time),
		cmocka_unit_test(long_stretches_keep_to_the_shape),
		cmocka_unit_test(slices_already_copying_go_on_under_a_smaller_shape),
		cmocka_unit_test(a_table_mirrors_each_slice_to_its_own_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

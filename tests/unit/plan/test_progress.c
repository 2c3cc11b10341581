/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/slices.h"
#include "tests/unit/plan/geometry_by_hand.h"
#include "tests/unit/plan/vg_by_hand.h"

#define RUN_SECTORS    (10 * EXTENT_SECTORS)
#define REGION_SECTORS 1024u
#define REGIONS        (RUN_SECTORS / REGION_SECTORS)

/* A leg of two runs; the first is copied, the second waits, as the kernel reports it. */
struct scene {
	struct leg_geometry geometry;
	struct dm_table table;
	struct dm_mirror_status *statuses;
	struct slice_map map;
	struct leg_progress progress;
};

/* Draws the leg anew from what each of its runs is. */
static void draw(struct scene *scene, enum slice_kind first, enum slice_kind second)
{
	struct slice slices[] = {
		{.len_sectors = RUN_SECTORS, .kind = first, .region_sectors = REGION_SECTORS},
		{.start_sectors = RUN_SECTORS,
		 .len_sectors = RUN_SECTORS,
		 .kind = second,
		 .region_sectors = REGION_SECTORS},
	};
	struct slice_map map = {.slices = slices, .count = 2};

	dm_table_deinit(&scene->table);
	free(scene->statuses);
	assert_int_equal(slice_map_table(&map, &scene->geometry, &scene->table), 0);
	scene->statuses = hand_statuses(&scene->table, UINT64_MAX);
}

static int scene_setup(void **state)
{
	const uint64_t lens[] = {RUN_SECTORS, RUN_SECTORS};
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -1;
	scene->geometry = hand_geometry(lens, 2);
	draw(scene, SLICE_SYNC, SLICE_IDENTITY);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	leg_geometry_deinit(&scene->geometry);
	dm_table_deinit(&scene->table);
	free(scene->statuses);
	slice_map_deinit(&scene->map);
	free(scene);
	return 0;
}

static void observe(struct scene *scene)
{
	slice_map_deinit(&scene->map);
	assert_int_equal(slice_map_observe(&scene->geometry, EXTENT_SECTORS, &scene->table,
					   scene->statuses, &scene->map, &scene->progress),
			 0);
}

static void a_pass_through_is_known_as_such(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_IDENTITY, SLICE_IDENTITY);
	observe(scene);
	assert_true(scene->progress.pass_through);
	assert_true(scene->progress.idle);
	assert_false(scene->progress.synced);
	assert_int_equal(scene->progress.copied_sectors, 0);
	assert_int_equal(scene->progress.total_sectors, 2 * RUN_SECTORS);
}

static void copying_counts_regions(void **state)
{
	struct scene *scene = *state;

	scene->statuses[0].synced_regions = 7;
	observe(scene);
	assert_false(scene->progress.pass_through);
	assert_false(scene->progress.idle);
	assert_false(scene->progress.synced);
	assert_int_equal(scene->progress.copied_sectors, 7 * REGION_SECTORS);
	assert_int_equal(scene->map.slices[0].synced_sectors, 7 * REGION_SECTORS);
	assert_int_equal(scene->progress.trouble, LEG_SOUND);
	assert_true(scene->progress.dest_sound);
}

static void a_last_region_cut_short_counts_as_long_as_it_is(void **state)
{
	const uint64_t lens[] = {2500};
	cleanup(leg_geometry_deinit) struct leg_geometry geometry = hand_geometry(lens, 1);
	cleanup(slice_map_deinit) struct slice_map map = {0}, seen = {0};
	cleanup(dm_table_deinit) struct dm_table table = {0};
	const struct copy_shape shape = {.parallel = 1, .region_sectors = REGION_SECTORS};
	_free_ struct dm_mirror_status *statuses = NULL;
	struct leg_progress progress;

	(void)state;
	assert_int_equal(slice_map_init(&geometry, &seen), 0);
	assert_int_equal(slice_map_advance(&seen, &geometry, &shape, SLICES_GO_ON, &map), 0);
	assert_int_equal(slice_map_table(&map, &geometry, &table), 0);
	statuses = hand_statuses(&table, UINT64_MAX);
	assert_int_equal(statuses[0].total_regions, 3);
	slice_map_deinit(&seen);
	assert_int_equal(
		slice_map_observe(&geometry, EXTENT_SECTORS, &table, statuses, &seen, &progress),
		0);
	assert_int_equal(progress.copied_sectors, 2500);
	assert_true(progress.idle);
}

static void a_window_that_is_done_is_idle_but_not_synced(void **state)
{
	struct scene *scene = *state;

	observe(scene);
	assert_true(scene->progress.idle);
	assert_false(scene->progress.synced);
}

static void only_what_was_drawn_anew_is_synced(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_SYNC, SLICE_NOSYNC);
	observe(scene);
	assert_true(scene->progress.idle);
	assert_false(scene->progress.synced);
	assert_int_equal(scene->progress.copied_sectors, 2 * RUN_SECTORS);
	draw(scene, SLICE_NOSYNC, SLICE_NOSYNC);
	observe(scene);
	assert_true(scene->progress.synced);
}

static void assert_trouble(struct scene *scene, size_t i, enum dm_leg_health source,
			   enum dm_leg_health dest, enum leg_trouble trouble)
{
	scene->statuses[i].source = source;
	scene->statuses[i].dest = dest;
	observe(scene);
	assert_int_equal(scene->progress.trouble, trouble);
	assert_int_equal(scene->progress.dest_sound, dest == DM_LEG_ALIVE);
}

static void each_letter_of_the_kernel_is_understood(void **state)
{
	struct scene *scene = *state;

	assert_trouble(scene, 0, DM_LEG_SYNC_FAILED, DM_LEG_ALIVE, LEG_SOURCE_UNREADABLE);
	assert_trouble(scene, 0, DM_LEG_READ_FAILED, DM_LEG_ALIVE, LEG_SOURCE_READ_FAILED);
	assert_trouble(scene, 0, DM_LEG_WRITE_FAILED, DM_LEG_ALIVE, LEG_SOURCE_WRITE_FAILED);
	assert_trouble(scene, 0, DM_LEG_UNKNOWN, DM_LEG_ALIVE, LEG_SOURCE_WRITE_FAILED);
	assert_trouble(scene, 0, DM_LEG_ALIVE, DM_LEG_WRITE_FAILED, LEG_DEST_FAILED);
	assert_trouble(scene, 0, DM_LEG_ALIVE, DM_LEG_SYNC_FAILED, LEG_DEST_FAILED);
	assert_trouble(scene, 0, DM_LEG_ALIVE, DM_LEG_READ_FAILED, LEG_DEST_FAILED);
	assert_trouble(scene, 0, DM_LEG_ALIVE, DM_LEG_UNKNOWN, LEG_DEST_FAILED);
	assert_trouble(scene, 0, DM_LEG_ALIVE, DM_LEG_ALIVE, LEG_SOUND);
}

/* Such a write was acknowledged, since the destination has it. */
static void the_source_of_an_equal_mirror_may_miss_writes(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_NOSYNC, SLICE_SYNC);
	assert_trouble(scene, 0, DM_LEG_WRITE_FAILED, DM_LEG_ALIVE, LEG_SOURCE_WRITE_FAILED);
	assert_trouble(scene, 0, DM_LEG_UNKNOWN, DM_LEG_ALIVE, LEG_SOURCE_WRITE_FAILED);
}

static void of_several_troubles_the_gravest_is_told(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_SYNC, SLICE_NOSYNC);
	assert_trouble(scene, 0, DM_LEG_READ_FAILED, DM_LEG_WRITE_FAILED, LEG_DEST_FAILED);
	assert_trouble(scene, 0, DM_LEG_SYNC_FAILED, DM_LEG_SYNC_FAILED, LEG_SOURCE_UNREADABLE);
	scene->statuses[1].source = DM_LEG_WRITE_FAILED;
	observe(scene);
	assert_int_equal(scene->progress.trouble, LEG_SOURCE_WRITE_FAILED);
	assert_false(scene->progress.dest_sound);
}

static void trouble_is_placed_on_the_lv(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_SYNC, SLICE_SYNC);
	scene->statuses[1].source = DM_LEG_SYNC_FAILED;
	observe(scene);
	assert_int_equal(scene->progress.trouble_first_le,
			 scene->geometry.runs[1].lv_start_sectors / EXTENT_SECTORS);
	assert_int_equal(scene->progress.trouble_extent_count, 10);
	assert_int_equal(scene->progress.trouble_at.dev, scene->geometry.runs[1].source_dev);
	assert_int_equal(scene->progress.trouble_at.dev_start_sectors,
			 scene->geometry.runs[1].source_sectors);
	assert_int_equal(scene->progress.trouble_at.len_sectors, 10 * EXTENT_SECTORS);
	scene->statuses[1].source = DM_LEG_ALIVE;
	scene->statuses[1].dest = DM_LEG_WRITE_FAILED;
	observe(scene);
	assert_int_equal(scene->progress.trouble_at.dev, scene->geometry.runs[1].dest_dev);
	assert_int_equal(scene->progress.trouble_at.dev_start_sectors,
			 scene->geometry.runs[1].dest_sectors);
	scene->statuses[0].source = DM_LEG_SYNC_FAILED;
	observe(scene);
	assert_int_equal(scene->progress.trouble_first_le,
			 scene->geometry.runs[0].lv_start_sectors / EXTENT_SECTORS);
}

static void regions_of_a_mirror_in_trouble_say_nothing(void **state)
{
	static const struct dm_mirror_status bad[] = {
		{.source = DM_LEG_SYNC_FAILED},  {.source = DM_LEG_READ_FAILED},
		{.source = DM_LEG_WRITE_FAILED}, {.dest = DM_LEG_SYNC_FAILED},
		{.dest = DM_LEG_WRITE_FAILED},   {.dest = DM_LEG_UNKNOWN},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < 2 * (sizeof(bad) / sizeof(bad[0])); i++) {
		draw(scene, i % 2 ? SLICE_SYNC : SLICE_NOSYNC, SLICE_IDENTITY);
		scene->statuses[0].source = bad[i / 2].source;
		scene->statuses[0].dest = bad[i / 2].dest;
		observe(scene);
		assert_int_equal(scene->map.slices[0].kind, SLICE_SYNC);
		assert_int_equal(scene->map.slices[0].synced_sectors, 0);
		assert_int_equal(scene->progress.copied_sectors, 0);
		assert_false(scene->progress.idle);
	}
}

static void a_slice_that_lost_regions_is_to_be_copied_again(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_NOSYNC, SLICE_NOSYNC);
	scene->statuses[1].synced_regions--;
	observe(scene);
	assert_int_equal(scene->map.slices[0].kind, SLICE_NOSYNC);
	assert_int_equal(scene->map.slices[1].kind, SLICE_SYNC);
	assert_int_equal(scene->map.slices[1].synced_sectors, 0);
	assert_false(scene->progress.synced);
}

static void a_source_that_fails_after_all_is_copied_leaves_it_synced(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_NOSYNC, SLICE_NOSYNC);
	scene->statuses[0].source = DM_LEG_WRITE_FAILED;
	scene->statuses[0].synced_regions = 3;
	observe(scene);
	assert_int_equal(scene->progress.trouble, LEG_SOURCE_WRITE_FAILED);
	assert_true(scene->progress.synced);
	scene->statuses[1].source = DM_LEG_READ_FAILED;
	observe(scene);
	assert_true(scene->progress.synced);
	scene->statuses[1].dest = DM_LEG_WRITE_FAILED;
	observe(scene);
	assert_false(scene->progress.synced);
	assert_int_equal(scene->progress.trouble, LEG_SOURCE_WRITE_FAILED);
}

static void a_source_that_fails_while_copying_leaves_nothing_synced(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_SYNC, SLICE_NOSYNC);
	scene->statuses[0].source = DM_LEG_WRITE_FAILED;
	scene->statuses[0].synced_regions = REGIONS - 1;
	observe(scene);
	assert_false(scene->progress.synced);
}

static void a_destination_that_fails_leaves_nothing_synced(void **state)
{
	struct scene *scene = *state;

	draw(scene, SLICE_NOSYNC, SLICE_NOSYNC);
	scene->statuses[0].dest = DM_LEG_WRITE_FAILED;
	observe(scene);
	assert_false(scene->progress.synced);
	assert_int_equal(scene->progress.trouble, LEG_DEST_FAILED);
}

static void assert_stale(struct scene *scene)
{
	struct slice_map map;
	struct leg_progress progress;

	assert_int_equal(slice_map_observe(&scene->geometry, EXTENT_SECTORS, &scene->table,
					   scene->statuses, &map, &progress),
			 -ESTALE);
}

static void a_table_that_differs_in_anything_is_not_the_leg(void **state)
{
	struct scene *scene = *state;
	struct dm_target *mirror, *linear;

#define DIFFERS(target, field, value)                               \
	do {                                                        \
		__typeof__((target)->field) kept = (target)->field; \
                                                                    \
		(target)->field = (value);                          \
		assert_stale(scene);                                \
		(target)->field = kept;                             \
	} while (0)

	mirror = &scene->table.targets[0];
	linear = &scene->table.targets[1];
	DIFFERS(mirror, start_sectors, 1);
	DIFFERS(mirror, len_sectors, 0);
	DIFFERS(mirror, len_sectors, RUN_SECTORS - 1);
	DIFFERS(mirror, len_sectors, RUN_SECTORS + 1);
	DIFFERS(mirror, len_sectors, UINT64_MAX);
	DIFFERS(mirror, type, DM_OTHER);
	DIFFERS(mirror, source_dev, hand_dev(1));
	DIFFERS(mirror, source_sectors, mirror->source_sectors + 8);
	DIFFERS(mirror, dest_dev, hand_dev(0));
	DIFFERS(mirror, dest_sectors, mirror->dest_sectors + 8);
	DIFFERS(mirror, region_sectors, 0);
	DIFFERS(mirror, region_sectors, 1000);
	DIFFERS(mirror, region_sectors, 2048);
	DIFFERS(mirror, region_sectors, 1u << 31);
	DIFFERS(linear, start_sectors, UINT64_MAX);
	DIFFERS(linear, len_sectors, RUN_SECTORS + 1);
	DIFFERS(linear, len_sectors, RUN_SECTORS - 1);
	DIFFERS(linear, type, DM_OTHER);
	DIFFERS(linear, type, DM_MIRROR);
	DIFFERS(linear, source_dev, hand_dev(1));
	DIFFERS(linear, source_sectors, mirror->source_sectors);
	DIFFERS(&scene->statuses[0], total_regions, REGIONS - 1);
	DIFFERS(&scene->statuses[0], synced_regions, REGIONS + 1);
	DIFFERS(&scene->table, count, 0);
	DIFFERS(&scene->table, count, 1);
	observe(scene);
}

static void a_table_that_is_too_long_is_not_the_leg(void **state)
{
	struct scene *scene = *state;
	struct dm_target more = scene->table.targets[1];

	assert_int_equal(dm_table_append(&scene->table, &more), 0);
	free(scene->statuses);
	scene->statuses = hand_statuses(&scene->table, 0);
	assert_stale(scene);
}

static void a_target_across_two_runs_is_not_of_the_leg(void **state)
{
	struct scene *scene = *state;

	scene->geometry.runs[1].source_sectors =
		scene->geometry.runs[0].source_sectors + RUN_SECTORS;
	draw(scene, SLICE_IDENTITY, SLICE_IDENTITY);
	observe(scene);
	scene->table.targets[0].len_sectors = 2 * RUN_SECTORS;
	scene->table.count = 1;
	assert_stale(scene);
	scene->table.count = 0;
	for (uint64_t at = 0, len = RUN_SECTORS / 2; at < 2 * RUN_SECTORS; len = RUN_SECTORS) {
		struct dm_target target = {.type = DM_LINEAR,
					   .len_sectors = len,
					   .source_dev = hand_dev(0),
					   .source_sectors =
						   scene->geometry.runs[0].source_sectors + at};

		if (target.len_sectors > 2 * RUN_SECTORS - at)
			target.len_sectors = 2 * RUN_SECTORS - at;
		at += target.len_sectors;
		assert_int_equal(dm_table_append(&scene->table, &target), 0);
	}
	free(scene->statuses);
	scene->statuses = hand_statuses(&scene->table, 0);
	assert_stale(scene);
}

static void random_tables_are_borne(void **state)
{
	struct scene *scene = *state;
	uint64_t seed = 11;

	for (size_t round = 0; round < 20000; round++) {
		struct dm_target *target = &scene->table.targets[round % 2];
		const uint64_t values[] = {0,
					   1,
					   RUN_SECTORS,
					   2 * RUN_SECTORS,
					   UINT64_MAX,
					   (uint64_t)1 << 63,
					   hand_random(&seed, RUN_SECTORS)};
		struct slice_map map;
		struct leg_progress progress;
		uint64_t value = values[hand_random(&seed, 7)];
		int r;

		switch (hand_random(&seed, 7)) {
		case 0:
			target->start_sectors = value;
			break;
		case 1:
			target->len_sectors = value;
			break;
		case 2:
			target->source_sectors = value;
			break;
		case 3:
			target->region_sectors = (uint32_t)value;
			break;
		case 4:
			scene->statuses[round % 2].total_regions = value;
			break;
		case 5:
			target->type = hand_random(&seed, 2) ? DM_MIRROR : DM_LINEAR;
			break;
		default:
			draw(scene, round % 3, round % 2);
		}
		r = slice_map_observe(&scene->geometry, EXTENT_SECTORS, &scene->table,
				      scene->statuses, &map, &progress);
		assert_true(r == 0 || r == -ESTALE);
		if (r == 0)
			slice_map_deinit(&map);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pass_through_is_known_as_such),
		TEST(copying_counts_regions),
		TEST(a_last_region_cut_short_counts_as_long_as_it_is),
		TEST(a_window_that_is_done_is_idle_but_not_synced),
		TEST(only_what_was_drawn_anew_is_synced),
		TEST(each_letter_of_the_kernel_is_understood),
		TEST(the_source_of_an_equal_mirror_may_miss_writes),
		TEST(of_several_troubles_the_gravest_is_told),
		TEST(trouble_is_placed_on_the_lv),
		TEST(regions_of_a_mirror_in_trouble_say_nothing),
		TEST(a_slice_that_lost_regions_is_to_be_copied_again),
		TEST(a_source_that_fails_after_all_is_copied_leaves_it_synced),
		TEST(a_source_that_fails_while_copying_leaves_nothing_synced),
		TEST(a_destination_that_fails_leaves_nothing_synced),
		TEST(a_table_that_differs_in_anything_is_not_the_leg),
		TEST(a_table_that_is_too_long_is_not_the_leg),
		TEST(a_target_across_two_runs_is_not_of_the_leg),
		TEST(random_tables_are_borne),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

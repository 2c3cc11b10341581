/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/leg.h"
#include "tests/unit/plan/vg_by_hand.h"

#define LEG_DEV makedev(253, 9)

/*
 * An LV in four segments: on pv2, on the source (in two segments that continue
 * each other) and on pv2 again. Two runs move from pv0: LE 3-9 to pv1 and LE
 * 10-11, in one piece with them on the source but not on the destination.
 */
struct scene {
	struct vg *vg;
	struct run runs[2];
	struct reservation reservation;
	struct leg_geometry geometry;
};

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct vg_lv *lv;

	if (!scene)
		return -1;
	scene->vg = hand_vg(3, 100);
	lv = hand_add_lv(scene->vg, "lv");
	hand_add_linear(lv, 2, 40, 3);
	hand_add_linear(lv, 0, 20, 5);
	hand_add_linear(lv, 0, 25, 5);
	hand_add_linear(lv, 2, 43, 4);
	for (size_t i = 0; i < 2; i++) {
		scene->runs[i].source_pv = hand_id('p', 0);
		scene->runs[i].dest_pv = hand_id('p', 1);
	}
	scene->runs[0].first_le = 3;
	scene->runs[0].extent_count = 7;
	scene->runs[0].source_pe = 20;
	scene->runs[0].dest_pe = 50;
	scene->runs[1].first_le = 10;
	scene->runs[1].extent_count = 2;
	scene->runs[1].source_pe = 27;
	scene->runs[1].dest_pe = 80;
	scene->reservation.lv = lv->id;
	scene->reservation.runs = scene->runs;
	scene->reservation.run_count = 2;
	*state = scene;
	return leg_geometry_make(scene->vg, &scene->reservation, &scene->geometry);
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	leg_geometry_deinit(&scene->geometry);
	vg_free(scene->vg);
	free(scene);
	return 0;
}

static uint64_t pe_sectors(uint64_t pe)
{
	return PE_START_SECTORS + pe * EXTENT_SECTORS;
}

static void a_leg_holds_the_runs_end_to_end(void **state)
{
	struct scene *scene = *state;
	const struct leg_run *runs = scene->geometry.runs;

	assert_int_equal(scene->geometry.count, 2);
	assert_int_equal(scene->geometry.len_sectors, 9 * EXTENT_SECTORS);
	assert_int_equal(runs[0].leg_start_sectors, 0);
	assert_int_equal(runs[0].lv_start_sectors, 3 * EXTENT_SECTORS);
	assert_int_equal(runs[0].len_sectors, 7 * EXTENT_SECTORS);
	assert_int_equal(runs[0].source_dev, hand_dev(0));
	assert_int_equal(runs[0].source_sectors, pe_sectors(20));
	assert_int_equal(runs[0].dest_dev, hand_dev(1));
	assert_int_equal(runs[0].dest_sectors, pe_sectors(50));
	assert_int_equal(runs[1].leg_start_sectors, 7 * EXTENT_SECTORS);
	assert_int_equal(runs[1].source_sectors, pe_sectors(27));
	assert_int_equal(runs[1].dest_sectors, pe_sectors(80));
}

static void either_turning_disk_makes_a_run_rotational(void **state)
{
	struct scene *scene = *state;

	for (size_t pv = 0; pv < 3; pv++) {
		cleanup(leg_geometry_deinit) struct leg_geometry geometry = {0};

		scene->vg->pvs[pv].rotational = true;
		assert_int_equal(leg_geometry_make(scene->vg, &scene->reservation, &geometry), 0);
		assert_int_equal(geometry.runs[0].rotational, pv < 2);
		scene->vg->pvs[pv].rotational = false;
	}
}

static void the_smallest_queue_of_the_disks_counts(void **state)
{
	struct scene *scene = *state;
	cleanup(leg_geometry_deinit) struct leg_geometry unknown = {0}, known = {0};

	assert_int_equal(leg_geometry_make(scene->vg, &scene->reservation, &unknown), 0);
	assert_int_equal(unknown.queue_requests, 0);
	assert_int_equal(unknown.request_max_bytes, 0);

	scene->vg->pvs[0].queue_requests = 64;
	scene->vg->pvs[0].request_max_bytes = 1280 * 1024;
	scene->vg->pvs[1].queue_requests = 1023;
	scene->vg->pvs[1].request_max_bytes = 128 * 1024;
	assert_int_equal(leg_geometry_make(scene->vg, &scene->reservation, &known), 0);
	assert_int_equal(known.queue_requests, 64);
	assert_int_equal(known.request_max_bytes, 128 * 1024);
}

static int remake(struct scene *scene)
{
	struct leg_geometry geometry;
	int r = leg_geometry_make(scene->vg, &scene->reservation, &geometry);

	if (r == 0)
		leg_geometry_deinit(&geometry);
	return r;
}

static void a_pv_that_is_not_there_has_no_geometry(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[1].missing = true;
	assert_int_equal(remake(scene), -ENODEV);
	scene->vg->pvs[1].missing = false;
	scene->vg->pvs[0].dev = 0;
	assert_int_equal(remake(scene), -ENODEV);
	scene->vg->pvs[0].dev = hand_dev(0);
	scene->runs[1].dest_pv = hand_id('p', 8);
	assert_int_equal(remake(scene), -ENODEV);
}

static void runs_that_cannot_be_have_no_geometry(void **state)
{
	struct scene *scene = *state;
	const struct run good = scene->runs[1];
	const struct run bad[] = {
		{.first_le = 10, .extent_count = 2, .source_pe = 27, .dest_pe = 99},
		{.first_le = 10, .extent_count = 2, .source_pe = UINT64_MAX, .dest_pe = 80},
		{.first_le = 10, .extent_count = UINT64_MAX, .source_pe = 27, .dest_pe = 80},
		{.first_le = 10, .extent_count = 0, .source_pe = 27, .dest_pe = 80},
		{.first_le = 9, .extent_count = 2, .source_pe = 27, .dest_pe = 80},
		{.first_le = UINT64_MAX - 1, .extent_count = 2, .source_pe = 27, .dest_pe = 80},
		{.first_le = UINT64_MAX / EXTENT_SECTORS,
		 .extent_count = 2,
		 .source_pe = 27,
		 .dest_pe = 80},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		scene->runs[1] = bad[i];
		scene->runs[1].source_pv = good.source_pv;
		scene->runs[1].dest_pv = good.dest_pv;
		assert_int_equal(remake(scene), -ERANGE);
	}
	scene->runs[1] = good;
	assert_int_equal(remake(scene), 0);
	scene->vg->pvs[1].pe_start_sectors = UINT64_MAX - EXTENT_SECTORS;
	assert_int_equal(remake(scene), -ERANGE);
}

/* The table maps as these targets do; where it is cut is another matter. */
static void assert_table(struct scene *scene, enum lv_place place, const struct dm_target *targets,
			 size_t count)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	cleanup(dm_table_deinit) struct dm_table expected = {0};

	assert_int_equal(leg_lv_table(scene->vg, &scene->reservation, &scene->geometry, place,
				      LEG_DEV, &table),
			 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(dm_table_append(&expected, &targets[i]), 0);
	assert_true(dm_table_equal(&table, &expected));
}

#define LINEAR(extents, dev, sectors)                                         \
	{                                                                     \
		.len_sectors = (extents)*EXTENT_SECTORS, .source_dev = (dev), \
		.source_sectors = (sectors)                                   \
	}

static void assert_all_tables(struct scene *scene)
{
	const struct dm_target on_source[] = {
		LINEAR(3, hand_dev(2), pe_sectors(40)),
		LINEAR(10, hand_dev(0), pe_sectors(20)),
		LINEAR(4, hand_dev(2), pe_sectors(43)),
	};
	const struct dm_target on_leg[] = {
		LINEAR(3, hand_dev(2), pe_sectors(40)),
		LINEAR(9, LEG_DEV, 0),
		LINEAR(1, hand_dev(0), pe_sectors(29)),
		LINEAR(4, hand_dev(2), pe_sectors(43)),
	};
	const struct dm_target on_dest[] = {
		LINEAR(3, hand_dev(2), pe_sectors(40)), LINEAR(7, hand_dev(1), pe_sectors(50)),
		LINEAR(2, hand_dev(1), pe_sectors(80)), LINEAR(1, hand_dev(0), pe_sectors(29)),
		LINEAR(4, hand_dev(2), pe_sectors(43)),
	};

	assert_table(scene, LV_ON_SOURCE, on_source, 3);
	assert_table(scene, LV_ON_LEG, on_leg, 4);
	assert_table(scene, LV_ON_DEST, on_dest, 5);
}

static void the_moving_part_lies_where_it_is_asked_for(void **state)
{
	assert_all_tables(*state);
}

static void it_does_not_matter_which_side_the_metadata_names(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *old = &scene->vg->lvs[0], *lv;

	/* As it is after the commit, segments merged and split as LVM may do. */
	old->id = hand_id('l', 9);
	lv = hand_add_lv(scene->vg, "committed");
	lv->id = scene->reservation.lv;
	hand_add_linear(lv, 2, 40, 3);
	hand_add_linear(lv, 1, 50, 1);
	hand_add_linear(lv, 1, 51, 6);
	hand_add_linear(lv, 1, 80, 2);
	hand_add_linear(lv, 0, 29, 1);
	hand_add_linear(lv, 2, 43, 4);
	assert_all_tables(scene);
}

static void a_target_begins_where_a_segment_does(void **state)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	struct scene *scene = *state;
	struct vg_lv *lv = hand_add_lv(scene->vg, "whole");

	hand_add_linear(lv, 0, 40, 6);
	hand_add_linear(lv, 0, 60, 4);
	scene->reservation.lv = lv->id;
	scene->runs[0].first_le = 0;
	scene->runs[0].extent_count = 6;
	scene->runs[1].first_le = 6;
	scene->runs[1].extent_count = 4;
	leg_geometry_deinit(&scene->geometry);
	assert_int_equal(leg_geometry_make(scene->vg, &scene->reservation, &scene->geometry), 0);
	assert_int_equal(leg_lv_table(scene->vg, &scene->reservation, &scene->geometry, LV_ON_LEG,
				      LEG_DEV, &table),
			 0);
	assert_int_equal(table.count, 2);
	assert_int_equal(table.targets[0].len_sectors, 6 * EXTENT_SECTORS);
	assert_int_equal(table.targets[1].source_sectors, 6 * EXTENT_SECTORS);
}

static int redraw(struct scene *scene)
{
	struct dm_table table;
	int r = leg_lv_table(scene->vg, &scene->reservation, &scene->geometry, LV_ON_LEG, LEG_DEV,
			     &table);

	if (r == 0)
		dm_table_deinit(&table);
	return r;
}

static void an_lv_that_changed_its_nature_has_no_table(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *lv = &scene->vg->lvs[0];

	lv->segments[3].areas[0].extent_count--;
	assert_int_equal(redraw(scene), -EINVAL);
	lv->segments[3].areas[0].extent_count++;
	assert_int_equal(redraw(scene), 0);
	scene->vg->pvs[2].missing = true;
	assert_int_equal(redraw(scene), -ENODEV);
	scene->vg->pvs[2].missing = false;
	scene->vg->pvs[2].pe_start_sectors = UINT64_MAX;
	assert_int_equal(redraw(scene), -ERANGE);
	scene->vg->pvs[2].pe_start_sectors = PE_START_SECTORS;
	lv->id = hand_id('l', 9);
	assert_int_equal(redraw(scene), -ENOENT);
}

static void an_lv_that_ends_before_its_runs_has_no_table(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *old = &scene->vg->lvs[0], *lv;

	old->id = hand_id('l', 9);
	lv = hand_add_lv(scene->vg, "shrunk");
	lv->id = scene->reservation.lv;
	hand_add_linear(lv, 2, 40, 3);
	assert_int_equal(redraw(scene), -EINVAL);
	hand_add_linear(lv, 0, 20, 8);
	assert_int_equal(redraw(scene), -EINVAL);
	hand_add_linear(lv, 0, 28, 1);
	assert_int_equal(redraw(scene), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_leg_holds_the_runs_end_to_end),
		TEST(either_turning_disk_makes_a_run_rotational),
		TEST(the_smallest_queue_of_the_disks_counts),
		TEST(a_pv_that_is_not_there_has_no_geometry),
		TEST(runs_that_cannot_be_have_no_geometry),
		TEST(the_moving_part_lies_where_it_is_asked_for),
		TEST(it_does_not_matter_which_side_the_metadata_names),
		TEST(a_target_begins_where_a_segment_does),
		TEST(an_lv_that_changed_its_nature_has_no_table),
		TEST(an_lv_that_ends_before_its_runs_has_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/release/survey.h"
#include "tests/unit/plan/vg_by_hand.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

/*
 * The LV has 10 extents: 2 that stay on pv2, 5 and 3 that move from pv0 to pv1.
 * Its leg is laid over the 8. The reservation holds what the LV does not have of them.
 */
enum { STAYS = 2, FIRST = 5, SECOND = 3, MOVES = FIRST + SECOND };
enum { SOURCE_PE = 20, SECOND_SOURCE_PE = 40, DEST_PE = 50 };
#define LV_DEV  makedev(253, 0)
#define LEG_DEV makedev(253, 1)

enum { LV, LEG, HIDDEN, OTHER, DEVICES };

struct scene {
	struct vg *vg;
	struct survey_device devices[DEVICES];
};

static uint64_t sector(uint64_t pe)
{
	return PE_START_SECTORS + pe * EXTENT_SECTORS;
}

static void append(struct dm_table *table, dev_t dev, uint64_t off_sectors, uint64_t extents)
{
	assert_int_equal(
		dm_table_append(table, &(struct dm_target){.type = DM_LINEAR,
							   .len_sectors = extents * EXTENT_SECTORS,
							   .source_dev = dev,
							   .source_sectors = off_sectors}),
		0);
}

static void append_mirror(struct dm_table *table, uint64_t source_pe, uint64_t dest_pe,
			  uint64_t extents)
{
	const struct dm_target target = {
		.type = DM_MIRROR,
		.len_sectors = extents * EXTENT_SECTORS,
		.source_dev = hand_dev(0),
		.source_sectors = sector(source_pe),
		.dest_dev = hand_dev(1),
		.dest_sectors = sector(dest_pe),
		.region_sectors = 1024,
	};

	assert_int_equal(dm_table_append(table, &target), 0);
}

/* Gives the device with that number a UUID and a table of nothing yet. */
static struct survey_device *make_device(struct scene *scene, int which, dev_t dev,
					 struct lvm_id lv, const char *suffix)
{
	struct survey_device *device = &scene->devices[which];
	char vg_text[LVM_ID_PLAIN_LEN + 1];
	char lv_text[LVM_ID_PLAIN_LEN + 1];

	lvm_id_plain(&scene->vg->id, vg_text);
	lvm_id_plain(&lv, lv_text);
	snprintf(device->uuid, sizeof(device->uuid), "LVM-%s%s%s", vg_text, lv_text, suffix);
	snprintf(device->device.name, sizeof(device->device.name), "vg-lv%s", suffix);
	dm_table_deinit(&device->device.table);
	device->device.present = true;
	device->device.dev = dev;
	return device;
}

static void add_extents(struct vg_lv *lv, bool on_dest)
{
	if (on_dest) {
		hand_add_linear(lv, 1, DEST_PE, MOVES);
	} else {
		hand_add_linear(lv, 0, SOURCE_PE, FIRST);
		hand_add_linear(lv, 0, SECOND_SOURCE_PE, SECOND);
	}
}

static void set_metadata(struct scene *scene, bool is_committed)
{
	struct vg_lv *lv;

	scene->vg = hand_vg(3, 100);
	lv = hand_add_lv(scene->vg, "lv");
	lv->locked = !is_committed;
	hand_add_linear(lv, 2, 0, STAYS);
	add_extents(lv, is_committed);
	lv = hand_add_lv(scene->vg, RESERVATION_NAME_PREFIX "1_1");
	lv->visible = false;
	lv->locked = true;
	hand_add_tag(lv, RESERVATION_TAG);
	add_extents(lv, !is_committed);
}

/* Where the LV's live table leads. */
enum place { ON_SOURCE, ON_DEST, ON_LEG };

static void set_lv(struct scene *scene, enum place place)
{
	struct dm_table *table =
		&make_device(scene, LV, LV_DEV, scene->vg->lvs[0].id, "")->device.table;

	append(table, hand_dev(2), sector(0), STAYS);
	if (place == ON_LEG)
		append(table, LEG_DEV, 0, MOVES);
	else if (place == ON_DEST)
		append(table, hand_dev(1), sector(DEST_PE), MOVES);
	else
		append(table, hand_dev(0), sector(SOURCE_PE), FIRST);
	if (place == ON_SOURCE)
		append(table, hand_dev(0), sector(SECOND_SOURCE_PE), SECOND);
}

static struct dm_table *make_leg(struct scene *scene)
{
	struct survey_device *leg =
		make_device(scene, LEG, LEG_DEV, scene->vg->lvs[0].id, "-pvmoved");

	free(leg->device.mirrors);
	leg->device.mirrors = calloc(4, sizeof(*leg->device.mirrors));
	assert_non_null(leg->device.mirrors);
	return &leg->device.table;
}

/* Mirrors of both runs, of which so many regions of ten are copied. */
static void set_mirrors(struct scene *scene, uint64_t synced)
{
	struct dm_table *table = make_leg(scene);

	append_mirror(table, SOURCE_PE, DEST_PE, FIRST);
	append_mirror(table, SECOND_SOURCE_PE, DEST_PE + FIRST, SECOND);
	for (size_t i = 0; i < table->count; i++)
		scene->devices[LEG].device.mirrors[i] =
			(struct dm_mirror_status){synced, 10, DM_LEG_ALIVE, DM_LEG_ALIVE};
}

static void set_pass_through(struct scene *scene, enum place place)
{
	struct dm_table *table = make_leg(scene);

	if (place == ON_DEST) {
		append(table, hand_dev(1), sector(DEST_PE), MOVES);
		return;
	}
	append(table, hand_dev(0), sector(SOURCE_PE), FIRST);
	append(table, hand_dev(0), sector(SECOND_SOURCE_PE), SECOND);
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	vg_free(scene->vg);
	for (int i = 0; i < DEVICES; i++)
		dm_device_deinit(&scene->devices[i].device);
	free(scene);
	return 0;
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state ? 0 : -1;
}

/* The devices that are there, without gaps. */
static size_t pack(const struct scene *scene, struct survey_device devices[DEVICES])
{
	size_t count = 0;

	for (int i = 0; i < DEVICES; i++)
		if (scene->devices[i].device.present)
			devices[count++] = scene->devices[i];
	return count;
}

static enum survey_step next_step(const struct scene *scene)
{
	cleanup(survey_deinit) struct survey survey = {0};
	struct survey_device devices[DEVICES];
	const struct survey_item *item;

	assert_int_equal(survey_make(scene->vg, devices, pack(scene, devices), &survey), 0);
	assert_null(survey_trouble(&survey));
	return survey_next(&survey, &item);
}

/* Expects a trouble of that kind. */
static void assert_trouble(const struct scene *scene, enum survey_finding finding)
{
	cleanup(survey_deinit) struct survey survey = {0};
	struct survey_device devices[DEVICES];

	assert_int_equal(survey_make(scene->vg, devices, pack(scene, devices), &survey), 0);
	assert_non_null(survey_trouble(&survey));
	assert_int_equal(survey_trouble(&survey)->finding, finding);
}

static void put_table(struct dm_device *device, const struct dm_table *table)
{
	struct dm_table copy = {0};

	for (size_t i = 0; i < table->count; i++)
		assert_int_equal(dm_table_append(&copy, &table->targets[i]), 0);
	dm_table_deinit(&device->table);
	device->table = copy;
}

/* Does what the survey says, in the scene. */
static enum survey_step do_step(struct scene *scene)
{
	cleanup(survey_deinit) struct survey survey = {0};
	struct survey_device devices[DEVICES];
	const struct survey_item *item;
	enum survey_step step;

	assert_int_equal(survey_make(scene->vg, devices, pack(scene, devices), &survey), 0);
	assert_null(survey_trouble(&survey));
	step = survey_next(&survey, &item);
	if (step == SURVEY_CLEAR_LEG)
		put_table(&scene->devices[LEG].device, &item->plain_leg);
	else if (step == SURVEY_DETACH)
		put_table(&scene->devices[LV].device, &item->plain_lv);
	else if (step == SURVEY_REMOVE_LEG)
		dm_device_deinit(&scene->devices[LEG].device);
	return step;
}

static void assert_lv_is_on(const struct scene *scene, enum place place)
{
	struct scene wanted = {.vg = scene->vg};

	set_lv(&wanted, place);
	assert_true(
		dm_table_equal(&scene->devices[LV].device.table, &wanted.devices[LV].device.table));
	dm_device_deinit(&wanted.devices[LV].device);
}

/* ---- the way back, and forward ----------------------------------------- */

static void what_is_copied_in_part_goes_back_to_its_source(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 4);
	assert_int_equal(do_step(scene), SURVEY_CLEAR_LEG);
	assert_int_equal(do_step(scene), SURVEY_DETACH);
	assert_lv_is_on(scene, ON_SOURCE);
	assert_int_equal(do_step(scene), SURVEY_REMOVE_LEG);
	assert_int_equal(do_step(scene), SURVEY_EDIT);
}

static void what_is_copied_but_not_committed_goes_back_too(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 10);
	assert_int_equal(do_step(scene), SURVEY_CLEAR_LEG);
	assert_int_equal(do_step(scene), SURVEY_DETACH);
	assert_lv_is_on(scene, ON_SOURCE);
}

static void what_is_committed_goes_on_to_its_destination(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, true);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 10);
	assert_int_equal(do_step(scene), SURVEY_CLEAR_LEG);
	assert_int_equal(do_step(scene), SURVEY_DETACH);
	assert_lv_is_on(scene, ON_DEST);
	assert_int_equal(do_step(scene), SURVEY_REMOVE_LEG);
	assert_int_equal(do_step(scene), SURVEY_EDIT);
}

static void a_side_that_failed_after_the_commit_stops_nothing(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, true);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 9);
	for (size_t i = 0; i < 2; i++)
		scene->devices[LEG].device.mirrors[i].source = DM_LEG_WRITE_FAILED;
	assert_int_equal(next_step(scene), SURVEY_CLEAR_LEG);
}

static void a_leg_without_mirrors_need_not_be_cleared(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_pass_through(scene, ON_SOURCE);
	assert_int_equal(next_step(scene), SURVEY_DETACH);
	teardown(state);
	setup(state);
	scene = *state;
	set_metadata(scene, true);
	set_lv(scene, ON_LEG);
	set_pass_through(scene, ON_DEST);
	assert_int_equal(next_step(scene), SURVEY_DETACH);
}

static void a_wedged_leg_is_left_alone_and_the_lv_taken_off_it(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 4);
	scene->devices[LEG].wedged = true;
	assert_int_equal(do_step(scene), SURVEY_DETACH);
	assert_lv_is_on(scene, ON_SOURCE);
	assert_int_equal(do_step(scene), SURVEY_EDIT);
}

static void a_leg_that_is_bypassed_is_removed_whatever_it_holds(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_SOURCE);
	set_mirrors(scene, 4);
	assert_int_equal(do_step(scene), SURVEY_REMOVE_LEG);
	assert_int_equal(do_step(scene), SURVEY_EDIT);
}

static void without_devices_the_metadata_alone_is_edited(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	assert_int_equal(next_step(scene), SURVEY_EDIT);
	set_lv(scene, ON_SOURCE);
	assert_int_equal(next_step(scene), SURVEY_EDIT);
}

static void a_lock_without_a_reservation_is_taken_off(void **state)
{
	struct scene *scene = *state;

	scene->vg = hand_vg(3, 100);
	hand_add_linear(hand_add_lv(scene->vg, "lv"), 0, 0, 1);
	scene->vg->lvs[0].locked = true;
	assert_int_equal(next_step(scene), SURVEY_EDIT);
	scene->vg->lvs[0].is_pvmove = true;
	assert_int_equal(next_step(scene), SURVEY_NOTHING);
}

static void a_vg_of_lvm_alone_needs_nothing(void **state)
{
	struct scene *scene = *state;

	scene->vg = hand_vg(3, 100);
	hand_add_linear(hand_add_lv(scene->vg, "lv"), 0, SOURCE_PE, 1);
	append(&make_device(scene, LV, LV_DEV, scene->vg->lvs[0].id, "")->device.table, hand_dev(0),
	       sector(SOURCE_PE), 1);
	assert_int_equal(next_step(scene), SURVEY_NOTHING);
}

static void a_reservation_that_somebody_activated_is_deactivated(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	append(&make_device(scene, HIDDEN, makedev(253, 2), scene->vg->lvs[1].id, "")->device.table,
	       hand_dev(1), sector(DEST_PE), MOVES);
	assert_int_equal(next_step(scene), SURVEY_REMOVE_LEG);
}

static void a_leg_of_an_lv_that_is_gone_is_removed(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_mirrors(scene, 4);
	scene->vg->lvs[0].id = hand_id('l', 77);
	scene->vg->lvs[0].locked = false;
	assert_int_equal(do_step(scene), SURVEY_REMOVE_LEG);
	assert_int_equal(do_step(scene), SURVEY_EDIT);
}

/* ---- what people have to decide ---------------------------------------- */

static void a_commit_of_what_is_not_all_there_is_not_believed(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, true);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 9);
	assert_trouble(scene, SURVEY_ASTRAY);
	set_pass_through(scene, ON_SOURCE);
	assert_trouble(scene, SURVEY_ASTRAY);
}

static void a_leg_that_leads_elsewhere_is_not_believed(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 10);
	scene->devices[LEG].device.table.targets[1].source_sectors += EXTENT_SECTORS;
	assert_trouble(scene, SURVEY_ASTRAY);
	set_mirrors(scene, 10);
	scene->devices[LEG].device.table.targets[0].type = DM_OTHER;
	assert_trouble(scene, SURVEY_ASTRAY);
	/* The LV leads beyond the leg's end. */
	append(make_leg(scene), hand_dev(0), sector(SOURCE_PE), FIRST);
	assert_trouble(scene, SURVEY_ASTRAY);
}

static void what_a_live_table_leads_to_is_not_given_back(void **state)
{
	struct scene *scene = *state;

	/* Committed, but the LV still on its source, without a leg. */
	set_metadata(scene, true);
	set_lv(scene, ON_SOURCE);
	assert_trouble(scene, SURVEY_FOREIGN);
	set_lv(scene, ON_DEST);
	assert_int_equal(next_step(scene), SURVEY_EDIT);
	/* Another LV's device, which overlaps by one sector at the end. */
	append(&make_device(scene, OTHER, makedev(253, 3), hand_id('l', 9), "")->device.table,
	       hand_dev(0), sector(SOURCE_PE + FIRST) - 1, 1);
	assert_trouble(scene, SURVEY_ORPHAN);
	scene->devices[OTHER].device.table.targets[0].source_sectors++;
	assert_int_equal(next_step(scene), SURVEY_EDIT);
}

static void a_device_of_an_lv_that_is_gone_keeps_its_leg(void **state)
{
	struct scene *scene = *state;

	set_metadata(scene, false);
	set_lv(scene, ON_LEG);
	set_mirrors(scene, 4);
	scene->vg->lvs[0].id = hand_id('l', 77);
	assert_trouble(scene, SURVEY_ORPHAN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_copied_in_part_goes_back_to_its_source),
		TEST(what_is_copied_but_not_committed_goes_back_too),
		TEST(what_is_committed_goes_on_to_its_destination),
		TEST(a_side_that_failed_after_the_commit_stops_nothing),
		TEST(a_leg_without_mirrors_need_not_be_cleared),
		TEST(a_wedged_leg_is_left_alone_and_the_lv_taken_off_it),
		TEST(a_leg_that_is_bypassed_is_removed_whatever_it_holds),
		TEST(without_devices_the_metadata_alone_is_edited),
		TEST(a_lock_without_a_reservation_is_taken_off),
		TEST(a_vg_of_lvm_alone_needs_nothing),
		TEST(a_reservation_that_somebody_activated_is_deactivated),
		TEST(a_leg_of_an_lv_that_is_gone_is_removed),
		TEST(a_commit_of_what_is_not_all_there_is_not_believed),
		TEST(a_leg_that_leads_elsewhere_is_not_believed),
		TEST(what_a_live_table_leads_to_is_not_given_back),
		TEST(a_device_of_an_lv_that_is_gone_keeps_its_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

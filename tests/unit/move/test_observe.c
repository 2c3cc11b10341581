/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/move/observe.h"

#define EXTENT_SECTORS 8192
#define EXTENTS        4
#define LEN_SECTORS    ((uint64_t)EXTENTS * EXTENT_SECTORS)
#define PE_START       2048
#define SOURCE_PE      10
#define DEST_PE        20
#define SOURCE_DEV     makedev(8, 0)
#define DEST_DEV       makedev(8, 16)
#define LEG_DEV        makedev(254, 4)

static const struct lvm_id vg_id = {"vvvvvv-vvvv-vvvv-vvvv-vvvv-vvvv-vvvvvv"};
static const struct lvm_id lv_id = {"llllll-llll-llll-llll-llll-llll-llllll"};
static const struct lvm_id hidden_id = {"hhhhhh-hhhh-hhhh-hhhh-hhhh-hhhh-hhhhhh"};
static const struct lvm_id source_id = {"ssssss-ssss-ssss-ssss-ssss-ssss-ssssss"};
static const struct lvm_id dest_id = {"dddddd-dddd-dddd-dddd-dddd-dddd-dddddd"};

/* One LV of four extents that moves from PV 0 to PV 1, as it can be found. */
struct scene {
	struct vg_pv pvs[2];
	struct vg_area areas[2];
	struct vg_segment segments[2];
	char *tag;
	struct vg_lv lvs[2];
	struct vg vg;
	struct run run;
	struct reservation reservation;
	struct dm_target lv_target;
	struct dm_device lv;
	struct dm_target leg_target;
	struct dm_mirror_status mirror;
	struct dm_device leg;
};

static char linear_type[] = "striped";
static char lv_name[] = "lv";
static char hidden_name[] = "lvpvmoved_1_1";
static char vg_name[] = "vg";
static char tag[] = RESERVATION_TAG;

static struct vg_lv make_lv(struct scene *scene, size_t index, size_t pv, uint64_t first_pe)
{
	scene->areas[index] = (struct vg_area){pv, first_pe, EXTENTS};
	scene->segments[index] =
		(struct vg_segment){0, EXTENTS, linear_type, &scene->areas[index], 1};
	return (struct vg_lv){.id = lv_id,
			      .name = lv_name,
			      .visible = true,
			      .writable = true,
			      .segments = &scene->segments[index],
			      .segment_count = 1};
}

/* The metadata of a stage: where the LV lies, and what the hidden LV holds, if it is there. */
static void set_metadata(struct scene *scene, bool on_dest, bool reserved)
{
	scene->lvs[0] = make_lv(scene, 0, on_dest, on_dest ? DEST_PE : SOURCE_PE);
	scene->lvs[0].locked = reserved && !on_dest;
	scene->vg.lv_count = 1;
	if (!reserved)
		return;
	scene->lvs[1] = make_lv(scene, 1, !on_dest, on_dest ? SOURCE_PE : DEST_PE);
	scene->lvs[1].id = hidden_id;
	scene->lvs[1].name = hidden_name;
	scene->lvs[1].visible = false;
	scene->lvs[1].locked = true;
	scene->lvs[1].tags = &scene->tag;
	scene->lvs[1].tag_count = 1;
	scene->vg.lv_count = 2;
}

static void set_lv_table(struct scene *scene, dev_t dev, uint64_t off_sectors)
{
	scene->lv_target = (struct dm_target){.len_sectors = LEN_SECTORS,
					      .type = DM_LINEAR,
					      .source_dev = dev,
					      .source_sectors = off_sectors};
	scene->lv = (struct dm_device){
		.present = true, .dev = makedev(254, 3), .table = {&scene->lv_target, 1}};
}

static void put_lv_on_source(struct scene *scene)
{
	set_lv_table(scene, SOURCE_DEV, PE_START + SOURCE_PE * EXTENT_SECTORS);
}

static void put_lv_on_dest(struct scene *scene)
{
	set_lv_table(scene, DEST_DEV, PE_START + DEST_PE * EXTENT_SECTORS);
}

static void put_lv_on_leg(struct scene *scene)
{
	set_lv_table(scene, LEG_DEV, 0);
}

/* A mirror whose regions are all in sync is one that was drawn anew as equal. */
static void set_leg(struct scene *scene, enum dm_target_type type, uint64_t synced_regions)
{
	uint32_t region_sectors = 1024;

	scene->leg_target =
		(struct dm_target){.len_sectors = LEN_SECTORS,
				   .type = type,
				   .source_dev = SOURCE_DEV,
				   .source_sectors = PE_START + SOURCE_PE * EXTENT_SECTORS,
				   .dest_dev = DEST_DEV,
				   .dest_sectors = PE_START + DEST_PE * EXTENT_SECTORS,
				   .region_sectors = region_sectors,
				   .nosync = synced_regions == LEN_SECTORS / region_sectors};
	if (type == DM_LINEAR) {
		scene->leg_target.dest_dev = 0;
		scene->leg_target.dest_sectors = 0;
		scene->leg_target.region_sectors = 0;
	}
	scene->mirror = (struct dm_mirror_status){synced_regions, LEN_SECTORS / region_sectors,
						  DM_LEG_ALIVE, DM_LEG_ALIVE};
	scene->leg = (struct dm_device){.present = true,
					.dev = LEG_DEV,
					.table = {&scene->leg_target, 1},
					.mirrors = &scene->mirror};
}

#define ALL_REGIONS (LEN_SECTORS / 1024)

static struct scene *make_scene(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->tag = tag;
	scene->pvs[0] = (struct vg_pv){.id = source_id,
				       .pe_start_sectors = PE_START,
				       .pe_count = 100,
				       .allocatable = true,
				       .dev = SOURCE_DEV};
	scene->pvs[1] = scene->pvs[0];
	scene->pvs[1].id = dest_id;
	scene->pvs[1].dev = DEST_DEV;
	scene->vg = (struct vg){.id = vg_id,
				.name = vg_name,
				.extent_size_sectors = EXTENT_SECTORS,
				.writable = true,
				.pvs = scene->pvs,
				.pv_count = 2,
				.lvs = scene->lvs};
	scene->run = (struct run){0, EXTENTS, source_id, SOURCE_PE, dest_id, DEST_PE};
	scene->reservation =
		(struct reservation){vg_id, lv_id, hidden_id, "lvpvmoved_1_1", &scene->run, 1};
	return scene;
}

/* Checks the event and frees the scene. */
#define assert_seen(scene, expected)                                               \
	do {                                                                       \
		enum pass_event _seen = see(scene);                                \
                                                                                   \
		if (_seen != (expected))                                           \
			fail_msg("seen as '%s', not '%s'", pass_event_name(_seen), \
				 pass_event_name(expected));                       \
		free(scene);                                                       \
	} while (0)

static enum pass_event see(const struct scene *scene)
{
	cleanup(observation_deinit) struct observation seen = {0};
	struct pass_sight sight = {.vg = &scene->vg,
				   .reservation = &scene->reservation,
				   .lv = &scene->lv,
				   .leg = &scene->leg};

	assert_int_equal(pass_observe(&sight, &seen), 0);
	return seen.event;
}

static void a_vg_that_is_not_there_is_absent(void **state)
{
	struct scene *scene = make_scene();
	struct observation seen = {0};
	struct pass_sight sight = {
		.reservation = &scene->reservation, .lv = &scene->lv, .leg = &scene->leg};

	(void)state;
	assert_int_equal(pass_observe(&sight, &seen), 0);
	assert_int_equal(seen.event, EVENT_VG_ABSENT);
	free(scene);
}

static void a_missing_pv_is_as_good_as_a_missing_vg(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	set_metadata(scene, false, true);
	put_lv_on_source(scene);
	scene->pvs[1].missing = true;
	scene->pvs[1].dev = 0;
	assert_seen(scene, EVENT_VG_ABSENT);
}

static void the_way_there_is_seen_step_by_step(void **state)
{
	struct scene *scene;

	(void)state;
	scene = make_scene();
	set_metadata(scene, false, false);
	put_lv_on_source(scene);
	assert_seen(scene, EVENT_UNRESERVED);

	scene = make_scene();
	set_metadata(scene, false, true);
	assert_seen(scene, EVENT_INACTIVE);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_source(scene);
	assert_seen(scene, EVENT_RESERVED);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_source(scene);
	set_leg(scene, DM_LINEAR, 0);
	assert_seen(scene, EVENT_LEG_READY);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_LINEAR, 0);
	assert_seen(scene, EVENT_LEG_ATTACHED);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, 3);
	assert_seen(scene, EVENT_MIRRORING);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, ALL_REGIONS);
	assert_seen(scene, EVENT_IN_SYNC);
}

static void the_way_out_is_seen_step_by_step(void **state)
{
	struct scene *scene;

	(void)state;
	scene = make_scene();
	set_metadata(scene, true, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, ALL_REGIONS);
	assert_seen(scene, EVENT_COMMITTED);

	scene = make_scene();
	set_metadata(scene, true, true);
	put_lv_on_dest(scene);
	set_leg(scene, DM_MIRROR, ALL_REGIONS);
	assert_seen(scene, EVENT_SWITCHED);

	scene = make_scene();
	set_metadata(scene, true, true);
	put_lv_on_dest(scene);
	assert_seen(scene, EVENT_RETIRED);

	scene = make_scene();
	set_metadata(scene, true, true);
	assert_seen(scene, EVENT_RETIRED);

	scene = make_scene();
	set_metadata(scene, true, false);
	put_lv_on_dest(scene);
	assert_seen(scene, EVENT_RELEASED);
}

static void a_leg_that_the_lv_left_is_never_trusted_again(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	set_metadata(scene, false, true);
	put_lv_on_source(scene);
	set_leg(scene, DM_MIRROR, ALL_REGIONS);
	assert_seen(scene, EVENT_LEG_BYPASSED);
}

static void metadata_on_the_destination_with_an_unsynced_leg_is_not_committed(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	set_metadata(scene, true, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, ALL_REGIONS - 1);
	assert_seen(scene, EVENT_ASTRAY);
}

static void mirrors_without_a_reservation_are_an_alarm(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	set_metadata(scene, false, false);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, 3);
	assert_seen(scene, EVENT_RESERVATION_LOST);
}

static void a_table_of_somebody_else_is_foreign(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	set_metadata(scene, false, true);
	set_lv_table(scene, makedev(7, 7), 0);
	assert_seen(scene, EVENT_TABLE_FOREIGN);

	scene = make_scene();
	set_metadata(scene, false, true);
	set_lv_table(scene, makedev(7, 7), 0);
	set_leg(scene, DM_LINEAR, 0);
	assert_seen(scene, EVENT_STRAY_LEG);

	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, 3);
	scene->leg_target.dest_sectors++;
	assert_seen(scene, EVENT_LEG_FOREIGN);
}

static struct scene *make_committed_scene(bool with_leg)
{
	struct scene *scene = make_scene();

	set_metadata(scene, true, true);
	if (with_leg)
		set_leg(scene, DM_MIRROR, ALL_REGIONS);
	return scene;
}

static void a_table_of_somebody_else_is_no_matter_after_the_commit(void **state)
{
	struct scene *scene = make_committed_scene(true);

	(void)state;
	set_lv_table(scene, makedev(7, 7), 0);
	assert_seen(scene, EVENT_SWITCHED);

	scene = make_committed_scene(false);
	set_lv_table(scene, makedev(7, 7), 0);
	assert_seen(scene, EVENT_RETIRED);

	scene = make_committed_scene(false);
	set_metadata(scene, true, false);
	set_lv_table(scene, makedev(7, 7), 0);
	assert_seen(scene, EVENT_RELEASED);
}

static void what_is_still_read_from_is_not_given_back(void **state)
{
	struct scene *scene = make_committed_scene(false);

	(void)state;
	put_lv_on_source(scene);
	assert_seen(scene, EVENT_ASTRAY);

	/* the last sector of the source, and the one behind it */
	scene = make_committed_scene(false);
	set_lv_table(scene, SOURCE_DEV, PE_START + SOURCE_PE * EXTENT_SECTORS + LEN_SECTORS - 1);
	assert_seen(scene, EVENT_ASTRAY);

	scene = make_committed_scene(false);
	set_lv_table(scene, SOURCE_DEV, PE_START + SOURCE_PE * EXTENT_SECTORS + LEN_SECTORS);
	assert_seen(scene, EVENT_RETIRED);

	scene = make_committed_scene(true);
	set_lv_table(scene, LEG_DEV, 8);
	assert_seen(scene, EVENT_ASTRAY);
}

static void an_lv_whose_reservation_was_removed_after_the_commit_is_switched_first(void **state)
{
	struct scene *scene = make_committed_scene(true);

	(void)state;
	set_metadata(scene, true, false);
	put_lv_on_leg(scene);
	assert_seen(scene, EVENT_COMMITTED);
}

/* As after an lvreduce between the commit and the switch, which loads the LV by the metadata. */
static void an_lv_that_lvm_changed_after_the_commit_is_given_back_what_it_left(void **state)
{
	struct scene *scene = make_committed_scene(true);

	(void)state;
	scene->areas[0].extent_count--;
	scene->segments[0].extent_count--;
	put_lv_on_dest(scene);
	scene->lv_target.len_sectors -= EXTENT_SECTORS;
	assert_seen(scene, EVENT_SWITCHED);

	/* Nobody has loaded it: what the metadata says is not what the LV's data is on. */
	scene = make_committed_scene(true);
	scene->areas[0].first_pe++;
	put_lv_on_leg(scene);
	assert_seen(scene, EVENT_LV_CHANGED);
}

static void metadata_that_was_put_back_to_before_the_commit_is_not_believed(void **state)
{
	struct scene *scene = make_committed_scene(true);

	/* Both sides are equal: the source will do. */
	(void)state;
	set_metadata(scene, false, false);
	put_lv_on_leg(scene);
	assert_seen(scene, EVENT_RESERVATION_LOST);

	/* Only the destination has what was written since. */
	scene = make_committed_scene(true);
	set_metadata(scene, false, false);
	put_lv_on_leg(scene);
	set_leg(scene, DM_LINEAR, 0);
	scene->leg_target.source_dev = DEST_DEV;
	scene->leg_target.source_sectors = PE_START + DEST_PE * EXTENT_SECTORS;
	assert_seen(scene, EVENT_ASTRAY);

	scene = make_committed_scene(false);
	set_metadata(scene, false, false);
	put_lv_on_dest(scene);
	assert_seen(scene, EVENT_ASTRAY);
}

static enum pass_event see_health(uint64_t synced, enum dm_leg_health source,
				  enum dm_leg_health dest)
{
	struct scene *scene = make_scene();
	enum pass_event event;

	set_metadata(scene, false, true);
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, synced);
	scene->mirror.source = source;
	scene->mirror.dest = dest;
	event = see(scene);
	free(scene);
	return event;
}

static void a_failed_copy_is_never_in_sync(void **state)
{
	(void)state;
	assert_int_equal(see_health(3, DM_LEG_SYNC_FAILED, DM_LEG_ALIVE), EVENT_SOURCE_UNREADABLE);
	assert_int_equal(see_health(3, DM_LEG_READ_FAILED, DM_LEG_ALIVE), EVENT_SOURCE_UNREADABLE);
	assert_int_equal(see_health(3, DM_LEG_ALIVE, DM_LEG_SYNC_FAILED), EVENT_DEST_FAILED);
	assert_int_equal(see_health(ALL_REGIONS, DM_LEG_ALIVE, DM_LEG_WRITE_FAILED),
			 EVENT_DEST_FAILED);
}

static void a_source_that_fails_after_full_sync_is_a_reason_to_go_on(void **state)
{
	(void)state;
	assert_int_equal(see_health(ALL_REGIONS, DM_LEG_WRITE_FAILED, DM_LEG_ALIVE), EVENT_IN_SYNC);
	assert_int_equal(see_health(ALL_REGIONS, DM_LEG_READ_FAILED, DM_LEG_ALIVE), EVENT_IN_SYNC);
}

static void writes_that_a_copying_source_did_not_take_are_no_reason_to_hold(void **state)
{
	(void)state;
	assert_int_equal(see_health(3, DM_LEG_WRITE_FAILED, DM_LEG_ALIVE), EVENT_SOURCE_FAILED);
}

static void a_source_that_misses_acknowledged_writes_is_not_put_under_the_lv_again(void **state)
{
	(void)state;
	assert_int_equal(see_health(ALL_REGIONS, DM_LEG_WRITE_FAILED, DM_LEG_WRITE_FAILED),
			 EVENT_SOURCE_FAILED);
}

/* What is seen when LVM no longer finds that PV, and the leg is still on it. */
static enum pass_event see_missing(struct scene *scene, size_t pv)
{
	enum pass_event event;

	scene->pvs[pv].missing = true;
	scene->pvs[pv].dev = 0;
	event = see(scene);
	free(scene);
	return event;
}

static struct scene *leg_scene(bool on_dest, enum dm_target_type type, uint64_t synced_regions)
{
	struct scene *scene = make_scene();

	set_metadata(scene, on_dest, true);
	put_lv_on_leg(scene);
	set_leg(scene, type, synced_regions);
	return scene;
}

static void an_lv_gets_off_a_leg_whose_disk_is_gone(void **state)
{
	struct scene *scene;

	(void)state;
	assert_int_equal(see_missing(leg_scene(false, DM_MIRROR, 3), 1), EVENT_DEST_FAILED);
	assert_int_equal(see_missing(leg_scene(false, DM_MIRROR, ALL_REGIONS), 1),
			 EVENT_DEST_FAILED);
	assert_int_equal(see_missing(leg_scene(false, DM_MIRROR, 3), 0), EVENT_SOURCE_FAILED);
	assert_int_equal(see_missing(leg_scene(false, DM_LINEAR, 0), 1), EVENT_LEG_ATTACHED);
	scene = leg_scene(false, DM_LINEAR, 0);
	put_lv_on_source(scene);
	assert_int_equal(see_missing(scene, 1), EVENT_LEG_READY);
	assert_int_equal(see_missing(leg_scene(true, DM_MIRROR, ALL_REGIONS), 0), EVENT_COMMITTED);
}

static void what_needs_the_disk_that_is_gone_waits_for_it(void **state)
{
	(void)state;
	/* all is on the destination, which cannot be committed to */
	assert_int_equal(see_missing(leg_scene(false, DM_MIRROR, ALL_REGIONS), 0), EVENT_VG_ABSENT);
	/* the source under the pass-through cannot be put under the LV */
	assert_int_equal(see_missing(leg_scene(false, DM_LINEAR, 0), 0), EVENT_VG_ABSENT);
	assert_int_equal(see_missing(leg_scene(true, DM_MIRROR, ALL_REGIONS), 1), EVENT_VG_ABSENT);
}

/* What is seen when that PV is back under a number that the leg does not know. */
static enum pass_event see_renumbered(struct scene *scene, size_t pv)
{
	enum pass_event event;

	scene->pvs[pv].dev = makedev(8, 160);
	event = see(scene);
	free(scene);
	return event;
}

static void a_disk_that_is_back_under_another_number_is_not_counted_on(void **state)
{
	(void)state;
	assert_int_equal(see_renumbered(leg_scene(false, DM_MIRROR, 3), 1), EVENT_DEST_FAILED);
	assert_int_equal(see_renumbered(leg_scene(false, DM_MIRROR, ALL_REGIONS), 1),
			 EVENT_DEST_FAILED);
	assert_int_equal(see_renumbered(leg_scene(false, DM_MIRROR, 3), 0), EVENT_SOURCE_FAILED);
	assert_int_equal(see_renumbered(leg_scene(false, DM_LINEAR, 0), 0), EVENT_SOURCE_FAILED);
	/* The destination has it all. */
	assert_int_equal(see_renumbered(leg_scene(false, DM_MIRROR, ALL_REGIONS), 0),
			 EVENT_IN_SYNC);
	assert_int_equal(see_renumbered(leg_scene(true, DM_MIRROR, ALL_REGIONS), 0),
			 EVENT_COMMITTED);
	/* Only the source has, which the metadata no longer name. */
	assert_int_equal(see_renumbered(leg_scene(true, DM_MIRROR, ALL_REGIONS), 1), EVENT_ASTRAY);
}

static void a_leg_on_disks_of_others_is_foreign(void **state)
{
	struct scene *scene = leg_scene(false, DM_MIRROR, ALL_REGIONS);

	(void)state;
	scene->leg_target.source_sectors += 8;
	assert_int_equal(see_renumbered(scene, 0), EVENT_LEG_FOREIGN);
	/* The source's number is that of the other PV. */
	scene = leg_scene(false, DM_MIRROR, ALL_REGIONS);
	scene->leg_target.source_dev = DEST_DEV;
	assert_int_equal(see(scene), EVENT_LEG_FOREIGN);
	free(scene);
}

static void of_an_lv_that_is_gone_all_that_is_left_is_seen(void **state)
{
	struct scene *scene = make_scene();

	(void)state;
	scene->vg.lv_count = 0;
	assert_seen(scene, EVENT_LV_GONE);

	scene = make_scene();
	set_metadata(scene, false, true);
	scene->lvs[0] = scene->lvs[1];
	scene->vg.lv_count = 1;
	set_leg(scene, DM_MIRROR, 3);
	assert_seen(scene, EVENT_LEG_LEFT);

	scene = make_scene();
	set_metadata(scene, false, true);
	scene->lvs[0] = scene->lvs[1];
	scene->vg.lv_count = 1;
	assert_seen(scene, EVENT_RESERVATION_LEFT);

	/* what its device leads to may be in use */
	scene = make_scene();
	set_metadata(scene, false, true);
	scene->lvs[0] = scene->lvs[1];
	scene->vg.lv_count = 1;
	put_lv_on_source(scene);
	assert_seen(scene, EVENT_LV_CHANGED);
}

/* A reservation that is no longer locked. */
static struct scene *make_tampered_scene(void)
{
	struct scene *scene = make_scene();

	set_metadata(scene, false, true);
	scene->lvs[1].locked = false;
	return scene;
}

/* Checks what the way back would begin with, and frees the scene. */
static void assert_put_back(struct scene *scene, enum put_back expected)
{
	cleanup(observation_deinit) struct observation seen = {0};
	struct pass_sight sight = {.vg = &scene->vg,
				   .reservation = &scene->reservation,
				   .lv = &scene->lv,
				   .leg = &scene->leg};

	assert_int_equal(pass_observe(&sight, &seen), 0);
	assert_int_equal(seen.event, EVENT_LV_CHANGED);
	assert_int_equal(seen.put_back, expected);
	free(scene);
}

static void what_somebody_changed_is_put_back_step_by_step(void **state)
{
	struct scene *scene = make_tampered_scene();

	(void)state;
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, 3);
	assert_put_back(scene, PUT_BACK_DETACH);

	scene = make_tampered_scene();
	put_lv_on_source(scene);
	set_leg(scene, DM_MIRROR, 3);
	assert_put_back(scene, PUT_BACK_REMOVE_LEG);

	scene = make_tampered_scene();
	put_lv_on_source(scene);
	assert_put_back(scene, PUT_BACK_RELEASE);

	scene = make_tampered_scene();
	assert_put_back(scene, PUT_BACK_RELEASE);
}

static void an_lv_that_is_not_where_the_metadata_says_is_left_alone(void **state)
{
	struct scene *scene = make_tampered_scene();

	(void)state;
	/* the metadata lies elsewhere on the source */
	scene->areas[0].first_pe = SOURCE_PE + EXTENTS;
	put_lv_on_leg(scene);
	set_leg(scene, DM_MIRROR, 3);
	assert_put_back(scene, PUT_BACK_NOTHING);

	scene = make_tampered_scene();
	scene->areas[0].first_pe = SOURCE_PE + EXTENTS;
	put_lv_on_source(scene);
	assert_put_back(scene, PUT_BACK_NOTHING);

	scene = make_tampered_scene();
	set_lv_table(scene, makedev(7, 7), 0);
	assert_put_back(scene, PUT_BACK_NOTHING);

	/* metadata from before the commit was put back, and is sound in itself */
	scene = make_scene();
	set_metadata(scene, false, true);
	put_lv_on_dest(scene);
	assert_put_back(scene, PUT_BACK_NOTHING);
}

static void a_reservation_that_was_changed_after_the_commit_is_no_matter(void **state)
{
	struct scene *scene = make_committed_scene(true);

	(void)state;
	scene->lvs[1].locked = false;
	put_lv_on_leg(scene);
	assert_seen(scene, EVENT_COMMITTED);
}

/* The leg of the scene is wedged, and there is no other one. */
static enum pass_event see_wedged(struct scene *scene, bool *on_wedgedp)
{
	static const struct dm_device none = {0};
	cleanup(observation_deinit) struct observation seen = {0};
	struct pass_sight sight = {.vg = &scene->vg,
				   .reservation = &scene->reservation,
				   .lv = &scene->lv,
				   .leg = &none,
				   .wedged = &scene->leg};

	assert_int_equal(pass_observe(&sight, &seen), 0);
	*on_wedgedp = seen.lv_is_on_wedged;
	free(scene);
	return seen.event;
}

static void an_lv_on_a_wedged_leg_is_to_get_off_it(void **state)
{
	bool on_wedged;

	(void)state;
	assert_int_equal(see_wedged(leg_scene(false, DM_MIRROR, 3), &on_wedged), EVENT_LEG_WEDGED);
	assert_true(on_wedged);
	assert_int_equal(see_wedged(leg_scene(false, DM_MIRROR, ALL_REGIONS), &on_wedged),
			 EVENT_LEG_WEDGED);
	assert_int_equal(see_wedged(leg_scene(true, DM_MIRROR, ALL_REGIONS), &on_wedged),
			 EVENT_COMMITTED);
	assert_true(on_wedged);
	assert_int_equal(see_wedged(leg_scene(true, DM_MIRROR, 3), &on_wedged), EVENT_ASTRAY);
}

static void a_wedged_leg_that_the_lv_is_not_on_is_not_seen(void **state)
{
	struct scene *scene = leg_scene(false, DM_MIRROR, 3);
	bool on_wedged;

	(void)state;
	put_lv_on_source(scene);
	assert_int_equal(see_wedged(scene, &on_wedged), EVENT_RESERVED);
	assert_false(on_wedged);
	scene = leg_scene(true, DM_MIRROR, ALL_REGIONS);
	put_lv_on_dest(scene);
	assert_int_equal(see_wedged(scene, &on_wedged), EVENT_RETIRED);
}

static void mirrors_whose_swap_was_broken_off_are_swapped_again(void **state)
{
	struct scene *scene = leg_scene(false, DM_MIRROR, 3);

	(void)state;
	scene->leg.swap_unfinished = true;
	assert_seen(scene, EVENT_MIRROR_IDLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vg_that_is_not_there_is_absent),
		cmocka_unit_test(a_missing_pv_is_as_good_as_a_missing_vg),
		cmocka_unit_test(the_way_there_is_seen_step_by_step),
		cmocka_unit_test(the_way_out_is_seen_step_by_step),
		cmocka_unit_test(a_leg_that_the_lv_left_is_never_trusted_again),
		cmocka_unit_test(metadata_on_the_destination_with_an_unsynced_leg_is_not_committed),
		cmocka_unit_test(mirrors_without_a_reservation_are_an_alarm),
		cmocka_unit_test(a_table_of_somebody_else_is_foreign),
		cmocka_unit_test(a_table_of_somebody_else_is_no_matter_after_the_commit),
		cmocka_unit_test(what_is_still_read_from_is_not_given_back),
		cmocka_unit_test(
			an_lv_whose_reservation_was_removed_after_the_commit_is_switched_first),
		cmocka_unit_test(
			an_lv_that_lvm_changed_after_the_commit_is_given_back_what_it_left),
		cmocka_unit_test(metadata_that_was_put_back_to_before_the_commit_is_not_believed),
		cmocka_unit_test(a_failed_copy_is_never_in_sync),
		cmocka_unit_test(a_source_that_fails_after_full_sync_is_a_reason_to_go_on),
		cmocka_unit_test(writes_that_a_copying_source_did_not_take_are_no_reason_to_hold),
		cmocka_unit_test(
			a_source_that_misses_acknowledged_writes_is_not_put_under_the_lv_again),
		cmocka_unit_test(an_lv_gets_off_a_leg_whose_disk_is_gone),
		cmocka_unit_test(what_needs_the_disk_that_is_gone_waits_for_it),
		cmocka_unit_test(a_disk_that_is_back_under_another_number_is_not_counted_on),
		cmocka_unit_test(a_leg_on_disks_of_others_is_foreign),
		cmocka_unit_test(of_an_lv_that_is_gone_all_that_is_left_is_seen),
		cmocka_unit_test(what_somebody_changed_is_put_back_step_by_step),
		cmocka_unit_test(an_lv_that_is_not_where_the_metadata_says_is_left_alone),
		cmocka_unit_test(a_reservation_that_was_changed_after_the_commit_is_no_matter),
		cmocka_unit_test(an_lv_on_a_wedged_leg_is_to_get_off_it),
		cmocka_unit_test(a_wedged_leg_that_the_lv_is_not_on_is_not_seen),
		cmocka_unit_test(mirrors_whose_swap_was_broken_off_are_swapped_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

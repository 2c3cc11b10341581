/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "daemon/plan/slices.h"

static bool mirror_is_sound(const struct dm_mirror_status *status)
{
	return status->source == DM_LEG_ALIVE && status->dest == DM_LEG_ALIVE;
}

static bool mirror_is_in_sync(const struct dm_mirror_status *status)
{
	return status->synced_regions == status->total_regions;
}

bool leg_trouble_is_of_source(enum leg_trouble trouble)
{
	return trouble != LEG_SOUND && trouble != LEG_DEST_FAILED;
}

/*
 * A letter that is not known (a failed flush, Linux 6.1's 'F', is one) is taken for the worst.
 * No write that a side did not take was acknowledged; see docs/design.md.
 */
static enum leg_trouble trouble_of(const struct dm_mirror_status *status)
{
	switch (status->source) {
	case DM_LEG_WRITE_FAILED:
	case DM_LEG_UNKNOWN:
		return LEG_SOURCE_WRITE_FAILED;
	case DM_LEG_SYNC_FAILED:
		return LEG_SOURCE_UNREADABLE;
	case DM_LEG_READ_FAILED:
	case DM_LEG_ALIVE:
		break;
	}
	if (status->dest != DM_LEG_ALIVE)
		return LEG_DEST_FAILED;
	return status->source == DM_LEG_ALIVE ? LEG_SOUND : LEG_SOURCE_READ_FAILED;
}

/*
 * A mirror that was equal on both sides and whose source no longer takes writes
 * counts the regions written since as out of sync; they are on the destination
 * all the same.
 */
static bool dest_has_all(const struct dm_target *target, const struct dm_mirror_status *status)
{
	return target->nosync && status->dest == DM_LEG_ALIVE &&
	       (mirror_is_in_sync(status) || status->source == DM_LEG_WRITE_FAILED);
}

/*
 * A core log copies in ascending order, so the regions in sync are the first
 * ones; but only while no leg has failed, which takes regions out of sync anywhere.
 */
static struct slice read_mirror(const struct dm_target *target,
				const struct dm_mirror_status *status)
{
	struct slice slice = {.start_sectors = target->start_sectors,
			      .len_sectors = target->len_sectors,
			      .kind = SLICE_SYNC,
			      .region_sectors = target->region_sectors};

	if (target->nosync && mirror_is_sound(status) && mirror_is_in_sync(status))
		slice.kind = SLICE_NOSYNC;
	else if (!target->nosync && mirror_is_sound(status))
		slice.synced_sectors = status->synced_regions * target->region_sectors;
	if (slice.synced_sectors > slice.len_sectors)
		slice.synced_sectors = slice.len_sectors;
	return slice;
}

/* True when the target is one that a leg may have there, and lies within the run. */
static bool target_is_of_run(const struct dm_target *target, const struct leg_run *run)
{
	uint64_t skip_sectors = target->start_sectors - run->leg_start_sectors;

	if (target->len_sectors == 0 || target->len_sectors > run->len_sectors - skip_sectors ||
	    target->source_dev != run->source_dev ||
	    target->source_sectors != run->source_sectors + skip_sectors)
		return false;
	return target->type == DM_LINEAR ||
	       (target->type == DM_MIRROR && target->dest_dev == run->dest_dev &&
		target->dest_sectors == run->dest_sectors + skip_sectors);
}

/* True when the status can be that of the mirror. */
static bool status_is_of_mirror(const struct dm_mirror_status *status,
				const struct dm_target *target)
{
	uint32_t region = target->region_sectors;
	uint64_t total;

	if (region == 0 || region > target->len_sectors || (region & (region - 1)) != 0)
		return false;
	total = (target->len_sectors - 1) / region + 1;
	return status->total_regions == total && status->synced_regions <= total;
}

struct leg_glance leg_glance_at(const struct dm_table *table,
				const struct dm_mirror_status *mirrors)
{
	struct leg_glance glance = {0};

	for (size_t i = 0; i < table->count; i++) {
		struct slice slice;

		if (table->targets[i].type != DM_MIRROR)
			continue;
		slice = read_mirror(&table->targets[i], &mirrors[i]);
		if (slice.kind == SLICE_NOSYNC) {
			glance.copied_sectors += slice.len_sectors;
			continue;
		}
		glance.copied_sectors += slice.synced_sectors;
		glance.left_sectors += slice.len_sectors - slice.synced_sectors;
	}
	return glance;
}

static void note_trouble(const struct dm_target *target, const struct leg_run *run,
			 enum leg_trouble trouble, uint64_t extent_size_sectors,
			 struct leg_progress *progress)
{
	uint64_t first = run->lv_start_sectors + target->start_sectors - run->leg_start_sectors;
	bool of_source = leg_trouble_is_of_source(trouble);
	uint64_t last = first + target->len_sectors - 1;

	if (trouble <= progress->trouble)
		return;
	progress->trouble = trouble;
	progress->trouble_first_le = first / extent_size_sectors;
	progress->trouble_extent_count =
		last / extent_size_sectors - progress->trouble_first_le + 1;
	progress->trouble_at = (struct leg_place){
		.lv_start_sectors = first,
		.len_sectors = target->len_sectors,
		.dev = of_source ? target->source_dev : target->dest_dev,
		.dev_start_sectors = of_source ? target->source_sectors : target->dest_sectors,
	};
}

/* Adds what one mirror says to the progress. */
static void add_mirror(const struct dm_target *target, const struct dm_mirror_status *status,
		       const struct slice *slice, struct leg_progress *progress)
{
	progress->pass_through = false;
	progress->copied_sectors +=
		slice->kind == SLICE_NOSYNC ? slice->len_sectors : slice->synced_sectors;
	if (slice->kind == SLICE_SYNC && slice->synced_sectors < slice->len_sectors)
		progress->idle = false;
	if (!dest_has_all(target, status))
		progress->synced = false;
	if (status->dest != DM_LEG_ALIVE)
		progress->dest_sound = false;
}

/* Reads all targets. Returns 0 or -ESTALE; there is room for as many slices. */
static int read_targets(const struct leg_geometry *geometry, uint64_t extent_size_sectors,
			const struct dm_table *table, const struct dm_mirror_status *mirrors,
			struct slice_map *map, struct leg_progress *progress)
{
	uint64_t at = 0;
	size_t run = 0;

	for (; map->count < table->count; map->count++) {
		const struct dm_target *target = &table->targets[map->count];
		const struct dm_mirror_status *status = &mirrors[map->count];
		struct slice *slice = &map->slices[map->count];

		if (run < geometry->count &&
		    at == geometry->runs[run].leg_start_sectors + geometry->runs[run].len_sectors)
			run++;
		if (run == geometry->count || target->start_sectors != at ||
		    !target_is_of_run(target, &geometry->runs[run]))
			return -ESTALE;
		at += target->len_sectors;
		if (target->type == DM_LINEAR) {
			*slice = (struct slice){.start_sectors = target->start_sectors,
						.len_sectors = target->len_sectors,
						.kind = SLICE_IDENTITY};
			progress->synced = false;
			continue;
		}
		if (!status_is_of_mirror(status, target))
			return -ESTALE;
		*slice = read_mirror(target, status);
		add_mirror(target, status, slice, progress);
		note_trouble(target, &geometry->runs[run], trouble_of(status), extent_size_sectors,
			     progress);
	}
	return at == geometry->len_sectors ? 0 : -ESTALE;
}

int slice_map_observe(const struct leg_geometry *geometry, uint64_t extent_size_sectors,
		      const struct dm_table *table, const struct dm_mirror_status *mirrors,
		      struct slice_map *mapp, struct leg_progress *progressp)
{
	cleanup(slice_map_deinit) struct slice_map map = {0};
	struct leg_progress progress = {.total_sectors = geometry->len_sectors,
					.idle = true,
					.synced = true,
					.pass_through = true,
					.dest_sound = true};
	int r;

	assert(extent_size_sectors > 0);
	map.slices = calloc(table->count + 1, sizeof(map.slices[0]));
	if (!map.slices)
		return -ENOMEM;
	r = read_targets(geometry, extent_size_sectors, table, mirrors, &map, &progress);
	if (r < 0)
		return r;
	mapp->slices = steal_pointer(&map.slices);
	mapp->count = map.count;
	*progressp = progress;
	return 0;
}

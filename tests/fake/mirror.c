/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/mirror.h"

#include <errno.h>

#include "tests/fake/memory.h"

/* Longest parameters of a target. */
#define PARAMS_MAX 256

enum leg { LEG_SOURCE, LEG_DEST, LEG_COUNT };

void fake_mirror_init(struct fake_mirror *mirror, const struct dm_target *target)
{
	char params[PARAMS_MAX];

	*mirror = (struct fake_mirror){
		.region_count =
			(target->len_sectors + target->region_sectors - 1) / target->region_sectors,
	};
	if (dm_target_format(target, params, sizeof(params)) < 0 ||
	    !strstr(params, "handle_errors"))
		abort();
	mirror->keep_log = strstr(params, "keep_log");
	mirror->synced = fake_alloc(mirror->region_count, sizeof(bool));
	if (target->nosync) {
		memset(mirror->synced, true, mirror->region_count);
		mirror->synced_count = mirror->region_count;
		mirror->next_region = mirror->region_count;
		mirror->in_sync = true;
	}
}

void fake_mirror_deinit(struct fake_mirror *mirror)
{
	free(mirror->synced);
	*mirror = (struct fake_mirror){0};
}

static bool leg_is_alive(const struct fake_mirror *mirror, unsigned leg)
{
	return !mirror->legs[leg].write_failed && !mirror->legs[leg].sync_failed &&
	       !mirror->legs[leg].read_failed;
}

/*
 * What fail_mirror() does behind the error bit. With keep_log a source that fails while the
 * mirror is out of sync makes the destination the default leg: what is not yet copied is then read
 * from, written to and copied from the destination.
 */
static void fail_leg(struct fake_dm *dm, struct fake_mirror *mirror, unsigned leg, bool *bit)
{
	bool is_new = !*bit;

	*bit = true;
	if (!is_new)
		return;
	dm->event = true;
	if (leg != mirror->default_leg || (!mirror->in_sync && !mirror->keep_log))
		return;
	if (leg_is_alive(mirror, LEG_SOURCE))
		mirror->default_leg = LEG_SOURCE;
	else if (leg_is_alive(mirror, LEG_DEST))
		mirror->default_leg = LEG_DEST;
}

static struct fake_disk *leg_disk(const struct fake_dm *dm, const struct dm_target *target,
				  unsigned leg)
{
	struct fake_disk *disk =
		fake_dm_disk(dm, leg == LEG_SOURCE ? target->source_dev : target->dest_dev);

	if (!disk)
		abort(); /* the table was checked */
	return disk;
}

static uint64_t leg_cell(const struct dm_target *target, unsigned leg, uint64_t sector)
{
	return ((leg == LEG_SOURCE ? target->source_sectors : target->dest_sectors) + sector) /
	       FAKE_CELL_SECTORS;
}

static bool mirror_has_failed_leg(const struct fake_mirror *mirror)
{
	return !leg_is_alive(mirror, LEG_SOURCE) || !leg_is_alive(mirror, LEG_DEST);
}

/* A region in sync: both legs are written. */
static int write_both(struct fake_dm *dm, struct fake_mirror *mirror,
		      const struct dm_target *target, uint64_t sector, uint64_t value)
{
	uint64_t region = sector / target->region_sectors;
	bool failed = false;

	for (unsigned leg = 0; leg < LEG_COUNT; leg++) {
		if (fake_disk_write(leg_disk(dm, target, leg), leg_cell(target, leg, sector), value,
				    true) == 0)
			continue;
		failed = true;
		fail_leg(dm, mirror, leg, &mirror->legs[leg].write_failed);
	}
	if (!failed)
		return 0;
	mirror->in_sync = false;
	mirror->synced[region] = false;
	mirror->synced_count--;
	if (!leg_is_alive(mirror, LEG_SOURCE) && !leg_is_alive(mirror, LEG_DEST))
		return -EIO;
	return mirror->keep_log ? 0 : FAKE_HELD;
}

int fake_mirror_write(struct fake_dm *dm, struct fake_mirror *mirror,
		      const struct dm_target *target, uint64_t sector, uint64_t value)
{
	if (mirror->synced[sector / target->region_sectors])
		return write_both(dm, mirror, target, sector, value);
	if (mirror_has_failed_leg(mirror) && !mirror->keep_log)
		return FAKE_HELD;
	return fake_disk_write(leg_disk(dm, target, mirror->default_leg),
			       leg_cell(target, mirror->default_leg, sector), value, true);
}

/* The leg that the kernel would read from, or LEG_COUNT. */
static unsigned choose_leg(const struct fake_mirror *mirror, bool synced)
{
	if (leg_is_alive(mirror, mirror->default_leg))
		return mirror->default_leg;
	if (synced && leg_is_alive(mirror, !mirror->default_leg))
		return !mirror->default_leg;
	return LEG_COUNT;
}

int fake_mirror_read(struct fake_dm *dm, struct fake_mirror *mirror, const struct dm_target *target,
		     uint64_t sector, uint64_t *valuep)
{
	bool synced = mirror->synced[sector / target->region_sectors];
	unsigned leg;

	while ((leg = choose_leg(mirror, synced)) != LEG_COUNT) {
		if (fake_disk_read(leg_disk(dm, target, leg), leg_cell(target, leg, sector),
				   valuep) == 0)
			return 0;
		fail_leg(dm, mirror, leg, &mirror->legs[leg].read_failed);
	}
	return -EIO;
}

static bool copy_region(struct fake_dm *dm, struct fake_mirror *mirror,
			const struct dm_target *target, uint64_t region)
{
	uint64_t start = region * target->region_sectors;
	uint64_t end = start + target->region_sectors;
	unsigned from = mirror->default_leg;
	unsigned to = !from;

	for (uint64_t at = start; at < end && at < target->len_sectors; at += FAKE_CELL_SECTORS) {
		uint64_t value = 0;

		if (fake_disk_read(leg_disk(dm, target, from), leg_cell(target, from, at), &value) <
		    0) {
			fail_leg(dm, mirror, from, &mirror->legs[from].sync_failed);
			return false;
		}
		if (fake_disk_write(leg_disk(dm, target, to), leg_cell(target, to, at), value,
				    false) < 0) {
			fail_leg(dm, mirror, to, &mirror->legs[to].sync_failed);
			return false;
		}
	}
	return true;
}

bool fake_mirror_copy(struct fake_dm *dm, struct fake_mirror *mirror,
		      const struct dm_target *target)
{
	while (mirror->next_region < mirror->region_count && mirror->synced[mirror->next_region])
		mirror->next_region++;
	if (mirror->next_region == mirror->region_count)
		return false;
	if (copy_region(dm, mirror, target, mirror->next_region)) {
		mirror->synced[mirror->next_region] = true;
		mirror->synced_count++;
	}
	mirror->next_region++;
	if (mirror->synced_count == mirror->region_count) {
		mirror->in_sync = true;
		memset(mirror->legs, 0, sizeof(mirror->legs));
		dm->event = true;
	}
	return true;
}

static enum dm_leg_health leg_health(const struct fake_mirror *mirror, unsigned leg)
{
	if (mirror->legs[leg].write_failed)
		return DM_LEG_WRITE_FAILED;
	if (mirror->legs[leg].sync_failed)
		return DM_LEG_SYNC_FAILED;
	return mirror->legs[leg].read_failed ? DM_LEG_READ_FAILED : DM_LEG_ALIVE;
}

struct dm_mirror_status fake_mirror_status(const struct fake_mirror *mirror)
{
	return (struct dm_mirror_status){
		.synced_regions = mirror->synced_count,
		.total_regions = mirror->region_count,
		.source = leg_health(mirror, LEG_SOURCE),
		.dest = leg_health(mirror, LEG_DEST),
	};
}

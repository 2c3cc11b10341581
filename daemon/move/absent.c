/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/absent.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

/* The kernel has 12 bits for major numbers and 20 for minor ones; it gives out neither of these. */
#define DEV_OF_NOTHING makedev(0xfff, 0xfffff)

void absence_deinit(struct absence *absence)
{
	free(absence->pvs);
	*absence = (struct absence){0};
}

static struct vg_pv *find_pv(struct absence *absence, const struct lvm_id *id)
{
	for (size_t i = 0; i < absence->vg.pv_count; i++)
		if (lvm_id_equal(&absence->pvs[i].id, id))
			return &absence->pvs[i];
	return NULL;
}

static bool is_missing(const struct vg_pv *pv)
{
	return pv->missing || pv->dev == 0;
}

static bool dev_is_of_pv(const struct vg *vg, dev_t dev)
{
	for (size_t i = 0; i < vg->pv_count; i++)
		if (vg->pvs[i].dev == dev)
			return true;
	return false;
}

/*
 * Gives a PV the number under which the leg has it, where that is one of the past. Returns true
 * when the disk that the leg has is gone.
 */
static bool place_pv(const struct pass_sight *sight, struct absence *absence,
		     const struct lvm_id *id, dev_t dev)
{
	const struct vg_pv *now = vg_find_pv(sight->vg, id);
	struct vg_pv *pv = find_pv(absence, id);

	if (!pv)
		return false;
	if (is_missing(now)) {
		absence->missing = true;
		pv->missing = false;
		if (pv->dev == 0)
			pv->dev = dev;
		return true;
	}
	if (dev == DEV_OF_NOTHING || dev_is_of_pv(sight->vg, dev))
		return false;
	pv->dev = dev;
	return true;
}

/* The number of the source of the run that begins there. */
static dev_t source_dev_of(const struct dm_table *leg, uint64_t start_sectors)
{
	for (size_t i = 0; i < leg->count; i++)
		if (leg->targets[i].start_sectors == start_sectors &&
		    leg->targets[i].type != DM_OTHER)
			return leg->targets[i].source_dev;
	return DEV_OF_NOTHING;
}

/* The number of the destination of a run: that of its first mirror, wherever that is in the run. */
static dev_t dest_dev_of(const struct dm_table *leg, uint64_t start_sectors, uint64_t len_sectors)
{
	for (size_t i = 0; i < leg->count; i++) {
		const struct dm_target *target = &leg->targets[i];

		if (target->type == DM_MIRROR && target->start_sectors >= start_sectors &&
		    target->start_sectors - start_sectors < len_sectors)
			return target->dest_dev;
	}
	return DEV_OF_NOTHING;
}

int absence_see(const struct pass_sight *sight, struct absence *absencep)
{
	const struct dm_table *leg = &sight->leg->table;
	struct absence absence = {.vg = *sight->vg};
	uint64_t start = 0;

	absence.pvs = calloc(sight->vg->pv_count + 1, sizeof(absence.pvs[0]));
	if (!absence.pvs)
		return -ENOMEM;
	for (size_t i = 0; i < sight->vg->pv_count; i++)
		absence.pvs[i] = sight->vg->pvs[i];
	absence.vg.pvs = absence.pvs;
	for (size_t i = 0; i < sight->reservation->run_count; i++) {
		const struct run *run = &sight->reservation->runs[i];
		/* what does not fit is not in the leg either */
		uint64_t len = run->extent_count * sight->vg->extent_size_sectors;

		absence.source |=
			place_pv(sight, &absence, &run->source_pv, source_dev_of(leg, start));
		absence.dest |=
			place_pv(sight, &absence, &run->dest_pv, dest_dev_of(leg, start, len));
		start += len;
	}
	*absencep = absence;
	return 0;
}

/* The disk that is gone, as trouble of the first run that needs it. */
static void note_absence(const struct absence *absence, const struct reservation *reservation,
			 struct observation *seen)
{
	struct leg_progress *progress = &seen->progress;
	const struct leg_run *place = seen->geometry.runs;
	const struct run *run = reservation->runs;

	if (progress->trouble != LEG_SOUND)
		return;
	progress->trouble = absence->dest ? LEG_DEST_FAILED : LEG_SOURCE_WRITE_FAILED;
	progress->trouble_first_le = run->first_le;
	progress->trouble_extent_count = run->extent_count;
	progress->trouble_at = (struct leg_place){
		.lv_start_sectors = place->lv_start_sectors,
		.len_sectors = place->len_sectors,
		.dev = absence->dest ? place->dest_dev : place->source_dev,
		.dev_start_sectors = absence->dest ? place->dest_sectors : place->source_sectors,
	};
}

void absence_temper(const struct absence *absence, const struct reservation *reservation,
		    struct observation *seen)
{
	switch (seen->event) {
	case EVENT_MIRRORING:
	case EVENT_MIRROR_IDLE:
	case EVENT_IN_SYNC:
		note_absence(absence, reservation, seen);
		if (absence->dest)
			seen->event = EVENT_DEST_FAILED;
		else if (seen->event != EVENT_IN_SYNC)
			seen->event = EVENT_SOURCE_FAILED;
		else if (absence->missing)
			/* the destination has it all, and the metadata cannot be made to say so */
			seen->event = EVENT_VG_ABSENT;
		return;
	case EVENT_LEG_ATTACHED:
		if (absence->source)
			seen->event = absence->missing ? EVENT_VG_ABSENT : EVENT_SOURCE_FAILED;
		return;
	case EVENT_COMMITTED:
	case EVENT_SWITCHED:
		/* Only the source is known to hold it all, which the metadata do not name. */
		if (absence->dest)
			seen->event = absence->missing ? EVENT_VG_ABSENT : EVENT_ASTRAY;
		return;
	case EVENT_SOURCE_UNREADABLE:
	case EVENT_SOURCE_FAILED:
	case EVENT_DEST_FAILED:
	case EVENT_LEG_READY:
	case EVENT_LEG_BYPASSED:
	case EVENT_LEG_LEFT:
	case EVENT_STRAY_LEG:
	case EVENT_RESERVATION_LOST:
		return;
	default:
		if (absence->missing)
			seen->event = EVENT_VG_ABSENT;
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/observe.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/move/absent.h"
#include "daemon/move/sighting.h"
#include "daemon/plan/leg.h"

void observation_deinit(struct observation *observation)
{
	leg_geometry_deinit(&observation->geometry);
	slice_map_deinit(&observation->map);
	*observation = (struct observation){0};
}

/*
 * Once all is drawn as equal on both sides, the destination holds everything:
 * a source that fails then is a reason to go on. Before that its failure is
 * final (what cannot be read) or a matter for people (what was not written).
 * Mirrors whose swap was broken off may never copy again: only another swap can tell.
 */
static enum pass_event event_of_leg(const struct dm_device *leg,
				    const struct leg_progress *progress)
{
	if (progress->synced && progress->dest_sound)
		return EVENT_IN_SYNC;
	switch (progress->trouble) {
	case LEG_SOURCE_WRITE_FAILED:
		return EVENT_SOURCE_FAILED;
	case LEG_SOURCE_UNREADABLE:
	case LEG_SOURCE_READ_FAILED:
		return EVENT_SOURCE_UNREADABLE;
	case LEG_DEST_FAILED:
		return EVENT_DEST_FAILED;
	case LEG_SOUND:
		break;
	}
	if (progress->pass_through)
		return EVENT_LEG_ATTACHED;
	return progress->idle || leg->swap_unfinished ? EVENT_MIRROR_IDLE : EVENT_MIRRORING;
}

/* Reads the leg's table into the observation. Returns 1 when it is one of ours, 0, or -ENOMEM. */
static int see_leg(const struct pass_sight *sight, const struct dm_device *leg,
		   struct observation *seen)
{
	int r = slice_map_observe(&seen->geometry, sight->vg->extent_size_sectors, &leg->table,
				  leg->mirrors, &seen->map, &seen->progress);

	if (r == -ENOMEM)
		return r;
	return r == 0;
}

/*
 * The LV lies on its source by the metadata, the reservation holds the
 * destination. If the LV is on its destination all the same, somebody put back
 * metadata from before the commit: the destination must not be given back.
 */
static enum pass_event event_when_reserved(const struct pass_sight *sight, enum lv_sighting lv,
					   bool leg_is_ours, const struct leg_progress *progress)
{
	if (lv == LV_SEEN_ON_LEG)
		return leg_is_ours ? event_of_leg(sight->leg, progress) : EVENT_LEG_FOREIGN;
	if (lv == LV_SEEN_ON_WEDGED)
		return EVENT_LEG_WEDGED;
	if (lv == LV_SEEN_ON_DEST)
		return EVENT_LV_CHANGED;
	if (sight->leg->present) {
		if (lv != LV_SEEN_ON_SOURCE)
			return EVENT_STRAY_LEG;
		return leg_is_ours && progress->pass_through ? EVENT_LEG_READY : EVENT_LEG_BYPASSED;
	}
	if (lv == LV_SEEN_INACTIVE)
		return EVENT_INACTIVE;
	return lv == LV_SEEN_ON_SOURCE ? EVENT_RESERVED : EVENT_TABLE_FOREIGN;
}

/*
 * The LV lies on its destination by the metadata, the reservation holds the
 * source or is gone. A side of the leg that fails now changes nothing: what was
 * acknowledged is on both. Nor does a table that somebody else has given to the
 * LV, unless it leads to what is to be given back: LVM goes by the metadata.
 */
static enum pass_event event_when_committed(const struct pass_sight *sight,
					    enum metadata_stage stage, enum lv_sighting lv,
					    bool leg_is_ours, const struct observation *seen)
{
	/* The tables say what the metadata said; what it says now nobody has loaded yet. */
	if ((sighting_is_on_leg(lv) || lv == LV_SEEN_ON_DEST) &&
	    !reservation_lv_is_on_dest(sight->vg, sight->reservation))
		return EVENT_LV_CHANGED;
	if (sighting_is_on_leg(lv)) {
		bool holds_all = seen->progress.synced || seen->progress.trouble != LEG_SOUND;

		return sighting_leg_is_on_dest(sighting_leg(sight, lv), &seen->geometry) ||
				       (leg_is_ours && holds_all)
			       ? EVENT_COMMITTED
			       : EVENT_ASTRAY;
	}
	if (lv == LV_SEEN_ON_SOURCE ||
	    (lv == LV_SEEN_ELSEWHERE && sighting_lv_reaches_source(sight, &seen->geometry)))
		return EVENT_ASTRAY;
	if (sight->leg->present)
		return EVENT_SWITCHED;
	return stage == STAGE_COMMITTED ? EVENT_RETIRED : EVENT_RELEASED;
}

/*
 * No reservation, or metadata that is neither before nor after. Where it was
 * after, and somebody put older metadata back, the source may be out of date.
 */
static enum pass_event event_when_unreserved(const struct pass_sight *sight, enum lv_sighting lv,
					     const struct leg_geometry *geometry)
{
	if (lv == LV_SEEN_ON_DEST ||
	    (sighting_is_on_leg(lv) && sighting_leg_is_on_dest(sighting_leg(sight, lv), geometry)))
		return EVENT_ASTRAY;
	if (sighting_is_on_leg(lv))
		return EVENT_RESERVATION_LOST;
	return sight->leg->present ? EVENT_LEG_BYPASSED : EVENT_UNRESERVED;
}

/*
 * What of a pass can be taken back without a guess at what somebody meant who
 * changed its LV or its reservation. The leg: the kernel keeps one that is in use. The
 * reservation: when LVM itself gave the LV its table. Returns an enum put_back or -ENOMEM.
 */
static int see_put_back(const struct pass_sight *sight, enum lv_sighting lv)
{
	int r;

	if (sighting_is_on_leg(lv))
		return reservation_lv_is_on_source(sight->vg, sight->reservation)
			       ? PUT_BACK_DETACH
			       : PUT_BACK_NOTHING;
	if (sight->leg->present)
		return PUT_BACK_REMOVE_LEG;
	r = lv == LV_SEEN_INACTIVE ? 1 : sighting_lv_is_as_recorded(sight);
	if (r < 0)
		return r;
	return r ? PUT_BACK_RELEASE : PUT_BACK_NOTHING;
}

/* The LV is gone: what is left of the pass. Its device may still be there, and be used. */
static int see_left_over(const struct pass_sight *sight, struct observation *seen)
{
	if (sight->leg->present)
		seen->event = EVENT_LEG_LEFT;
	else if (!vg_find_lv(sight->vg, &sight->reservation->id))
		seen->event = EVENT_LV_GONE;
	else
		seen->event = sight->lv->present ? EVENT_LV_CHANGED : EVENT_RESERVATION_LEFT;
	return 0;
}

static int see_changed(const struct pass_sight *sight, enum lv_sighting lv, bool leg_is_ours,
		       struct observation *seen)
{
	int r;

	/* Whatever the reservation is now, it is to go, and the LV is where it was to go to. */
	if (reservation_lv_is_on_dest(sight->vg, sight->reservation)) {
		seen->event = event_when_committed(sight, STAGE_COMMITTED, lv, leg_is_ours, seen);
		return 0;
	}

	if (!vg_find_lv(sight->vg, &sight->reservation->id)) {
		seen->event = event_when_unreserved(sight, lv, &seen->geometry);
		return 0;
	}
	r = see_put_back(sight, lv);
	if (r < 0)
		return r;
	seen->event = EVENT_LV_CHANGED;
	seen->put_back = (enum put_back)r;
	return 0;
}

static int observe_tables(const struct pass_sight *sight, enum metadata_stage stage,
			  struct observation *seen)
{
	int lv = sighting_find_lv(sight, &seen->geometry);
	const struct dm_device *leg = sighting_leg(sight, lv);
	int leg_is_ours = lv < 0 || !leg->present ? 0 : see_leg(sight, leg, seen);

	if (lv < 0 || leg_is_ours < 0)
		return -ENOMEM;
	seen->lv_is_on_wedged = lv == LV_SEEN_ON_WEDGED;
	seen->lv_is_ours = lv == LV_SEEN_ON_SOURCE || lv == LV_SEEN_ON_DEST;
	seen->lv_place = lv == LV_SEEN_ON_DEST ? LV_ON_DEST : LV_ON_SOURCE;
	switch (stage) {
	case STAGE_UNRESERVED:
		seen->event = event_when_unreserved(sight, lv, &seen->geometry);
		break;
	case STAGE_RESERVED:
		seen->event = event_when_reserved(sight, lv, leg_is_ours, &seen->progress);
		break;
	case STAGE_COMMITTED:
	case STAGE_RELEASED:
		seen->event = event_when_committed(sight, stage, lv, leg_is_ours, seen);
		break;
	case STAGE_LV_GONE:
		return see_left_over(sight, seen);
	case STAGE_CHANGED:
		return see_changed(sight, lv, leg_is_ours, seen);
	}
	return 0;
}

/*
 * Looks again with the disks that are gone under the numbers by which the leg has them. Where that
 * makes no sense, the event stays what it was.
 */
static int observe_by_leg(const struct pass_sight *sight, struct absence *absence,
			  struct observation *seen)
{
	struct pass_sight before = *sight;
	int r = absence_see(sight, absence);

	if (r < 0)
		return r;
	before.vg = &absence->vg;
	r = leg_geometry_make(&absence->vg, sight->reservation, &seen->geometry);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return observe_tables(&before, metadata_stage(&absence->vg, sight->reservation), seen);
}

/* With a PV of the pass missing: as if the VG were absent, unless there is a leg to get off. */
static int observe_absence(const struct pass_sight *sight, struct observation *seen)
{
	cleanup(absence_deinit) struct absence absence = {0};
	int r;

	if (!sight->leg->present)
		return 0;
	r = observe_by_leg(sight, &absence, seen);
	if (r == 0)
		absence_temper(&absence, sight->reservation, seen);
	return r;
}

static bool makes_no_sense(enum pass_event event)
{
	return event == EVENT_LEG_FOREIGN || event == EVENT_STRAY_LEG || event == EVENT_ASTRAY;
}

/* With a disk of the pass back under another number, which its tables do not know. */
static int observe_return(const struct pass_sight *sight, struct observation *seen)
{
	cleanup(absence_deinit) struct absence absence = {0};
	cleanup(observation_deinit) struct observation then = {.event = seen->event};
	int r;

	if (!sight->leg->present)
		return 0;
	r = observe_by_leg(sight, &absence, &then);
	if (r < 0 || makes_no_sense(then.event))
		return r;
	/* What is done about it is done with the numbers of now. */
	leg_geometry_deinit(&then.geometry);
	then.geometry = seen->geometry;
	slice_map_deinit(&seen->map);
	*seen = then;
	then = (struct observation){0};
	absence_temper(&absence, sight->reservation, seen);
	return 0;
}

int pass_observe(const struct pass_sight *sight, struct observation *observationp)
{
	struct observation seen = {.event = EVENT_VG_ABSENT};
	int r;

	if (!sight->vg) {
		*observationp = seen;
		return 0;
	}
	r = leg_geometry_make(sight->vg, sight->reservation, &seen.geometry);
	if (r == 0) {
		r = observe_tables(sight, metadata_stage(sight->vg, sight->reservation), &seen);
		if (r == 0 && makes_no_sense(seen.event))
			r = observe_return(sight, &seen);
	} else if (r == -ENODEV) {
		r = observe_absence(sight, &seen);
	} else if (r != -ENOMEM) {
		r = 0; /* metadata that make no sense are as good as none */
	}
	if (r < 0) {
		observation_deinit(&seen);
		return r;
	}
	*observationp = seen;
	return 0;
}

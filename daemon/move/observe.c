/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/observe.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/move/absent.h"
#include "daemon/plan/leg.h"

/* Where the LV's live table puts its runs. */
enum lv_sighting {
	LV_SEEN_INACTIVE,
	LV_SEEN_ON_SOURCE,
	LV_SEEN_ON_LEG,
	LV_SEEN_ON_DEST,
	LV_SEEN_ELSEWHERE,
};

void observation_deinit(struct observation *observation)
{
	leg_geometry_deinit(&observation->geometry);
	slice_map_deinit(&observation->map);
	*observation = (struct observation){0};
}

/* 1 when the LV's live table is the one for that place, 0 when not, or a negative errno. */
static int lv_is_at(const struct pass_sight *sight, const struct leg_geometry *geometry,
		    enum lv_place place)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r = leg_lv_table(sight->vg, sight->reservation, geometry, place, sight->leg->dev,
			     &table);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return dm_table_equal(&table, &sight->lv->table);
}

/* An enum lv_sighting, or -ENOMEM. */
static int see_lv(const struct pass_sight *sight, const struct leg_geometry *geometry)
{
	static const struct {
		enum lv_place place;
		enum lv_sighting sighting;
	} places[] = {
		{LV_ON_LEG, LV_SEEN_ON_LEG},
		{LV_ON_SOURCE, LV_SEEN_ON_SOURCE},
		{LV_ON_DEST, LV_SEEN_ON_DEST},
	};

	if (!sight->lv->present || sight->lv->table.count == 0)
		return LV_SEEN_INACTIVE;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int r;

		if (places[i].place == LV_ON_LEG && !sight->leg->present)
			continue;
		r = lv_is_at(sight, geometry, places[i].place);
		if (r != 0)
			return r < 0 ? r : (int)places[i].sighting;
	}
	return LV_SEEN_ELSEWHERE;
}

/*
 * Once all is drawn as equal on both sides, the destination holds everything:
 * a source that fails then is a reason to go on. Before that its failure is
 * final (what cannot be read) or a matter for people (what was not written).
 */
static enum pass_event event_of_leg(const struct leg_progress *progress)
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
	return progress->idle ? EVENT_MIRROR_IDLE : EVENT_MIRRORING;
}

/* Reads the leg's table into the observation. Returns 1 when it is one of ours, 0, or -ENOMEM. */
static int see_leg(const struct pass_sight *sight, struct observation *seen)
{
	int r = slice_map_observe(&seen->geometry, sight->vg->extent_size_sectors,
				  &sight->leg->table, sight->leg->mirrors, &seen->map,
				  &seen->progress);

	if (r == -ENOMEM)
		return r;
	return r == 0;
}

/* The LV lies on its source by the metadata, the reservation holds the destination. */
static enum pass_event event_when_reserved(const struct pass_sight *sight, enum lv_sighting lv,
					   bool leg_is_ours, const struct leg_progress *progress)
{
	if (lv == LV_SEEN_ON_LEG)
		return leg_is_ours ? event_of_leg(progress) : EVENT_LEG_FOREIGN;
	if (sight->leg->present) {
		if (lv != LV_SEEN_ON_SOURCE)
			return EVENT_STRAY_LEG;
		return leg_is_ours && progress->pass_through ? EVENT_LEG_READY : EVENT_LEG_BYPASSED;
	}
	if (lv == LV_SEEN_INACTIVE)
		return EVENT_INACTIVE;
	return lv == LV_SEEN_ON_SOURCE ? EVENT_RESERVED : EVENT_TABLE_FOREIGN;
}

static bool leg_is_on_dest(const struct pass_sight *sight, const struct leg_geometry *geometry)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};

	return leg_dest_table(geometry, &table) == 0 && dm_table_equal(&table, &sight->leg->table);
}

/*
 * The LV lies on its destination by the metadata, the reservation holds the
 * source. A side of the leg that fails now changes nothing: what was
 * acknowledged is on both.
 */
static enum pass_event event_when_committed(const struct pass_sight *sight, enum lv_sighting lv,
					    bool leg_is_ours, const struct observation *seen)
{
	if (lv == LV_SEEN_ON_LEG) {
		bool holds_all = seen->progress.synced || seen->progress.trouble != LEG_SOUND;

		return leg_is_on_dest(sight, &seen->geometry) || (leg_is_ours && holds_all)
			       ? EVENT_COMMITTED
			       : EVENT_ASTRAY;
	}
	if (lv == LV_SEEN_ON_SOURCE)
		return EVENT_ASTRAY;
	if (lv == LV_SEEN_ELSEWHERE)
		return sight->leg->present ? EVENT_STRAY_LEG : EVENT_TABLE_FOREIGN;
	return sight->leg->present ? EVENT_SWITCHED : EVENT_RETIRED;
}

/* No reservation, or metadata that is neither before nor after. */
static enum pass_event event_when_unreserved(const struct pass_sight *sight, enum lv_sighting lv)
{
	if (lv == LV_SEEN_ON_LEG)
		return EVENT_RESERVATION_LOST;
	return sight->leg->present ? EVENT_LEG_BYPASSED : EVENT_UNRESERVED;
}

static enum pass_event event_when_changed(const struct pass_sight *sight, enum lv_sighting lv)
{
	if (vg_find_lv(sight->vg, &sight->reservation->id))
		return EVENT_LV_CHANGED;
	return event_when_unreserved(sight, lv);
}

static int observe_tables(const struct pass_sight *sight, enum metadata_stage stage,
			  struct observation *seen)
{
	int lv = see_lv(sight, &seen->geometry);
	int leg_is_ours = lv < 0 || !sight->leg->present ? 0 : see_leg(sight, seen);

	if (lv < 0 || leg_is_ours < 0)
		return -ENOMEM;
	switch (stage) {
	case STAGE_UNRESERVED:
		seen->event = event_when_unreserved(sight, lv);
		break;
	case STAGE_RESERVED:
		seen->event = event_when_reserved(sight, lv, leg_is_ours, &seen->progress);
		break;
	case STAGE_COMMITTED:
		seen->event = event_when_committed(sight, lv, leg_is_ours, seen);
		break;
	case STAGE_RELEASED:
		seen->event = sight->leg->present ? EVENT_STRAY_LEG : EVENT_RELEASED;
		break;
	case STAGE_LV_GONE:
		seen->event = sight->leg->present ? EVENT_STRAY_LEG : EVENT_LV_GONE;
		break;
	case STAGE_CHANGED:
		seen->event = event_when_changed(sight, lv);
		break;
	}
	return 0;
}

/* With a PV of the pass missing: as if the VG were absent, unless there is a leg to get off. */
static int observe_absence(const struct pass_sight *sight, struct observation *seen)
{
	cleanup(absence_deinit) struct absence absence = {0};
	struct pass_sight completed = *sight;
	int r;

	if (!sight->leg->present)
		return 0;
	r = absence_see(sight, &absence);
	if (r < 0)
		return r;
	completed.vg = &absence.vg;
	r = leg_geometry_make(&absence.vg, sight->reservation, &seen->geometry);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = observe_tables(&completed, metadata_stage(&absence.vg, sight->reservation), seen);
	if (r == 0)
		absence_temper(&absence, sight->reservation, seen);
	return r;
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
	if (r == 0)
		r = observe_tables(sight, metadata_stage(sight->vg, sight->reservation), &seen);
	else if (r == -ENODEV)
		r = observe_absence(sight, &seen);
	else if (r != -ENOMEM)
		r = 0; /* metadata that make no sense are as good as none */
	if (r < 0) {
		observation_deinit(&seen);
		return r;
	}
	*observationp = seen;
	return 0;
}

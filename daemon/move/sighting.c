/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/sighting.h"

#include <errno.h>

#include "common/cleanup.h"
#include "daemon/plan/leg.h"

/* 1 when the LV's live table is the one for that place, 0 when not, or a negative errno. */
static int lv_is_at(const struct pass_sight *sight, const struct leg_geometry *geometry,
		    enum lv_place place, dev_t leg_dev)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r = leg_lv_table(sight->vg, sight->reservation, geometry, place, leg_dev, &table);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return dm_table_equal(&table, &sight->lv->table);
}

int sighting_find_lv(const struct pass_sight *sight, const struct leg_geometry *geometry)
{
	const struct {
		enum lv_place place;
		enum lv_sighting sighting;
		const struct dm_device *leg;
	} places[] = {
		{LV_ON_LEG, LV_SEEN_ON_LEG, sight->leg},
		{LV_ON_LEG, LV_SEEN_ON_WEDGED, sight->wedged},
		{LV_ON_SOURCE, LV_SEEN_ON_SOURCE, NULL},
		{LV_ON_DEST, LV_SEEN_ON_DEST, NULL},
	};

	if (!sight->lv->present || sight->lv->table.count == 0)
		return LV_SEEN_INACTIVE;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct dm_device *leg = places[i].leg;
		int r;

		if (places[i].place == LV_ON_LEG && (!leg || !leg->present))
			continue;
		r = lv_is_at(sight, geometry, places[i].place, leg ? leg->dev : 0);
		if (r != 0)
			return r < 0 ? r : (int)places[i].sighting;
	}
	return LV_SEEN_ELSEWHERE;
}

bool sighting_is_on_leg(enum lv_sighting lv)
{
	return lv == LV_SEEN_ON_LEG || lv == LV_SEEN_ON_WEDGED;
}

const struct dm_device *sighting_leg(const struct pass_sight *sight, enum lv_sighting lv)
{
	return lv == LV_SEEN_ON_WEDGED ? sight->wedged : sight->leg;
}

bool sighting_leg_is_on_dest(const struct dm_device *leg, const struct leg_geometry *geometry)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};

	return leg_dest_table(geometry, &table) == 0 && dm_table_equal(&table, &leg->table);
}

/* True when a target leads to sectors that the run has on its source. */
static bool target_reaches_source(const struct dm_target *target, const struct leg_run *run)
{
	return target->source_dev == run->source_dev &&
	       target->source_sectors < run->source_sectors + run->len_sectors &&
	       run->source_sectors < target->source_sectors + target->len_sectors;
}

static bool target_reaches(const struct dm_target *target, const struct dm_device *device)
{
	return device && device->present && target->source_dev == device->dev;
}

bool sighting_lv_reaches_source(const struct pass_sight *sight, const struct leg_geometry *geometry)
{
	const struct dm_table *table = &sight->lv->table;

	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];

		if (target->type == DM_OTHER)
			continue;
		if (target_reaches(target, sight->leg) || target_reaches(target, sight->wedged))
			return true;
		for (size_t j = 0; j < geometry->count; j++)
			if (target_reaches_source(target, &geometry->runs[j]))
				return true;
	}
	return false;
}

int sighting_lv_is_as_recorded(const struct pass_sight *sight)
{
	static const struct leg_geometry nothing_moves = {0};

	return lv_is_at(sight, &nothing_moves, LV_ON_SOURCE, 0);
}

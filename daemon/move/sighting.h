/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where the live tables of a pass put its LV and its leg, compared with the
 * tables that they would have in each place. Knows neither the stage that the
 * metadata is in nor what event comes of both. Pure.
 */

#include "daemon/move/observe.h"

/* Where the LV's live table puts its runs. */
enum lv_sighting {
	LV_SEEN_INACTIVE,
	LV_SEEN_ON_SOURCE,
	LV_SEEN_ON_LEG,
	LV_SEEN_ON_WEDGED,
	LV_SEEN_ON_DEST,
	LV_SEEN_ELSEWHERE,
};

/* Where the LV is: an enum lv_sighting, or -ENOMEM. */
int sighting_find_lv(const struct pass_sight *sight, const struct leg_geometry *geometry);

bool sighting_is_on_leg(enum lv_sighting lv);

/* The leg that matters: the one that the LV is on, or is to be. Borrowed. */
const struct dm_device *sighting_leg(const struct pass_sight *sight, enum lv_sighting lv);

/* True when the leg leads to nothing but the destination. */
bool sighting_leg_is_on_dest(const struct dm_device *leg, const struct leg_geometry *geometry);

/*
 * True when the LV's live table leads to its source or to a leg. Where targets lead to that are
 * none of ours is not known; LVM makes them by the metadata.
 */
bool sighting_lv_reaches_source(const struct pass_sight *sight,
				const struct leg_geometry *geometry);

/* 1 when the LV's live table is just what the metadata says, 0 when not, or -ENOMEM. */
int sighting_lv_is_as_recorded(const struct pass_sight *sight);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Legs made by hand, and the kernel that copies them. */

#include "daemon/plan/slices.h"

/* A geometry of runs with these lengths; the LV has a gap of as much before each of them. */
struct leg_geometry hand_geometry(const uint64_t *lens_sectors, size_t count);

/*
 * What the kernel would report of a table in which every mirror that copies has
 * done so many regions (or all), all legs alive. Owned array, one per target.
 */
struct dm_mirror_status *hand_statuses(const struct dm_table *table, uint64_t synced_regions);

/* The map of a leg that passes through. */
struct slice_map hand_map(const struct leg_geometry *geometry);
/* Puts the next map in place of this one. */
void hand_advance(struct slice_map *map, const struct leg_geometry *geometry,
		  const struct copy_shape *shape, enum slice_change change);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/plan/geometry_by_hand.h"

#include <stdlib.h>

#include "tests/unit/plan/vg_by_hand.h"

struct leg_geometry hand_geometry(const uint64_t *lens_sectors, size_t count)
{
	struct leg_geometry geometry = {.runs = calloc(count, sizeof(struct leg_run)),
					.count = count};

	if (!geometry.runs)
		abort();
	for (size_t i = 0; i < count; i++) {
		geometry.runs[i] = (struct leg_run){
			.leg_start_sectors = geometry.len_sectors,
			.lv_start_sectors = 2 * geometry.len_sectors + lens_sectors[i],
			.len_sectors = lens_sectors[i],
			.source_dev = hand_dev(0),
			.source_sectors = PE_START_SECTORS + 3 * geometry.len_sectors,
			.dest_dev = hand_dev(1),
			.dest_sectors = PE_START_SECTORS + 5 * geometry.len_sectors,
		};
		geometry.len_sectors += lens_sectors[i];
	}
	return geometry;
}

struct dm_mirror_status *hand_statuses(const struct dm_table *table, uint64_t synced_regions)
{
	struct dm_mirror_status *statuses = calloc(table->count + 1, sizeof(*statuses));

	if (!statuses)
		abort();
	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];
		struct dm_mirror_status *status = &statuses[i];

		if (target->type != DM_MIRROR)
			continue;
		status->total_regions =
			(target->len_sectors + target->region_sectors - 1) / target->region_sectors;
		status->synced_regions = status->total_regions;
		if (!target->nosync && synced_regions < status->total_regions)
			status->synced_regions = synced_regions;
	}
	return statuses;
}

struct slice_map hand_map(const struct leg_geometry *geometry)
{
	struct slice_map map;

	if (slice_map_init(geometry, &map) != 0)
		abort();
	return map;
}

void hand_advance(struct slice_map *map, const struct leg_geometry *geometry,
		  const struct copy_shape *shape, enum slice_change change)
{
	struct slice_map next;

	if (slice_map_advance(map, geometry, shape, change, &next) != 0)
		abort();
	slice_map_deinit(map);
	*map = next;
}

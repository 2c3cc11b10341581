/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/shape.h"

#include <limits.h>

#include "common/units.h"

/* Smallest region that copying is narrowed to, whatever the limit. */
#define NARROW_REGION_MIN_SECTORS 128u

const struct copy_tuning copy_tuning_default = {
	/*
	 * As much as it takes to keep a solid-state disk busy in spite of its latency. What is more
	 * only waits in the disk's queue, and the applications' I/O behind it.
	 */
	.solid = {.parallel = 8, .region_sectors = 128},
	/*
	 * A disk that turns would seek between several. Between two regions both disks have nothing
	 * to do, so large ones lose least; but whoever else uses a disk waits for a whole one.
	 */
	.turning = {.parallel = 1, .region_sectors = 32768, .contended_region_sectors = 4096},
	/* Half is left to applications. */
	.queue_percent_max = 50,
};

static bool any_disk_turns(const struct leg_geometry *geometry)
{
	for (size_t i = 0; i < geometry->count; i++)
		if (geometry->runs[i].rotational)
			return true;
	return false;
}

/* How many mirrors, each with one region under way, fit into the share of the smallest queue. */
static unsigned fit_into_queue(const struct leg_geometry *geometry, uint32_t region_sectors,
			       unsigned percent)
{
	uint64_t region_bytes = (uint64_t)region_sectors * SECTOR_BYTES;
	uint64_t requests = 1;
	uint64_t fitting;

	if (geometry->queue_requests == 0)
		return UINT_MAX;
	if (geometry->request_max_bytes > 0)
		requests = (region_bytes - 1) / geometry->request_max_bytes + 1;
	fitting = (uint64_t)geometry->queue_requests * percent / 100 / requests;
	return fitting > 0 ? (unsigned)fitting : 1;
}

struct copy_shape copy_shape_for(const struct leg_geometry *geometry,
				 const struct copy_tuning *tuning)
{
	struct copy_shape shape = any_disk_turns(geometry) ? tuning->turning : tuning->solid;
	unsigned fitting =
		fit_into_queue(geometry, shape.region_sectors, tuning->queue_percent_max);

	if (shape.parallel > fitting)
		shape.parallel = fitting;
	return shape;
}

void copy_shape_share(struct copy_shape *shape, size_t copy_count)
{
	if (copy_count > 0)
		shape->parallel = (unsigned)((shape->parallel + copy_count - 1) / copy_count);
}

static bool halve(struct copy_shape *shape)
{
	if (shape->parallel > 1)
		shape->parallel /= 2;
	else if (shape->region_sectors > NARROW_REGION_MIN_SECTORS)
		shape->region_sectors /= 2;
	else
		return false;
	return true;
}

void copy_shape_halve(struct copy_shape *shape, unsigned times)
{
	while (times > 0 && halve(shape))
		times--;
}

unsigned copy_shape_count_halvings(const struct copy_shape *shape)
{
	struct copy_shape rest = *shape;
	unsigned times = 0;

	while (halve(&rest))
		times++;
	return times;
}

unsigned copy_shape_count_halvings_to(const struct copy_shape *shape, uint64_t region_sectors_max)
{
	struct copy_shape rest = *shape;
	unsigned times = 0;

	while (rest.region_sectors > region_sectors_max && halve(&rest))
		times++;
	return times;
}

/* All mirrors get as many whole regions; what does not go round should not be much of the window.
 */
static bool fills_window(uint64_t window_regions, unsigned parallel)
{
	return (window_regions - window_regions % parallel) * 5 >= window_regions * 4;
}

void copy_shape_narrow(struct copy_shape *shape, uint64_t window_bytes, uint64_t region_bytes)
{
	uint64_t window_sectors = window_bytes / SECTOR_BYTES;
	uint64_t piece_sectors;

	while (shape->region_sectors > NARROW_REGION_MIN_SECTORS &&
	       shape->region_sectors > region_bytes / SECTOR_BYTES)
		shape->region_sectors /= 2;
	while (shape->parallel > 1 &&
	       (window_sectors / shape->parallel < shape->region_sectors ||
		!fills_window(window_sectors / shape->region_sectors, shape->parallel)))
		shape->parallel--;
	piece_sectors = window_sectors / shape->parallel;
	piece_sectors -= piece_sectors % shape->region_sectors;
	shape->piece_max_sectors =
		piece_sectors > shape->region_sectors ? piece_sectors : shape->region_sectors;
}

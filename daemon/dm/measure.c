/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/measure.h"

#include <errno.h>

#include "daemon/dm/ioctl.h"

/* By this our regions are known from those of others, among them ones that a daemon before us left.
 */
#define PROGRAM_ID    "pvmoved"

#define NSEC_PER_USEC UINT64_C(1000)

DEFINE_CLEANUP(struct dm_stats *, stats_destroyp, dm_stats_destroy)
DEFINE_CLEANUP(struct dm_histogram *, bounds_destroyp, dm_histogram_bounds_destroy)

static bool counts_by(const struct dm_stats *stats, uint64_t region, uint64_t bound_us)
{
	/* Of a region that was only listed these are its bounds. */
	struct dm_histogram *bounds = dm_stats_get_histogram(stats, region, 0);

	return bounds && dm_histogram_get_nr_bins(bounds) == 2 &&
	       dm_histogram_get_bin_upper(bounds, 0) == bound_us * NSEC_PER_USEC;
}

/* Finds our region that counts by this bound, and drops all others of ours. */
static bool find_region(struct dm_stats *stats, uint64_t bound_us, uint64_t *regionp)
{
	bool is_found = false;

	/* A walk over none ends in a crash (libdevmapper 1.02.185). */
	if (dm_stats_get_nr_regions(stats) == 0 || !dm_stats_walk_init(stats, DM_STATS_WALK_REGION))
		return false;
	dm_stats_walk_start(stats);
	while (!dm_stats_walk_end(stats)) {
		uint64_t region = dm_stats_get_current_region(stats);

		dm_stats_walk_next(stats);
		if (!is_found && counts_by(stats, region, bound_us)) {
			*regionp = region;
			is_found = true;
		} else if (!dm_stats_delete_region(stats, region)) {
			return false;
		}
	}
	return is_found;
}

static int create_region(struct dm_stats *stats, uint64_t bound_us, uint64_t *regionp)
{
	const uint64_t bounds_ns[] = {bound_us * NSEC_PER_USEC, 0};
	cleanup(bounds_destroyp) struct dm_histogram *bounds =
		dm_histogram_bounds_from_uint64(bounds_ns);

	if (!bounds)
		return -ENOMEM;
	/* All of the device as one area; in nanoseconds, for jiffies are coarser than fast disks.
	 */
	return dm_stats_create_region(stats, regionp, 0, 0, -1, 1, bounds, PROGRAM_ID, "-") ? 0
											    : -EIO;
}

static int read_region(struct dm_stats *stats, uint64_t region, struct dm_latency *latencyp)
{
	struct dm_histogram *histogram;

	/* That begins to count anew as well. */
	if (!dm_stats_populate(stats, PROGRAM_ID, region))
		return -EIO;
	histogram = dm_stats_get_histogram(stats, region, 0);
	if (!histogram || dm_histogram_get_nr_bins(histogram) != 2)
		return -EBADMSG;
	latencyp->slow_ios = dm_histogram_get_bin_count(histogram, 1);
	latencyp->ios = latencyp->slow_ios + dm_histogram_get_bin_count(histogram, 0);
	return 0;
}

int measure_latency(const char *uuid, uint64_t bound_us, struct dm_latency *latencyp)
{
	_call_ call = ioctl_begin();
	cleanup(stats_destroyp) struct dm_stats *stats = dm_stats_create(PROGRAM_ID);
	_task_ *task = NULL;
	struct dm_info info;
	uint64_t region;
	int r = ioctl_ask(DM_DEVICE_INFO, uuid, &task, &info);

	if (r)
		return r;
	if (!stats || !dm_stats_bind_uuid(stats, uuid))
		return -ENOMEM;
	if (!dm_stats_list(stats, PROGRAM_ID))
		return -EIO;
	if (find_region(stats, bound_us, &region))
		return read_region(stats, region, latencyp);
	*latencyp = (struct dm_latency){0};
	return bound_us > 0 ? create_region(stats, bound_us, &region) : 0;
}

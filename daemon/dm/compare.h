/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Compares what two stretches hold while both are being written to. A sector
 * that differs is read again on both sides, in rounds with growing gaps: once
 * it is the same on both it is settled, for then the difference was a write on
 * its way. One that stays different while neither side changes differs truly.
 * What reads and what the time is are the caller's: knows no devices.
 */

#include "daemon/dm/comparison.h"

enum compare_side { COMPARE_FIRST, COMPARE_SECOND };

struct compare_world {
	/* Reads from one side past every cache. 0 or a negative errno: it cannot be read there. */
	int (*read)(void *arg, enum compare_side side, uint64_t off_sectors, uint64_t len_sectors,
		    void *buffer);
	uint64_t (*now_ms)(void *arg); /* never goes back */
	void (*wait_ms)(void *arg, uint64_t ms);
	/* What can be read alone, and to what reads are to be aligned; a power of two. */
	uint64_t block_sectors;
	void *arg;
};

/*
 * Compares the first len_sectors, a multiple of the block's. Stops at the first
 * finding: *resultp says what and where. Takes the time of the reads, and up
 * to some twelve seconds where something differs. Returns 0 or -ENOMEM.
 */
int compare_stretches(const struct compare_world *world, uint64_t len_sectors,
		      struct dm_comparison_result *resultp);

/*
 * The same for two block devices. Blocks as long as they do. Returns 0, -ENXIO
 * if one is not there or too small, -EINVAL (nothing or more than
 * DM_COMPARE_MAX_SECTORS to compare, or not in whole logical blocks), or
 * another negative errno.
 */
int compare_devices(const struct dm_comparison *what, struct dm_comparison_result *resultp);

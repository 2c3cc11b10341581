/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Compares two stretches of block devices that should hold the same while they
 * are written to: what differs is read again until it is clear whether that
 * was a write on its way to both. Knows neither legs nor moves.
 */

#include <stdint.h>
#include <sys/types.h>

#include "common/outcome.h"

struct dm;

/* Most that is compared at once: 16 MiB. */
#define DM_COMPARE_MAX_SECTORS UINT64_C(32768)

/* Two stretches of block devices that should hold the same. */
struct dm_comparison {
	dev_t first_dev, second_dev;
	uint64_t first_off_sectors, second_off_sectors, len_sectors;
};

enum dm_verdict {
	DM_EQUAL,
	DM_DIFFERENT,
	DM_UNSETTLED, /* it never stood still long enough */
	DM_FIRST_UNREADABLE,
	DM_SECOND_UNREADABLE,
};

struct dm_comparison_result {
	enum dm_verdict verdict;
	/* where, within the stretch; for all but DM_EQUAL */
	uint64_t off_sectors, len_sectors;
};

/* found: borrowed, NULL on error. */
typedef void dm_compare_fn(void *arg, const struct outcome *result,
			   const struct dm_comparison_result *found);

/*
 * Compares at most 16 MiB, past the page cache, in an executor: it blocks on
 * both disks, and for up to about ten seconds on what differs. A true
 * difference is one that stays while neither side changes.
 */
void dm_compare(struct dm *dm, const struct dm_comparison *what, dm_compare_fn *done, void *arg);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How the copying of a leg is spread over mirrors, chosen from what is known of
 * its disks. All numbers that choose are in one value, struct copy_tuning. Pure.
 */

#include "daemon/plan/leg.h"

struct copy_shape {
	unsigned parallel;       /* mirrors that copy at the same time; at least 1 */
	uint32_t region_sectors; /* a power of two, at least 2 */
	/* … and while others use the disks, a power of two as well; 0: no smaller then. */
	uint32_t contended_region_sectors;
	uint64_t piece_max_sectors; /* of each mirror; 0: only as long as the kernel can bear */
};

struct copy_tuning {
	struct copy_shape solid;    /* where no disk turns */
	struct copy_shape turning;  /* where any does */
	unsigned queue_percent_max; /* of the requests that a disk takes at a time */
};

/* Measured; see docs/planning.md. */
extern const struct copy_tuning copy_tuning_default;

/*
 * What suits the disks of a leg: as tuned for their kind, with fewer mirrors where these would
 * take more of the smallest queue than they may; never less than one.
 */
struct copy_shape copy_shape_for(const struct leg_geometry *geometry,
				 const struct copy_tuning *tuning);

/* What a copy gets that shares its disks with others: so many are there, itself among them. */
void copy_shape_share(struct copy_shape *shape, size_t copy_count);

/*
 * Narrows a shape so often to half of what it has under way: first the mirrors, then the regions,
 * down to one region of 64 KiB.
 */
void copy_shape_halve(struct copy_shape *shape, unsigned times);
/* How often that narrows it. */
unsigned copy_shape_count_halvings(const struct copy_shape *shape);
/* … and how often until its regions are at most so large, or as small as can be. */
unsigned copy_shape_count_halvings_to(const struct copy_shape *shape, uint64_t region_sectors_max);

/*
 * Narrows a shape to one that begins to copy about window_bytes at a time, one region at the
 * least, in regions of at most region_bytes where that is not below 64 KiB.
 */
void copy_shape_narrow(struct copy_shape *shape, uint64_t window_bytes, uint64_t region_bytes);

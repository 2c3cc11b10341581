/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The free extents that a plan may fill, and where in them an LV's runs go.
 * Knows nothing of where the extents come from. Pure and deterministic.
 */

#include "daemon/plan/ranges.h"
#include "daemon/plan/runs.h"

/* The free extents of one destination. */
struct space_pool {
	struct lvm_id pv;
	struct pe_range *ranges; /* by length, then by first extent */
	size_t count;
	uint64_t extents;
};

struct space {
	struct space_pool *pools; /* in the order in which they are filled */
	size_t count;
	uint64_t extents; /* in all pools */
};

/* Frees the pools and zeroes the value. */
void space_deinit(struct space *space);

/* Adds the free extents of one destination; consumes the list. Returns 0 or -ENOMEM. */
int space_add_pool(struct space *space, const struct lvm_id *pv, struct range_list *free_ranges);

/*
 * Takes extents for all runs of one LV, which come in by their source and in
 * order, and appends what became of them, tidied, to placed. In this order of
 * preference: all runs whole on one destination (in one piece where it has
 * such a range, so that a scattered LV is gathered), split on one destination,
 * spread. Earlier destinations before later ones, ranges that fit best first.
 * There must be room enough. Returns 0 or -ENOMEM.
 */
int space_place_runs(struct space *space, const struct run_list *runs, struct run_list *placed);

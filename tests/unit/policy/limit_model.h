/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A machine that copies under limits, with the limiter's control law in the loop: disks,
 * dm-mirror's copying with its brake, tables that take time to draw, and a daemon that sees whole
 * regions only and looks late. It does by throttle.h what daemon/move/limiter.c does. Time goes in
 * steps of a millisecond; what varies follows from the seed that the caller sets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/policy/throttle.h"

#define SEC_US           UINT64_C(1000000)
#define MS_US            UINT64_C(1000)
#define MIB              (UINT64_C(1) << 20)
#define KIB              (UINT64_C(1) << 10)

#define MODEL_MOVES_MAX  2
#define MODEL_MIRRORS    8
#define MODEL_TENTHS_MAX 1600 /* of a second */

struct model_mirror {
	uint64_t left_bytes;   /* to be copied, of the region under way too */
	uint64_t region_bytes; /* of the region under way, already copied */
	bool is_writing;       /* it, after it was read */
	unsigned sleeps;
	uint64_t slept_until_us;
};

struct model_move {
	struct throttle throttle;
	struct throttle_meter meter;
	struct model_mirror mirrors[MODEL_MIRRORS];
	size_t mirror_count;
	uint64_t region_bytes;
	uint64_t window_bytes; /* that were begun under a limit; 0: any amount */
	bool is_swapping, is_paused;
	uint64_t swapped_at_us;
	uint64_t look_at_us;               /* of its own, to begin a window */
	uint64_t copied_bytes;             /* that went through the disk */
	uint64_t synced_bytes;             /* of regions that are done, which is what can be seen */
	uint64_t tenths[MODEL_TENTHS_MAX]; /* copied_bytes at each tenth of a second */
};

struct model {
	uint64_t disk_bytes_s;
	uint64_t region_bytes_max;         /* the shape's, when no limit makes it less */
	uint64_t swap_min_us, swap_max_us; /* how long a table takes to draw */
	uint64_t late_max_us;              /* how late the daemon wakes up */
	bool cannot_hold;                  /* the module parameter takes no value */
	size_t move_count;
	struct model_move moves[MODEL_MOVES_MAX];
	struct throttle host;

	uint64_t now_us;
	uint64_t look_at_us;
	uint64_t wakeups; /* of the daemon */
	bool is_held, was_ever_held;
	size_t tenth_count;
	uint64_t random; /* the seed, at first */
};

/* A limit of UINT64_MAX is no second move, one of 0 no limit. The disk's and all times are the
 * caller's. */
void model_begin(struct model *model, uint64_t rate_bytes_s, uint64_t other_bytes_s);

/* Another limit, in mid-run. */
void model_limit(struct model *model, size_t move, uint64_t rate_bytes_s);

/* For whole tenths of a second. */
void model_run(struct model *model, uint64_t for_us);

/* While it is paused nothing is begun, and what was begun is taken away. */
void model_pause(struct model *model, size_t move, bool is_paused);

/* The least and the most that was copied in any ten seconds since that tenth of the run. */
void model_extremes(const struct model *model, size_t move, size_t since, uint64_t *leastp,
		    uint64_t *mostp);

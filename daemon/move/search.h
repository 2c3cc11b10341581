/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which sectors of the source it was that could not be read. The kernel tells
 * only which mirror has met some (Linux 6.1: it goes on with the next region,
 * and counts). So when the LV is off the leg and all else is undone, the source
 * is read, from the beginning of that mirror to the first place that fails.
 * Internal to the mover.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/dm/comparison.h"

struct drive;
struct pass;

struct search {
	bool is_under_way; /* the piece is being read */
	bool has_begun;
	bool is_over;
	uint64_t begun_us; /* monotonic */
	struct dm_comparison piece;
	uint64_t end_sector;
	uint64_t bad_sector; /* the first that cannot be read, */
	uint64_t bad_count;  /* and how many follow it; 0: none was found yet */
};

/*
 * Begins to read the next piece. Returns EFFECT_BESIDE, also when one is being
 * read, or EFFECT_DONE when the search is over, or there is nothing to search
 * for. What was found is in the pass's trouble then.
 */
int search_begin_piece(struct drive *drive, const struct pass *pass);

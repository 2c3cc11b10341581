/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The segments of one LV being made anew: a list of pieces, in the order of
 * their logical extents, that is written into the metadata tree as segment1,
 * segment2, … Pieces that continue each other become one. Knows nothing of
 * reservations.
 */

#include "daemon/lvm/tree.h"

struct piece {
	uint64_t extent_count;
	/* The segment whose other values (tags, …) it keeps; NULL: none, a linear segment. */
	const struct dm_config_node *origin;
	const char *pv_key; /* the PV it lies on in one piece; NULL: where origin lies */
	uint64_t first_pe;
	bool moved; /* lies elsewhere than origin; two that do not are left apart */
};

struct pieces {
	struct piece *list;
	size_t count;
};

void pieces_deinit(struct pieces *pieces);

/* Appends a piece, or makes the last one longer by it. Returns 0 or -ENOMEM. */
int pieces_append(struct pieces *pieces, const struct piece *piece);

/* Replaces the segments of the LV's section. Returns 0 or -ENOMEM. */
int pieces_write(const struct pieces *pieces, struct dm_config_tree *tree,
		 struct dm_config_node *lv);

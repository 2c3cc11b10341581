/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Sets of extents of one PV as lists of ranges. All lists here are ascending
 * and without overlap unless said otherwise. Pure.
 */

#include "daemon/lvm/vg.h"

struct range_list {
	struct pe_range *items;
	size_t count;
};

/* Frees the items and zeroes the value. */
void range_list_deinit(struct range_list *list);

/* Sorts by first extent; what overlaps stays so. */
void range_list_sort(struct range_list *list);

/* The first range that begins before the one ahead of it has ended, or NULL. Needs a sorted list.
 */
const struct pe_range *range_list_find_overlap(const struct range_list *list);

/* True when an extent of the range is in the list. */
bool range_list_meets(const struct range_list *list, const struct pe_range *range);

/* The extents that are in both lists. Returns 0 or -ENOMEM. */
int range_list_intersect(const struct range_list *a, const struct range_list *b,
			 struct range_list *bothp);

/* The extents of list that are not in taken, which may overlap itself. Returns 0 or -ENOMEM. */
int range_list_subtract(const struct range_list *list, const struct range_list *taken,
			struct range_list *restp);

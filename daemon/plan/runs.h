/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A growing list of runs. Pure. */

#include "daemon/lvm/reservation.h"

struct run_list {
	struct run *items;
	size_t count;
	size_t room;
};

/* Frees the items and zeroes the value. */
void run_list_deinit(struct run_list *list);

/* Returns 0, or -ENOMEM with the list as it was. */
int run_list_append(struct run_list *list, const struct run *run);

/* True when b goes on where a ends, in the LV and on the source. */
bool run_is_continued_by(const struct run *a, const struct run *b);

/* Cuts off what lies before logical extent first_le, or at end_le and behind it. */
void run_list_clip(struct run_list *list, uint64_t first_le, uint64_t end_le);

/* Sorts by logical extent and makes one of runs that continue each other on both sides. */
void run_list_tidy(struct run_list *list);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the daemon says, as text for people. Pure: from values to a stream.
 * Times are shown in the local time zone. Texts in the values are clean.
 */

#include <stdio.h>

#include "client/style.h"
#include "client/view.h"

/* The moves as a table, in the order given. Returns 0 or -ENOMEM. */
int render_moves(FILE *out, const struct move_view *const *moves, size_t count,
		 const struct style *style);

/* All of a move, with a line for each pass. Returns 0 or -ENOMEM. */
int render_move(FILE *out, const struct move_view *move, const struct style *style);

/* A plan that has passes. Returns 0 or -ENOMEM. */
int render_plan(FILE *out, const struct plan_view *plan, const struct style *style);

void render_info(FILE *out, const struct info_view *info);

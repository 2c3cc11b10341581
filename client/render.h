/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the daemon says, as text for people. Pure: from values to a stream.
 * Times are shown in the local time zone. Texts in the values are clean.
 */

#include <stdio.h>

#include "client/moves.h"
#include "client/style.h"
#include "client/view.h"

/*
 * Moves as a table; or, with an id that is not 0, all of the one that has it,
 * with a line for each pass. Returns 0 or -ENOMEM.
 */
/* Moves that have ended: history. Returns as render_status() does. */
int render_history(FILE *out, const struct moves *moves, const struct style *style);

int render_status(FILE *out, const struct moves *moves, uint64_t id, const struct style *style);

/* A plan that has passes. Returns 0 or -ENOMEM. */
int render_plan(FILE *out, const struct plan_view *plan, const struct style *style);

void render_info(FILE *out, const struct info_view *info);

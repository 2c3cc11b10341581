/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A move in one line. Pure: from a value, whose texts are clean, to a stream. */

#include <stdio.h>

#include "client/style.h"
#include "client/view.h"

/*
 * The move's state; one that waits for something outside, or for its turn, or that stalls says so,
 * whatever is next for it.
 */
const char *headline_state(const struct move_view *move);

/* The colour of such a state, or of a pass's. */
enum colour headline_colour(const char *state);

/*
 * The move's state, how far it is and what it is at, without a line feed:
 * "Move 7: running, 43% of 1.00 GiB, 95.20 MiB/s, 1m05s to go; home: copying".
 */
void headline_write(FILE *out, const struct move_view *move);

/* What a reason says, and where: "the LV was removed: …". Nothing for a pass that has none. */
void headline_write_reason(FILE *out, const struct pass_view *pass);

/* Whom the move waits for: "place 2 on /dev/sdb, behind move 7". Nothing when it is no one. */
void headline_write_queue(FILE *out, const struct move_view *move);

/* What keeps the pass where it is, where that is not its reason: "; waits: …". */
void headline_write_wait(FILE *out, const struct pass_view *pass);

/*
 * The same for one line of a terminal that is redrawn in place: with a bar,
 * which takes up what room the columns leave, and cut to fit:
 * "Move 7 [####......]  43% 440.32 MiB/1.00 GiB 95.20 MiB/s ETA 1m05s home copying".
 * Returns 0 or -ENOMEM.
 */
int headline_write_bar(FILE *out, const struct move_view *move, unsigned columns);

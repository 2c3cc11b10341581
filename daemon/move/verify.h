/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The state `verifying`, for the driver: when being in sync is not enough, the
 * comparing of one piece after the other, and what there is to say of it at
 * the end. Internal to the mover.
 *
 * A comparison goes on beside all else: an abort, a pause and a disk that
 * fails are answered while it is under way. What it finds counts if the pass
 * has been in sync all the time.
 */

#include "daemon/move/effects.h"

/*
 * Begins to compare the next piece. Returns EFFECT_BESIDE, also when one is
 * under way, or EFFECT_DONE when nothing is left to be compared.
 */
int verify_begin_piece(struct drive *drive, const struct effect_scene *scene);

/* What was compared is void when not everything is on both sides any more. */
void verify_look(struct drive *drive, struct pass *pass, const struct observation *seen);

/* The event that was observed, or what stands for EVENT_IN_SYNC in this pass. */
enum pass_event verify_judge(const struct drive *drive, const struct pass *pass,
			     const struct observation *seen);

/* Says what came of the verification when the pass goes by that row; otherwise nothing. */
void verify_explain(struct drive *drive, struct pass *pass, const struct fsm_row *row,
		    const struct observation *seen);

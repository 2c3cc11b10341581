/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Why a pass is not, or not yet, what was asked: what the status shows of it.
 * Internal to the mover.
 */

#include "daemon/move/drive.h"
#include "daemon/move/observe.h"

/* Says more about the reason that a pass has. */
void reason_set_text(struct pass *pass, const char *text);

/* Something outside keeps the pass from going on: logged, and seen in the status. */
void reason_note_trouble(struct drive *drive, struct pass *pass, enum pass_reason reason,
			 const char *text);

/* The same for a VG, or a PV of it, that is not there; noted once, however often it is looked for.
 */
void reason_note_absence(struct drive *drive, struct pass *pass);

/* It goes on. */
void reason_clear_trouble(struct drive *drive, struct pass *pass);

/* Why an event leads away from what was asked; REASON_NONE: the reason known already stays. */
enum pass_reason reason_of_event(enum pass_event event);

/*
 * The reason of a pass that goes by that row. seen: NULL, or what led to it; vg: the group as it
 * was seen then, or NULL.
 */
void reason_update(struct pass *pass, const struct fsm_row *row, const struct observation *seen,
		   const struct vg *vg);

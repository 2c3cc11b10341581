/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The entry of a pass into a state: recorded before anything is done on the
 * strength of it, then logged and made public. The only code that assigns the
 * state of a pass that is driven. It does not know why the pass goes there, or
 * what is to be done in the new state. Internal to the mover.
 */

#include "daemon/move/drive.h"
#include "daemon/move/observe.h"

/*
 * Goes by that row. seen: NULL, or what led to it. The new state is on stable storage when this
 * returns 0 (it blocks on that); after a negative errno of mover_record() nothing has changed.
 */
int entry_make(struct drive *drive, struct pass *pass, const struct fsm_row *row,
	       const struct observation *seen);

/* What is copied of a pass in its state. seen: NULL, or what was just observed. */
void entry_update_progress(struct pass *pass, const struct observation *seen);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which event a drive answers: of what was observed, what the last effect had
 * to say, what the owner of the move wants, whose turn it is and what the
 * limits allow. Internal to the mover.
 */

#include "daemon/move/drive.h"
#include "daemon/move/observe.h"

/* Returns whether there is an event to answer: what is not in its turn yet is left as it is. */
bool decision_make(struct drive *drive, struct pass *pass, const struct observation *seen,
		   enum pass_event *eventp);

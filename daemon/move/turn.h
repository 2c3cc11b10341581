/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Moves take turns on disks that turn (daemon/policy/queue.h says how): the one
 * place where that meets the state machine. A pass waits for its turn where it
 * has nothing to lose: queued, with nothing reserved and nothing armed, or
 * paused. Once it has begun it goes through. Internal to the mover.
 */

#include "daemon/move/drive.h"

/* Notes which disks the current pass lies on, by that metadata; by none, it keeps what it knew. */
void turn_note_disks(struct drive *drive, const struct vg *vg);

/* How many moves copy on disks of this one, or are about to; itself among them. */
size_t turn_count_sharing(const struct drive *drive);

/* True for what begins to copy, by the event that leads there and the one that was seen. */
bool turn_is_needed(const struct pass *pass, enum pass_event event, enum pass_event seen);

/*
 * The current pass is ready to copy. Returns whether it may; if not, it is driven again when its
 * turn has come.
 */
bool turn_take(struct drive *drive, struct pass *pass);

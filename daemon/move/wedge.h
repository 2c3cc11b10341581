/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Legs that are wedged, and the next one that takes their place. An executor
 * that dies while it swaps a table with mirrors leaves a device that no swap
 * and no removal comes to an end with before the next boot; I/O goes through
 * it as before, but nothing is copied any more (Linux 6.1). Such a leg is left alone,
 * and the pass goes on with another one, whose number is in its name and UUID.
 * Internal to the mover.
 */

#include "daemon/move/drive.h"

/*
 * The pass's leg is wedged: notes its name and takes the next number, on stable
 * storage when this returns 0. After a negative errno nothing has changed.
 */
int wedge_note(struct drive *drive, struct pass *pass);

/* With another boot what was wedged is gone. */
void wedge_forget(struct pass *pass, const char *boot_id);

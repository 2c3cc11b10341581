/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Notices a pass that should copy and does not (daemon/policy/stall.h), says so
 * in the log and in the status, once, and takes it back when it goes on.
 * Internal to the mover.
 */

#include "daemon/move/drive.h"

/* What is copied was just looked at, or it is time, or something else became of the pass. */
void stalling_look(struct drive *drive);

/* When it is time, on the monotonic clock; UINT64_MAX: never. */
uint64_t stalling_due_us(const struct drive *drive);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Makes a copy give way, and says how narrow it is to be. Keeps the latency of a
 * move's LV under the move's bound while it is copied and read back
 * (daemon/policy/guard.h), for which it has the kernel count the LV's slow I/Os.
 * Without a bound, disks that turn are copied in smaller regions while others use
 * them (daemon/policy/contention.h). Internal to the mover.
 */

#include "daemon/move/drive.h"
#include "daemon/plan/shape.h"

/* Asks, stops the counting, or looks at the disks, if that is due. */
void guarding_look(struct drive *drive);

/* When it is due, on the monotonic clock; UINT64_MAX: never. */
uint64_t guarding_due_us(const struct drive *drive);

/* Nothing is to be copied, or read back, just now. */
bool guarding_is_aside(const struct drive *drive);

/* What is being copied is narrower, or wider, than it should be. */
bool guarding_is_unfit(const struct drive *drive);

/* Narrows the shape that is going to be drawn. */
void guarding_narrow(struct drive *drive, struct copy_shape *shape);

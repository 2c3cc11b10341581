/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Keeps moves to their limits, and all of them together to the host's. It looks
 * at what the kernel has copied, has the kernel's copying held back while all
 * that is being copied is ahead of its limit, and says when a move may begin to
 * copy more, and how much. Internal to the mover; the arithmetic is that of
 * daemon/policy/throttle.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/plan/slices.h"
#include "daemon/policy/throttle.h"

struct drive;
struct mover;

struct limiter {
	struct throttle host;
	bool is_held;         /* the kernel's copying, as it was last asked for */
	bool cannot_hold;     /* that failed; it is tried again at … */
	uint64_t retry_at_us; /* … this time */
	uint64_t look_at_us;  /* monotonic; 1: at once; 0: there is nothing to look at */
	uint64_t settled_us;  /* monotonic; when all that was copied was last charged */
};

/* A daemon begins: whatever one before it held is let go, and all limits that were replayed hold.
 */
void limiter_begin(struct mover *mover);

/* The move's limit, or the host's (drive NULL), has changed. */
void limiter_change(struct mover *mover, struct drive *drive, uint64_t rate_bytes_s);

/* Looks, if it is time to, and holds back or lets go. */
void limiter_look(struct mover *mover);

/* The same at once. */
void limiter_look_now(struct mover *mover);

/* How long until the move may begin to copy, or to read back, more; 0: it may now. */
uint64_t limiter_wait_us(struct drive *drive);

/*
 * How long until the next window of the move is due, if all that is being copied stops by itself
 * before; 0: it is due, or what is being copied is no window.
 */
uint64_t limiter_window_us(struct drive *drive);

/*
 * Until when (monotonic) nothing is to be answered that happens to the devices, since all that is
 * copied are windows, none of which is due; 0: it is to be answered. Windows make most of the
 * events there are: a table is swapped, and one mirror after the other is in sync.
 */
uint64_t limiter_deaf_until_us(const struct mover *mover);

/*
 * What is being copied must be taken away: it goes on whatever was done about it, or others that
 * may go on are in the way of doing it.
 */
bool limiter_must_stop(const struct drive *drive);

/* Narrows what the move begins to copy at a time to what its limits make of it. */
void limiter_narrow(struct drive *drive, struct copy_shape *shape);

/* Most bytes to read back at a time, at least 64 KiB. */
uint64_t limiter_piece_bytes_max(const struct drive *drive);

/* The move is going to read back so many bytes. */
void limiter_charge(struct drive *drive, uint64_t bytes);

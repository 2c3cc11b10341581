/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Tells from counts of I/O whether anybody else uses the disks of a copy. Disks
 * count as used until nothing was begun there for a while, and for longer each
 * time that was premature, so that I/O which comes and goes does not make the
 * copy change its shape with it. Knows neither clocks nor disks. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* How often to look. */
#define CONTENTION_LOOK_US UINT64_C(600000)

/* Embedded by its owner, begun by contention_begin(). */
struct contention {
	bool is_contended;
	bool is_known;        /* the count, as of the last look */
	uint64_t io_count;    /* the count itself */
	uint64_t used_us;     /* when the disks were last seen to be used */
	uint64_t free_us;     /* when they were last found to be free */
	uint64_t patience_us; /* so long they are to be unused before they are free */
};

/* Of disks that are used, for all one knows. now_us is of a monotonic clock, here and below. */
void contention_begin(struct contention *contention, uint64_t now_us);

/*
 * Takes in how many I/Os were ever begun there, NULL: nobody knows, which is taken for use. A
 * count that has gone back is one of other devices, and so use as well.
 */
void contention_note(struct contention *contention, uint64_t now_us, const uint64_t *io_count);

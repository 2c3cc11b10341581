/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What moves cost the disks: how much is read and written for them on each. Known is what the
 * daemon says of moves, each with one rate; what else goes on on a disk is not. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/moves.h"

/* Most disks that are told apart. Those beyond are not counted. */
#define DISKS_MAX 256

/* A disk; or whatever a move may find in its VG that was given no destination. */
struct disk {
	char *name;
	uint64_t read_bytes_s;    /* VIEW_UNKNOWN: by no move that has said how fast it is */
	uint64_t written_bytes_s; /* the same */
	/* It may be less: a move with several destinations does not say to which it writes just
	 * now, and counts in full on each. */
	bool is_written_at_most;
};

/* Embedded by its owner; zeroes are none. In the order of the moves. */
struct disks {
	struct disk *entries;
	size_t count;
};

void disks_deinit(struct disks *disks);

/* Sums up the moves that have not ended. Zeroes are expected in *disks. Returns 0 or -ENOMEM. */
int disks_sum(struct disks *disks, const struct moves *moves);

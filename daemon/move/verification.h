/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What of a pass was compared, on its source and on its destination, with what
 * result, and which piece is to be compared next. A value, in memory only: a
 * daemon that was restarted begins anew. Pure; reads nothing itself.
 */

#include <stdbool.h>

#include "daemon/dm/comparison.h"
#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"
#include "daemon/plan/leg.h"

/* Largest piece: small enough that a pause or an abort need not wait long for its end. */
#define VERIFICATION_PIECE_SECTORS UINT64_C(8192)
/* Places of one kind that are named; when there are so many, nothing more is compared. */
#define VERIFICATION_HITS_MAX 8
/* How often what never stands still is tried, and how many such places may wait for it. */
#define VERIFICATION_TRIES_MAX    4
#define VERIFICATION_RESTLESS_MAX 32

/* A stretch of the leg, in its sectors. */
struct leg_stretch {
	uint64_t start_sectors;
	uint64_t len_sectors;
};

struct leg_stretches {
	struct leg_stretch items[VERIFICATION_HITS_MAX];
	size_t count;
};

/* All zero has not begun. */
struct verification {
	bool has_begun;
	/* yet to be compared, in this order: the first is being cut into pieces */
	struct {
		struct leg_stretch stretch;
		unsigned tries;
	} todo[VERIFICATION_RESTLESS_MAX + 2];
	size_t todo_count;
	uint64_t equal_sectors;
	struct leg_stretches differing;
	struct leg_stretches restless; /* written to each time they were looked at */
	struct leg_stretches source_unreadable;
	struct leg_stretches dest_unreadable;
};

/* A piece: a stretch of the leg that lies within one run, and where it lies on the two PVs. */
struct verification_piece {
	struct leg_stretch stretch;
	struct dm_comparison comparison; /* first: source */
};

/*
 * The piece to be compared next, of at most so many sectors (and never more than a piece may
 * have); begins the verification if it has not begun.
 * Returns false when there is nothing more to compare.
 */
bool verification_next(struct verification *verification, const struct leg_geometry *geometry,
		       uint64_t max_sectors, struct verification_piece *piecep);

/* Takes in what the comparison of the piece found that verification_next() gave out last. */
void verification_note(struct verification *verification, const struct verification_piece *piece,
		       const struct dm_comparison_result *found);

enum verification_verdict {
	VERIFICATION_UNFINISHED,
	VERIFICATION_EQUAL, /* but for what the source does not give any more */
	VERIFICATION_DIFFERENT,
	VERIFICATION_UNSETTLED, /* parts were never seen at rest: nothing can be said */
	VERIFICATION_DEST_UNREADABLE,
};

enum verification_verdict verification_judge(const struct verification *verification);

/*
 * Names places for people: their logical extents, and their sectors on the PVs'
 * devices. geometry and reservation must be those of the verification.
 */
void verification_describe(const struct leg_stretches *places, const struct vg *vg,
			   const struct leg_geometry *geometry, char *text, size_t size_bytes);

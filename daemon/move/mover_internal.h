/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the parts of the mover share: mover.c (the list of moves, and driving
 * them), orders.c (what owners change), records.c (the journal) and enquiry.c (from a request to a
 * move).
 */

#include <sys/queue.h>

#include "daemon/move/drive.h"
#include "daemon/move/limiter.h"
#include "daemon/move/mover.h"
#include "daemon/move/ports.h"

struct mover {
	const struct ports *ports;
	void *ctx;
	struct drive **drives; /* one for each move, ascending by id */
	size_t drive_count;
	size_t drive_room;
	struct queue_entry
		*entries; /* room for one for each drive, used while it is worked out … */
	struct queue_place *places; /* … who waits for whom */
	bool order_is_old;          /* it is to be worked out anew … */
	bool turns_are_due;         /* … and whose turn has come is to be driven */
	bool is_settling;
	LIST_HEAD(enquiry_list, enquiry) enquiries;
	uint64_t next_id;
	uint64_t host_limit_bytes_s; /* of all moves together; 0: none */
	struct mover_settings settings;
	struct limiter limiter;
	uint64_t seq;        /* of the latest change, … */
	uint64_t changed_id; /* … which was that move's; 0: none was told of yet */
	size_t history_max;  /* finished moves that are kept */
	bool is_deaf;        /* nothing that happens to devices is told */
	int stopped; /* the errno that ended the journal, and with it all driving; 0: none */
	mover_watch_fn *watch;
	void *watch_arg;
};

/* The drive of the move with that id, or NULL. */
struct drive *mover_find_drive(const struct mover *mover, uint64_t id);

/* Takes the move over and lists it; NULL for want of memory, and the move stays the caller's. */
struct drive *mover_add_move(struct mover *mover, struct move *move);

/* Drops the oldest finished moves while there are more than are to be kept. */
void mover_forget_oldest(struct mover *mover);

/* Works out what follows from a move's recorded values alone. */
void move_derive_progress(struct move *move);

/* Forgets all enquiries without an answer. */
void enquiries_free(struct mover *mover);

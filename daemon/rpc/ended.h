/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The JSON texts of moves that have ended. Most of the moves that a client is told of are
 * such, and they do not change; making them into JSON is what an answer with all moves
 * takes. So each is made once for as long as it stays as it is.
 */

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct move;

struct ended_text {
	uint64_t id;
	uint64_t seq; /* of the move's change that it tells of */
	char *text;   /* owned */
};

/* Embedded by its owner; all zero: none. */
struct ended_texts {
	struct ended_text *items; /* by ascending id */
	size_t count;
	size_t room;
	size_t next; /* the first that was not asked for since the last rewind */
};

void ended_texts_deinit(struct ended_texts *texts);

/* All moves are going to be asked for, by ascending id. */
void ended_texts_rewind(struct ended_texts *texts);

/*
 * Does what encode_move() does. Those of which nothing was asked since the one before, by their
 * ids, are forgotten. The object borrows the text: it must not outlive the next call of any of
 * these.
 */
struct json_object *ended_encode(struct ended_texts *texts, const struct move *move);

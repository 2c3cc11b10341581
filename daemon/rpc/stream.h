/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A call that is answered with the changes of one move or of all, as they
 * happen. Nothing is queued: since every change gives its move a new seq, the
 * highest seq that was sent says what the client has not seen yet, and a
 * client that reads slowly gets the latest state of each move, not each change.
 */

#include "daemon/rpc/call.h"

struct move;

/* The answer that tells of a move's latest change; all zero: none yet. */
struct stream_text {
	uint64_t seq; /* of the change */
	char *text;   /* owned */
	size_t len_bytes;
};

/* Frees the text and zeroes it. */
void stream_text_deinit(struct stream_text *text);

/*
 * Answers the call with the moves asked for: with "more" and at least one thing that can
 * still change, as the first answer of a stream, otherwise at once and for good. move: the
 * one asked for, NULL: all.
 */
void stream_begin(struct call *call, const struct move *move);

/*
 * Sends the oldest change that the client has not seen, one move, if there is one. The stream of
 * one move ends with the change that ends the move. Call it when what was sent before is gone.
 */
void stream_advance(struct call *call);

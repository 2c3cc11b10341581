/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/stream.h"

#include <assert.h>
#include <json-c/json.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/mover.h"
#include "daemon/rpc/encode.h"

/* {"moves":[…]} of one move or, with NULL, of all. */
static struct json_object *make_reply(const struct mover *mover, const struct move *only)
{
	cleanup(protocol_put) struct json_object *moves = json_object_new_array();
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();
	const struct move *move = only ? only : mover_next_move(mover, NULL);

	if (!moves || !reply)
		return NULL;
	for (; move; move = only ? NULL : mover_next_move(mover, move))
		if (protocol_append(moves, encode_move(move)) < 0)
			return NULL;
	if (protocol_add_object(reply, "moves", steal_pointer(&moves)) < 0)
		return NULL;
	return steal_pointer(&reply);
}

static uint64_t highest_seq(const struct mover *mover)
{
	uint64_t seq = 0;

	for (const struct move *move = mover_next_move(mover, NULL); move;
	     move = mover_next_move(mover, move))
		if (move->seq > seq)
			seq = move->seq;
	return seq;
}

void stream_begin(struct call *call, const struct move *move)
{
	const struct mover *mover = call->service->mover;
	struct json_object *reply = make_reply(mover, move);

	if (!call->more || call->oneway || (move && move_is_terminal(move))) {
		call_reply(call, reply);
		return;
	}
	call->stream = (struct stream){
		.active = true,
		.move_id = move ? move->id : 0,
		.seq = move ? move->seq : highest_seq(mover),
	};
	call_continue(call, reply);
}

/* The move whose latest change is the oldest that the client has not seen, or NULL. */
static const struct move *next_changed(const struct call *call)
{
	const struct stream *stream = &call->stream;
	const struct move *found = NULL;

	for (const struct move *move = mover_next_move(call->service->mover, NULL); move;
	     move = mover_next_move(call->service->mover, move)) {
		if (stream->move_id && move->id != stream->move_id)
			continue;
		if (move->seq > stream->seq && (!found || move->seq < found->seq))
			found = move;
	}
	return found;
}

void stream_advance(struct call *call)
{
	struct stream *stream = &call->stream;
	const struct move *move;
	struct json_object *reply;

	assert(stream->active);
	move = next_changed(call);
	if (!move)
		return;
	reply = make_reply(call->service->mover, move);
	stream->seq = move->seq;
	if (stream->move_id && move_is_terminal(move)) {
		stream->active = false;
		call_reply(call, reply);
	} else {
		call_continue(call, reply);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/stream.h"

#include <assert.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/mover.h"
#include "daemon/rpc/encode.h"
#include "daemon/rpc/ended.h"

/* {"moves":[…]} of one move or, with NULL, of all. */
static struct json_object *make_reply(const struct rpc_service *service, const struct move *only)
{
	cleanup(protocol_put) struct json_object *moves = json_object_new_array();
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();
	const struct mover *mover = service->mover;
	const struct move *move = only ? only : mover_next_move(mover, NULL);

	if (!moves || !reply)
		return NULL;
	ended_texts_rewind(service->ended);
	for (; move; move = only ? NULL : mover_next_move(mover, move))
		if (protocol_append(moves, !only && move_is_terminal(move)
						   ? ended_encode(service->ended, move)
						   : encode_move(move)) < 0)
			return NULL;
	if (protocol_add_object(reply, "moves", steal_pointer(&moves)) < 0)
		return NULL;
	return steal_pointer(&reply);
}

void stream_begin(struct call *call, const struct move *move)
{
	const struct mover *mover = call->service->mover;
	struct json_object *reply = make_reply(call->service, move);

	if (!call->more || call->oneway || (move && move_is_terminal(move))) {
		call_reply(call, reply);
		return;
	}
	call->stream = (struct stream){
		.active = true,
		.move_id = move ? move->id : 0,
		.seq = move ? move->seq : mover_seq(mover),
	};
	call_continue(call, reply);
}

/* Most clients are told of a change at the same time, in the same words. */
static void send_change(struct call *call, const struct move *move)
{
	struct stream_text *latest = call->service->latest;

	if (!latest->text || latest->seq != move->seq) {
		stream_text_deinit(latest);
		latest->text =
			call_format_continue(make_reply(call->service, move), &latest->len_bytes);
		latest->seq = move->seq;
	}
	call_send_continue(call, latest->text, latest->len_bytes);
}

void stream_text_deinit(struct stream_text *text)
{
	free(text->text);
	*text = (struct stream_text){0};
}

/* The move whose latest change is the oldest that the client has not seen, or NULL. */
static const struct move *next_changed(const struct call *call)
{
	const struct stream *stream = &call->stream;
	const struct move *move;

	if (!stream->move_id)
		return mover_next_change(call->service->mover, stream->seq);
	move = mover_find_move(call->service->mover, stream->move_id);
	return move && move->seq > stream->seq ? move : NULL;
}

void stream_advance(struct call *call)
{
	struct stream *stream = &call->stream;
	const struct move *move;

	assert(stream->active);
	move = next_changed(call);
	if (!move)
		return;
	stream->seq = move->seq;
	if (stream->move_id && move_is_terminal(move)) {
		stream->active = false;
		call_reply(call, make_reply(call->service, move));
	} else {
		send_change(call, move);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One call that a client made, and the way to answer it. A method answers a
 * call exactly once, at once or later; a method that streams may answer any
 * number of times before that. Knows neither connections nor methods: what is
 * to be sent goes to the function that the owner of the call gave.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/refusal.h"
#include "daemon/rpc/turn.h"

struct json_object;
struct mover;
struct stream_text;
struct ended_texts;

/* What the daemon says of itself; the texts are borrowed. */
struct rpc_info {
	const char *version;
	const char *boot_id;   /* the kernel's, as text */
	const char *state_dir; /* the journal's folder */
	uint64_t started_us;   /* since the epoch */
};

/* What methods work on; one for all calls. */
struct rpc_service {
	struct mover *mover;
	struct rpc_info info;
	/* set by the pool of connections: */
	struct turns *turns;        /* of plans */
	struct stream_text *latest; /* change that was told of: see stream.h */
	struct ended_texts *ended;  /* moves: see ended.h */
};

struct call;

/*
 * Sends text (with its NUL, which len_bytes leaves out) to the client. text is NULL when
 * there is nothing to send; the owner looks at the call's open and broken. The last thing
 * that is done with a call: its owner may free it.
 */
typedef void call_send_fn(struct call *call, const char *text, size_t len_bytes);

/* A stream of moves: see stream.h. */
struct stream {
	bool active;
	uint64_t move_id; /* 0: all moves */
	uint64_t seq;     /* the client has seen every change up to this one */
};

struct call {
	const struct rpc_service *service;
	call_send_fn *send;
	void *owner;     /* of the call; for send */
	bool privileged; /* the client may change things */
	bool more;
	bool oneway;
	bool open;   /* not fully answered yet */
	bool broken; /* an answer could not be made: the client waits in vain */
	struct stream stream;
	struct {
		TAILQ_ENTRY(call) link;
		struct move_request *request; /* owned until the turn comes */
		turn_fn *begin;
		bool waits;
	} turn; /* see turn.h */
};

/* Each consumes the parameters; NULL is taken for parameters that could not be made. */
void call_reply(struct call *call, struct json_object *parameters);
/* One answer of several; "more" was asked for. */
void call_continue(struct call *call, struct json_object *parameters);
/* The text of such an answer, owned; NULL for want of memory. */
char *call_format_continue(struct json_object *parameters, size_t *len_bytesp);
/* Sends such a text, which is borrowed and may be NULL. */
void call_send_continue(struct call *call, const char *text, size_t len_bytes);
/* error: the full name of a Varlink error. */
void call_fail(struct call *call, const char *error, struct json_object *parameters);
/* The same for the many errors that have one text parameter. */
void call_fail_text(struct call *call, const char *error, const char *key, const char *text);
void call_refuse(struct call *call, const struct refusal *refusal);

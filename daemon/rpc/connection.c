/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/frame.h"
#include "common/protocol.h"
#include "daemon/rpc/dispatch.h"
#include "daemon/rpc/stream.h"

/* Read ahead of the call being answered. */
#define INPUT_MAX_BYTES (64ul * 1024)

struct connection {
	LIST_ENTRY(connection) link;
	struct connection_pool *pool;
	struct bufferevent *io; /* NULL: the client is gone, its call is not answered yet */
	struct frame_reader reader;
	struct call call;
	uid_t uid;
	uint64_t answer;  /* number of the last one, among all of the pool */
	bool input_ended; /* the client sends no more; it may still read */
	bool given_up;    /* its answer was unread for too long: it goes */
};

static void connection_free(struct connection *connection)
{
	LIST_REMOVE(connection, link);
	connection->pool->count--;
	turns_leave(&connection->pool->turns, &connection->call);
	if (connection->io)
		bufferevent_free(connection->io);
	frame_reader_deinit(&connection->reader);
	free(connection);
}

/* The client is gone, or has to go. */
static void connection_close(struct connection *connection)
{
	if (!connection->call.open || connection->call.stream.active ||
	    connection->call.turn.waits) {
		connection_free(connection);
		return;
	}
	bufferevent_free(connection->io);
	connection->io = NULL;
}

static void connection_drop(struct connection *connection, const char *why)
{
	complaints_say(&connection->pool->complaints, "rpc: dropped a client of uid %u: %s",
		       (unsigned)connection->uid, why);
	connection_close(connection);
}

static size_t held_bytes(const struct connection *connection)
{
	return connection->io ? evbuffer_get_length(bufferevent_get_output(connection->io)) : 0;
}

/*
 * Keeps what is unread within its bound. Who was just answered has had no time to read, so
 * the oldest answer goes; in the event loop's next turn, for somebody may be walking the list.
 */
static void bound_output(struct connection_pool *pool)
{
	struct connection *oldest = NULL;
	size_t held = 0;

	for (struct connection *connection = LIST_FIRST(&pool->connections); connection;
	     connection = LIST_NEXT(connection, link)) {
		if (connection->call.privileged || connection->given_up)
			continue;
		held += held_bytes(connection);
		if (held_bytes(connection) > 0 && (!oldest || connection->answer < oldest->answer))
			oldest = connection;
	}
	if (!oldest || held <= CONNECTIONS_HELD_MAX)
		return;
	oldest->given_up = true;
	bufferevent_trigger_event(oldest->io, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}

/* A client that reads nothing is dropped; not one that watches, it may be a stopped terminal. */
static void set_stall_timeout(struct connection *connection)
{
	const uint32_t ms = connection->pool->stall_ms;
	const struct timeval stall = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};

	bufferevent_set_timeouts(connection->io, NULL,
				 connection->call.stream.active ? NULL : &stall);
}

/* What a call is answered with: see call_send_fn. */
static void connection_send(struct call *call, const char *text, size_t len_bytes)
{
	struct connection *connection = call->owner;

	if (!connection->io) {
		if (!call->open)
			connection_free(connection);
		return;
	}
	set_stall_timeout(connection);
	if (text && bufferevent_write(connection->io, text, len_bytes + 1) < 0)
		call->broken = true;
	connection->answer = ++connection->pool->answer_count;
	if (!call->privileged)
		bound_output(connection->pool);
	/* neither trigger runs anything before we are back in the event loop */
	if (call->broken)
		bufferevent_trigger_event(connection->io, BEV_EVENT_ERROR,
					  BEV_TRIG_DEFER_CALLBACKS);
	else if (!text)
		bufferevent_trigger(connection->io, EV_READ,
				    BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

/*
 * Stops reading when enough is read ahead, and goes on when it is used up. (With libevent's own
 * high watermark it would call us without end as long as we leave the input where it is.)
 */
static void bound_input(struct connection *connection)
{
	size_t ahead_bytes = evbuffer_get_length(bufferevent_get_input(connection->io));

	if (ahead_bytes >= INPUT_MAX_BYTES)
		bufferevent_disable(connection->io, EV_READ);
	else if (!connection->input_ended)
		bufferevent_enable(connection->io, EV_READ);
}

/* Takes the next whole message out of what was read: 1, 0 when there is none, or an error. */
static int next_message(struct connection *connection, const char **messagep, size_t *len_bytesp)
{
	struct evbuffer *input = bufferevent_get_input(connection->io);
	int ret = frame_reader_next(&connection->reader, messagep, len_bytesp);

	while (ret == 0 && evbuffer_get_length(input) > 0) {
		size_t len_bytes = evbuffer_get_contiguous_space(input);

		ret = frame_reader_push(&connection->reader,
					evbuffer_pullup(input, (ev_ssize_t)len_bytes), len_bytes);
		if (ret < 0)
			return ret;
		evbuffer_drain(input, len_bytes);
		ret = frame_reader_next(&connection->reader, messagep, len_bytesp);
	}
	bound_input(connection);
	return ret;
}

static const char *describe_fault(int error)
{
	switch (error) {
	case -EBADMSG:
		return "it sent something that is no Varlink call";
	case -EMSGSIZE:
		return "it sent a message that is too long";
	default:
		return "no memory for its call";
	}
}

static void take_call(struct connection *connection)
{
	const char *message;
	size_t len_bytes;
	int ret = next_message(connection, &message, &len_bytes);

	if (ret == 0) {
		if (connection->input_ended)
			connection_close(connection);
		return;
	}
	if (ret > 0)
		ret = dispatch_message(&connection->call, message, len_bytes);
	if (ret < 0) {
		connection->call.open = false;
		connection_drop(connection, describe_fault(ret));
	}
}

/* Does what can be done now; called again when that has changed. */
static void connection_advance(struct connection *connection)
{
	const struct call *call = &connection->call;

	if (call->broken || connection->given_up || held_bytes(connection) > 0)
		return;
	if (call->stream.active && connection->input_ended)
		connection_close(connection);
	else if (call->stream.active)
		stream_advance(&connection->call);
	else if (!call->open)
		take_call(connection);
}

static void on_data(struct bufferevent *io, void *arg)
{
	(void)io;
	bound_input(arg);
	connection_advance(arg);
}

/*
 * The time to write an answer is over, which may also mean that we were not run for that long:
 * in libevent 2.1 the deadline outdoes a socket that can be written to in the same turn.
 */
static void on_stall(struct connection *connection)
{
	struct pollfd socket = {.fd = bufferevent_getfd(connection->io), .events = POLLOUT};

	if (poll(&socket, 1, 0) > 0)
		bufferevent_enable(connection->io, EV_WRITE);
	else
		connection_drop(connection, "it does not read its answer");
}

/* It not only sends no more, it is not there to read either. */
static bool client_is_gone(const struct connection *connection)
{
	struct pollfd socket = {.fd = bufferevent_getfd(connection->io)};

	return poll(&socket, 1, 0) > 0 && (socket.revents & POLLHUP);
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	struct connection *connection = arg;

	(void)io;
	if (what & BEV_EVENT_TIMEOUT) {
		on_stall(connection);
	} else if (connection->given_up) {
		connection_drop(connection, "answers are left unread, its longest");
	} else if (connection->call.broken) {
		connection_drop(connection, "its answer is too long, or there is no memory for it");
	} else if ((what & BEV_EVENT_ERROR) ||
		   (connection->call.turn.waits && client_is_gone(connection))) {
		connection_close(connection);
	} else {
		connection->input_ended = true;
		connection_advance(connection);
	}
}

int connection_open(struct connection_pool *pool, int fd, uid_t uid)
{
	_close_ int owned_fd = fd;
	_free_ struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return -ENOMEM;
	connection->io = bufferevent_socket_new(pool->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!connection->io)
		return -ENOMEM;
	steal_fd(&owned_fd);
	connection->pool = pool;
	connection->uid = uid;
	connection->call = (struct call){
		.service = &pool->service,
		.send = connection_send,
		.owner = connection,
		.privileged = uid == 0,
	};
	frame_reader_init(&connection->reader, PROTOCOL_CALL_MAX);
	LIST_INSERT_HEAD(&pool->connections, connection, link);
	pool->count++;
	bufferevent_setcb(connection->io, on_data, on_data, on_event, connection);
	set_stall_timeout(connection);
	bufferevent_enable(connection->io, EV_READ | EV_WRITE);
	steal_pointer(&connection);
	return 0;
}

void connection_pool_init(struct connection_pool *pool, struct event_base *base,
			  const struct rpc_service *service, uint32_t stall_ms)
{
	*pool = (struct connection_pool){.base = base, .service = *service, .stall_ms = stall_ms};
	turns_init(&pool->turns);
	pool->service.turns = &pool->turns;
	pool->service.latest = &pool->latest;
	pool->service.ended = &pool->ended;
}

size_t connection_pool_count_of(const struct connection_pool *pool, uid_t uid)
{
	const struct connection *connection;
	size_t count = 0;

	LIST_FOREACH(connection, &pool->connections, link)
	count += connection->uid == uid;
	return count;
}

size_t connection_pool_count_unprivileged(const struct connection_pool *pool)
{
	return pool->count - connection_pool_count_of(pool, 0);
}

void connection_pool_advance(struct connection_pool *pool)
{
	struct connection *next;

	for (struct connection *connection = LIST_FIRST(&pool->connections); connection;
	     connection = next) {
		next = LIST_NEXT(connection, link);
		if (connection->call.stream.active)
			connection_advance(connection);
	}
}

void connection_pool_deinit(struct connection_pool *pool)
{
	struct connection *next;

	for (struct connection *connection = LIST_FIRST(&pool->connections); connection;
	     connection = next) {
		next = LIST_NEXT(connection, link);
		connection_free(connection);
	}
	stream_text_deinit(&pool->latest);
	ended_texts_deinit(&pool->ended);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One client's connection: cuts what it sends into calls, has them answered
 * one after the other and writes the answers. A call is taken up when the one
 * before is answered and that answer is with the kernel; until then the client
 * is read from up to a bound and no further. So a connection holds at most one
 * answer, whether its client reads or not; and when those of all clients but root
 * are too much together, the one that is unread for longest is given up with its connection.
 *
 * A client that leaves while the mover works on its call leaves the connection
 * behind, without a socket, until the mover's answer comes: the mover has its
 * address, and clients that come and go cannot have more under way than
 * there may be connections.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "daemon/rpc/call.h"
#include "daemon/rpc/complaint.h"
#include "daemon/rpc/ended.h"
#include "daemon/rpc/stream.h"
#include "daemon/rpc/turn.h"

struct connection;
struct event_base;

/* Most bytes of answers that clients other than root may leave unread, all of them together. */
#define CONNECTIONS_HELD_MAX (32ul * 1024 * 1024)

/* All connections of a server, and what they share. */
struct connection_pool {
	struct event_base *base;
	struct rpc_service service;
	uint32_t stall_ms; /* longest that a client may leave an answer unread */
	LIST_HEAD(connection_list, connection) connections;
	size_t count;
	uint64_t answer_count; /* ever: tells older answers from younger ones */
	struct turns turns;
	struct stream_text latest;
	struct ended_texts ended;
	struct complaints complaints;
};

/* base, and what service refers to, are borrowed; the pool must stay where it is. */
void connection_pool_init(struct connection_pool *pool, struct event_base *base,
			  const struct rpc_service *service, uint32_t stall_ms);

/* Each counts also those whose client has left during a call. */
size_t connection_pool_count_of(const struct connection_pool *pool, uid_t uid);
size_t connection_pool_count_unprivileged(const struct connection_pool *pool);

/*
 * Begins to serve a connected socket, which it consumes in any case. uid is the peer's. Returns 0
 * or -ENOMEM.
 */
int connection_open(struct connection_pool *pool, int fd, uid_t uid);

/* Moves have changed: sends what is new to the streams that can take it. */
void connection_pool_advance(struct connection_pool *pool);

/* Closes all connections and forgets the calls that are not answered yet. */
void connection_pool_deinit(struct connection_pool *pool);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The Varlink server: listens, lets clients in up to a bound, and tells those
 * who watch of every change. What is said on a connection is connection.h's.
 *
 * The process must ignore SIGPIPE: a client may close its end at any time.
 */

#include <stdint.h>
#include <sys/types.h>

#include "daemon/rpc/call.h"

struct event_base;
struct rpc_server;

/* Most connections at a time, how many of them are kept for root, and most of any other user. */
#define RPC_CONNECTIONS_MAX        256
#define RPC_CONNECTIONS_RESERVED   32
#define RPC_CONNECTIONS_OF_ONE_MAX 32
/* Longest that a client may leave an answer unread. */
#define RPC_STALL_MS 60000

/* Finds out who is on the other side of a connected socket. Returns 0 or a negative errno. */
typedef int rpc_peer_fn(int fd, uid_t *uidp);

struct rpc_limits {
	uint32_t connections;
	uint32_t connections_of_one;
	uint32_t stall_ms;
};

struct rpc_options {
	struct event_base *base;    /* borrowed */
	struct rpc_service service; /* its mover and texts are borrowed */
	int listen_fd;              /* a listening stream socket; borrowed, made non-blocking */
	rpc_peer_fn *peer;          /* NULL: SO_PEERCRED */
	uint32_t stall_ms;          /* 0: RPC_STALL_MS */
};

/*
 * Begins to listen, and becomes the mover's watcher. Returns 0, -ENOMEM, or the errno of
 * a listen_fd that is of no use.
 */
int rpc_server_new(const struct rpc_options *options, struct rpc_server **serverp);

/*
 * Sets other limits than those above, RPC_CONNECTIONS_RESERVED and more connections among them. Who
 * is connected stays so; an answer under way keeps its time.
 */
void rpc_server_set_limits(struct rpc_server *server, const struct rpc_limits *limits);

/*
 * Closes all connections. Calls that the mover still works on are forgotten: from here on it may
 * only be freed. NULL is fine.
 */
void rpc_server_free(struct rpc_server *server);

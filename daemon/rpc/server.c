/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/server.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "daemon/move/mover.h"
#include "daemon/rpc/connection.h"

/*
 * Clients let in before others are served again. libevent accepts for as long as there is somebody
 * to accept: who connects faster than that would have the daemon do nothing else.
 */
#define ACCEPT_BATCH 32
/* Time between two attempts to let clients in while the process is out of descriptors. */
#define ACCEPT_RETRY_US 100000

struct rpc_server {
	struct rpc_limits limits;
	struct connection_pool pool;
	struct evconnlistener *listener;
	struct event *retry; /* accepting again after a failure, or a batch */
	unsigned accepted;   /* of the batch */
	rpc_peer_fn *peer;
};

static int peer_of_socket(int fd, uid_t *uidp)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	*uidp = peer.uid;
	return 0;
}

/*
 * Some room stays free for root, who may have to stop what others only watch; and nobody else has
 * so much that there is none for others.
 */
static bool has_room_for(const struct rpc_server *server, uid_t uid)
{
	const struct connection_pool *pool = &server->pool;

	if (pool->count >= server->limits.connections)
		return false;
	return uid == 0 ||
	       (connection_pool_count_unprivileged(pool) <
			server->limits.connections - RPC_CONNECTIONS_RESERVED &&
		connection_pool_count_of(pool, uid) < server->limits.connections_of_one);
}

static void end_batch(struct rpc_server *server)
{
	static const struct timeval at_once = {0};

	evconnlistener_disable(server->listener);
	evtimer_add(server->retry, &at_once);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
		      int address_len, void *arg)
{
	struct rpc_server *server = arg;
	_close_ int owned_fd = fd;
	uid_t uid;
	int ret;

	(void)listener;
	(void)address;
	(void)address_len;
	if (++server->accepted == ACCEPT_BATCH)
		end_batch(server);
	ret = server->peer(fd, &uid);
	if (ret < 0) {
		errno = -ret;
		complaints_say(&server->pool.complaints,
			       "rpc: refused a client that nobody knows: %m");
	} else if (!has_room_for(server, uid)) {
		complaints_say(&server->pool.complaints,
			       "rpc: refused a client of uid %u: too many connections",
			       (unsigned)uid);
	} else if (connection_open(&server->pool, steal_fd(&owned_fd), uid) < 0) {
		complaints_say(&server->pool.complaints,
			       "rpc: refused a client of uid %u: no memory", (unsigned)uid);
	}
}

/* Most likely out of descriptors: the listener would fail again at once, and so for ever. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	static const struct timeval delay = {.tv_usec = ACCEPT_RETRY_US};
	struct rpc_server *server = arg;

	complaints_say(&server->pool.complaints, "rpc: cannot accept a client: %m");
	evconnlistener_disable(listener);
	evtimer_add(server->retry, &delay);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct rpc_server *server = arg;

	(void)fd;
	(void)what;
	server->accepted = 0;
	evconnlistener_enable(server->listener);
}

static void on_change(void *arg, const struct move *move)
{
	struct rpc_server *server = arg;

	(void)move;
	connection_pool_advance(&server->pool);
}

DEFINE_CLEANUP(struct rpc_server *, cleanup_server, rpc_server_free)

int rpc_server_new(const struct rpc_options *options, struct rpc_server **serverp)
{
	cleanup(cleanup_server) struct rpc_server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	server->peer = options->peer ? options->peer : peer_of_socket;
	server->limits = (struct rpc_limits){RPC_CONNECTIONS_MAX, RPC_CONNECTIONS_OF_ONE_MAX,
					     options->stall_ms ? options->stall_ms : RPC_STALL_MS};
	connection_pool_init(&server->pool, options->base, &options->service,
			     server->limits.stall_ms);
	if (evutil_make_socket_nonblocking(options->listen_fd) < 0)
		return -errno;
	server->retry = evtimer_new(options->base, on_retry, server);
	if (!server->retry)
		return -ENOMEM;
	/* a backlog of 0: it listens already */
	server->listener = evconnlistener_new(options->base, on_accept, server,
					      LEV_OPT_CLOSE_ON_EXEC, 0, options->listen_fd);
	if (!server->listener)
		return -ENOMEM;
	evconnlistener_set_error_cb(server->listener, on_accept_error);
	mover_set_watch(server->pool.service.mover, on_change, server);
	*serverp = steal_pointer(&server);
	return 0;
}

void rpc_server_set_limits(struct rpc_server *server, const struct rpc_limits *limits)
{
	server->limits = *limits;
	server->pool.stall_ms = limits->stall_ms;
}

void rpc_server_free(struct rpc_server *server)
{
	if (!server)
		return;
	mover_set_watch(server->pool.service.mover, NULL, NULL);
	connection_pool_deinit(&server->pool);
	if (server->listener)
		evconnlistener_free(server->listener);
	if (server->retry)
		event_free(server->retry);
	free(server);
}

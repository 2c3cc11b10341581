/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/follow.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>

#include "client/connection.h"
#include "client/deadline.h"
#include "client/report.h"
#include "client/request.h"
#include "common/cleanup.h"
#include "common/protocol.h"

struct follow {
	const struct client *client;
	const struct follower *follower;
	bool known;          /* the daemon was there before: worth waiting for */
	int64_t deadline_ms; /* up to which it is waited for; DEADLINE_NONE while it is there */
};

/* How long an answer may take: what is left for the daemon to come back, if it went away. */
static int answer_timeout_ms(const struct follow *follow)
{
	int left_ms = deadline_left_ms(follow->deadline_ms);

	if (left_ms < 0)
		return follow->client->reply_timeout_ms;
	return left_ms > 0 ? left_ms : 1;
}

static void note_return(struct follow *follow)
{
	follow->known = true;
	if (follow->deadline_ms == DEADLINE_NONE)
		return;
	follow->deadline_ms = DEADLINE_NONE;
	client_say(follow->client, "pvmoved is back");
}

/* What an interrupt comes to: -EINTR, which ends it, or what wake() returns. */
static int wake(const struct follow *follow)
{
	const struct follower *follower = follow->follower;

	return follower->wake ? follower->wake(follower->arg) : -EINTR;
}

/* connection_receive(), with what has to be done meanwhile. Returns 1 when that was enough. */
static int receive(const struct follow *follow, struct connection *connection, int timeout_ms,
		   struct reply *replyp)
{
	int ret;

	while ((ret = connection_receive(connection, timeout_ms, replyp)) == -EINTR) {
		ret = wake(follow);
		if (ret != 0)
			break;
	}
	return ret;
}

/*
 * Takes replies until it is enough (1), or something goes wrong (negative
 * errno; for an error of the daemon's 1 too, explained, with *codep set).
 */
static int take_replies(struct follow *follow, struct connection *connection, enum exit_code *codep)
{
	for (bool first = true;; first = false) {
		cleanup(reply_deinit) struct reply reply = {0};
		int ret =
			receive(follow, connection, first ? answer_timeout_ms(follow) : -1, &reply);

		if (ret != 0)
			return ret;
		note_return(follow);
		if (reply.error) {
			follow->follower->lose(follow->follower->arg);
			*codep = report_error(follow->client, reply.error, reply.parameters);
			return 1;
		}
		ret = follow->follower->take(follow->follower->arg,
					     json_object_object_get(reply.parameters, "moves"),
					     first);
		if (ret != 0)
			return ret;
		if (!reply.continues)
			return -ECONNRESET;
	}
}

static int follow_once(struct follow *follow, enum exit_code *codep)
{
	cleanup(connection_close) struct connection connection = {.fd = -1};
	int ret = connection_open(&connection, follow->client->socket_path,
				  follow->follower->interrupt_fd, answer_timeout_ms(follow));

	if (ret == 0)
		ret = connection_send(&connection, "List", request_new_id(follow->follower->id),
				      true);
	return ret < 0 ? ret : take_replies(follow, &connection, codep);
}

/* It is the daemon's absence, which may end, and not a thing that stays as it is. */
static bool is_absence(int error)
{
	switch (error) {
	case -EINTR:
	case -EBADMSG:
	case -EMSGSIZE:
	case -ENOMEM:
		return false;
	default:
		return true;
	}
}

/*
 * Waits before the next attempt. Returns 0, 1 when what woke it was enough, the error again when it
 * has lasted too long, or -EINTR.
 */
static int wait_for_return(struct follow *follow, int error)
{
	const struct client *client = follow->client;
	struct pollfd interrupt = {follow->follower->interrupt_fd, POLLIN, 0};

	if (follow->deadline_ms == DEADLINE_NONE) {
		follow->follower->lose(follow->follower->arg);
		client_say(client, "pvmoved went away; waiting up to %d s for it to come back",
			   client->reconnect_ms / 1000);
		follow->deadline_ms = deadline_after(client->reconnect_ms);
	}
	if (deadline_left_ms(follow->deadline_ms) == 0)
		return error;
	return poll(&interrupt, 1, client->retry_ms) > 0 ? wake(follow) : 0;
}

enum exit_code follow_moves(const struct client *client, const struct follower *follower)
{
	struct follow follow = {client, follower, follower->known, DEADLINE_NONE};

	for (;;) {
		enum exit_code code = EXIT_OK;
		int ret = follow_once(&follow, &code);

		if (ret > 0)
			return code;
		if (follow.known && is_absence(ret))
			ret = wait_for_return(&follow, ret);
		if (ret > 0)
			return EXIT_OK;
		if (ret == -EINTR)
			return EXIT_INTERRUPTED;
		if (ret == 0)
			continue;
		follower->lose(follower->arg);
		return report_connection(client, ret);
	}
}

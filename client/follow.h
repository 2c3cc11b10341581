/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Follows the daemon's stream of moves, and across a daemon that goes away and
 * comes back: a kill and restart costs the follower nothing.
 */

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* Who follows, and what. The functions are called with arg. */
struct follower {
	uint64_t id;      /* of the move; 0: all */
	bool known;       /* the daemon was there just now: wait for it from the start */
	int interrupt_fd; /* ends it once readable, unless wake() is there; −1: none */
	/*
	 * Takes a reply's list of moves; all: it holds all that are followed, and what was told
	 * before is void. The reply is the follower's to change and to keep references into.
	 * Returns 0 to go on, 1 when it is enough, -EBADMSG or -ENOMEM.
	 */
	int (*take)(void *arg, struct json_object *moves, bool all);
	/* The stream is lost, and a message about that comes next; may be called again. */
	void (*lose)(void *arg);
	void *arg;
	/* NULL, or what is done when interrupt_fd is readable. Returns as take(). */
	int (*wake)(void *arg);
};

/*
 * Blocks until take() or wake() has enough (EXIT_OK) or there is no going on, which it
 * then has explained; or until interrupted (EXIT_INTERRUPTED), which it has not.
 */
enum exit_code follow_moves(const struct client *client, const struct follower *follower);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One call of the daemon, and its one answer. */

#include "client/client.h"
#include "client/connection.h"
#include "client/moves.h"

struct json_object;

/*
 * Calls a method, consuming the parameters. Blocks for as long as the client's patience for a
 * reply. Returns EXIT_OK and an owned reply that is no error, or why there is none, said already.
 */
enum exit_code call_daemon(const struct client *client, const char *method,
			   struct json_object *parameters, struct reply *replyp);

/*
 * Asks for all moves (id 0), or for one. Their texts are clean unless they are wanted as JSON.
 * Returns as call_daemon() does, with the moves, empty before, the caller's too.
 */
enum exit_code call_list_moves(const struct client *client, uint64_t id, bool as_json,
			       struct reply *replyp, struct moves *moves);

/* Prints the answer as it came. */
enum exit_code call_print_json(const struct client *client, const struct reply *reply);

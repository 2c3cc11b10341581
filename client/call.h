/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One call of the daemon, and its one answer. */

#include "client/client.h"
#include "client/connection.h"

struct json_object;

/*
 * Calls a method, consuming the parameters. Blocks for as long as the client's patience for a
 * reply. Returns EXIT_OK and an owned reply that is no error, or why there is none, said already.
 */
enum exit_code call_daemon(const struct client *client, const char *method,
			   struct json_object *parameters, struct reply *replyp);

/* Prints the answer as it came. */
enum exit_code call_print_json(const struct client *client, const struct reply *reply);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What every command is given: where the daemon is, where output goes, and how
 * long to be patient. Data goes to out, and all else to err.
 */

#include <stdbool.h>
#include <stdio.h>

#include "client/exit.h"

struct json_object;

struct client {
	const char *socket_path;
	FILE *out, *err;
	int terminal_fd; /* the terminal that out is, or −1 */
	bool colour;
	bool json;            /* errors are written to out, too, as documents */
	bool utf8;            /* more than ASCII can be shown */
	int reply_timeout_ms; /* for the daemon's answer to a call */
	int reconnect_ms;     /* while following moves: for a daemon that went away to come back */
	int retry_ms;         /* between two attempts at that */
};

/* Columns and lines of the terminal that out is, as of now; 0 where out is none. */
struct client_size {
	unsigned columns, lines;
};
struct client_size client_size(const struct client *client);

/*
 * Writes "pvmovectl: ", the message cleaned of control characters, and a line
 * feed to err.
 */
__attribute__((format(printf, 2, 3))) void client_say(const struct client *client,
						      const char *format, ...);

/* The same as the last that a command does: `return client_fail(client, code, …)`. */
#define client_fail(client, code, ...) (client_say((client), __VA_ARGS__), (code))

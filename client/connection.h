/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One Varlink connection: sends calls and receives replies, each within a time.
 * What it receives is checked to be a reply; what the reply says is not its
 * business. Whatever fails, the connection is then of no more use, but for
 * a wait that was interrupted or too long.
 */

#include <stdbool.h>

#include "common/frame.h"

struct json_object;

/* Embedded by its owner; the fields are its own. Unused: fd −1. */
struct connection {
	int fd;
	int interrupt_fd;
	struct frame_reader reader;
};

struct reply {
	struct json_object *message;
	struct json_object *parameters; /* in message; an object */
	const char *error;              /* in message; NULL: the call went well */
	bool continues;                 /* more replies follow */
};

/* For cleanup(); a reply of zeroes is fine. */
void reply_deinit(struct reply *reply);

/*
 * Connects. interrupt_fd, borrowed, ends every wait for a reply with -EINTR
 * once it is readable; −1: none. Returns 0, -ENAMETOOLONG, -EAGAIN when
 * connecting took longer than the timeout, or what the system said.
 */
int connection_open(struct connection *connection, const char *path, int interrupt_fd,
		    int timeout_ms);
void connection_close(struct connection *connection);

/*
 * Calls a method of our interface. Consumes the parameters (NULL: there was no
 * memory for them). more: many replies are welcome. Returns 0, -E2BIG for a call
 * larger than the daemon takes, -ENOMEM, or what the system said.
 */
int connection_send(struct connection *connection, const char *method,
		    struct json_object *parameters, bool more);

/*
 * Waits for a reply, at most timeout_ms (−1: for ever) in all. Returns 0 and an
 * owned reply; -EINTR when interrupted; -ETIMEDOUT; -ECONNRESET when the other
 * side hung up; -EBADMSG for what is not a reply; -EMSGSIZE for one that is too long;
 * -ENOMEM; or what the system said.
 */
int connection_receive(struct connection *connection, int timeout_ms, struct reply *replyp);

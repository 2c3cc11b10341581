/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Child processes run in the event loop: each in a session of its own, with a
 * clean environment, no descriptors but the standard ones, bounded output and
 * a deadline. Knows nothing of LVM.
 *
 * Output goes to sealed memory files instead of pipes: nothing has to be
 * drained, a flood stops at the bound, and a child that outlives us is not
 * killed by SIGPIPE.
 */

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most of stdout and of stderr that is kept, in bytes. */
#define COMMAND_OUTPUT_MAX ((size_t)16 * 1024 * 1024)
#define COMMAND_ERRORS_MAX ((size_t)4096)

struct commands;
struct command;

struct command_spec {
	const char *const *argv; /* argv[0] is a path; ended by NULL */
	/*
	 * Becomes the child's stdin; -1: /dev/null. LVM's tools close every other
	 * descriptor they inherit (lvm2 2.03.16), so a lock that the child shall keep
	 * when we die goes here.
	 */
	int stdin_fd;
	bool writes; /* is never killed, whatever happens */
	uint32_t timeout_ms;
};

/*
 * code: 0: exited with status 0; -EIO: otherwise; -ETIMEDOUT: killed, or one that writes
 * left running; -EMSGSIZE: more output than is kept. errors: printable text,
 * what the child wrote to stderr or, when that is nothing, how it ended; "" on success.
 * Both texts are borrowed for the call and end with NUL.
 */
struct command_result {
	int code;
	const char *output;
	size_t output_len;
	const char *errors;
};

typedef void command_done_fn(void *arg, const struct command_result *result);

/* Owns the children of one event loop. Returns NULL without memory. */
struct commands *commands_new(struct event_base *base);
/* Kills the children that only read, leaves those that write, and forgets all. */
void commands_free(struct commands *commands);

/*
 * Starts a child. done is called once, from the event loop; the command is
 * gone then. Returns 0 or a negative errno.
 */
int command_start(struct commands *commands, const struct command_spec *spec, command_done_fn *done,
		  void *arg, struct command **commandp);

/* Gives up a command before done was called: a child that only reads is killed. */
void command_cancel(struct command *command);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/command.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/queue.h>
#include <sys/wait.h>

#include "common/cleanup.h"

struct command {
	TAILQ_ENTRY(command) link;
	struct commands *commands;
	command_done_fn *done; /* NULL once it is not to be called any more */
	void *arg;
	char *name; /* for messages: the path and first argument */
	bool writes;
	uint32_t timeout_ms;
	pid_t pid;
	int pid_fd;
	int output_fd;
	int errors_fd;
	struct event *exit_event;
	struct event *deadline;
};

struct commands {
	struct event_base *base;
	TAILQ_HEAD(, command) running;
};

struct commands *commands_new(struct event_base *base)
{
	struct commands *commands = calloc(1, sizeof(*commands));

	if (!commands)
		return NULL;
	commands->base = base;
	TAILQ_INIT(&commands->running);
	return commands;
}

static void command_free(struct command *command)
{
	if (command->exit_event)
		event_free(command->exit_event);
	if (command->deadline)
		event_free(command->deadline);
	cleanup_closep(&command->pid_fd);
	cleanup_closep(&command->output_fd);
	cleanup_closep(&command->errors_fd);
	free(command->name);
	free(command);
}

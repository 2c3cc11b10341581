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

/* A child that is not asked about any more stays until it ends, to be reaped. */
static void command_forget(struct command *command)
{
	command->done = NULL;
	event_del(command->deadline);
	if (!command->writes)
		kill(command->pid, SIGKILL);
}

void command_cancel(struct command *command)
{
	command_forget(command);
}

void commands_free(struct commands *commands)
{
	struct command *command;

	if (!commands)
		return;
	while ((command = TAILQ_FIRST(&commands->running))) {
		TAILQ_REMOVE(&commands->running, command, link);
		if (!command->writes)
			kill(command->pid, SIGKILL);
		/* What has not ended yet is reaped by init, after us. */
		waitpid(command->pid, NULL, WNOHANG);
		command_free(command);
	}
	free(commands);
}

/* Owned text of what a child wrote into one of the memory files, or NULL. */
static char *read_back(int fd, size_t *lenp)
{
	/* The child moved the offset, which is ours too. */
	off_t len = lseek(fd, 0, SEEK_CUR);
	char *text = len < 0 ? NULL : malloc((size_t)len + 1);
	ssize_t count;

	if (!text)
		return NULL;
	count = pread(fd, text, (size_t)len, 0);
	*lenp = count < 0 ? 0 : (size_t)count;
	text[*lenp] = '\0';
	return text;
}

/* Takes what is no text out of a message, and blanks from its ends. */
static const char *clean_message(char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			text[i] = '?';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static void describe_end(const struct command *command, bool timed_out, int status, char *text,
			 size_t size)
{
	if (timed_out)
		snprintf(text, size, "%s took longer than %.1f s", command->name,
			 command->timeout_ms / 1000.0);
	else if (WIFSIGNALED(status))
		snprintf(text, size, "%s was killed by signal %d", command->name, WTERMSIG(status));
	else
		snprintf(text, size, "%s ended with status %d", command->name, WEXITSTATUS(status));
}

/* Tells whoever asked. The callback may free all commands: nothing is touched after it. */
static void command_finish(struct command *command, int code, int status)
{
	struct command_result result = {.code = code, .errors = "", .output = ""};
	command_done_fn *done = command->done;
	void *arg = command->arg;
	_free_ char *output = NULL;
	_free_ char *errors = NULL;
	char end[256];
	size_t errors_len = 0;

	output = read_back(command->output_fd, &result.output_len);
	errors = read_back(command->errors_fd, &errors_len);
	if (!output || !errors)
		result.code = -ENOMEM;
	else if (result.code == 0 && result.output_len == COMMAND_OUTPUT_MAX)
		result.code = -EMSGSIZE;
	if (output)
		result.output = output;
	describe_end(command, code == -ETIMEDOUT, status, end, sizeof(end));
	if (errors && result.code < 0)
		result.errors = clean_message(errors, errors_len);
	if (result.code < 0 && !*result.errors)
		result.errors = end;
	if (code == -ETIMEDOUT) {
		command_forget(command);
	} else {
		TAILQ_REMOVE(&command->commands->running, command, link);
		command_free(command);
	}
	done(arg, &result);
}

static void on_exit_event(evutil_socket_t fd, short events, void *arg)
{
	struct command *command = arg;
	int status = -1;

	(void)fd;
	(void)events;
	waitpid(command->pid, &status, WNOHANG);
	if (command->done) {
		command_finish(command, status == 0 ? 0 : -EIO, status);
		return;
	}
	TAILQ_REMOVE(&command->commands->running, command, link);
	command_free(command);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	command_finish(arg, -ETIMEDOUT, 0);
}

/* A memory file that takes so many bytes and no more. */
static int new_output(const char *name, off_t max_bytes, int *fdp)
{
	_close_ int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, max_bytes) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0)
		return -errno;
	*fdp = steal_fd(&fd);
	return 0;
}

/* Says where the child's descriptors come from. posix_spawn functions return positive errnos. */
static int set_actions(posix_spawn_file_actions_t *actions, const struct command *command,
		       int stdin_fd)
{
	int r;

	if (stdin_fd < 0)
		r = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	else
		r = posix_spawn_file_actions_adddup2(actions, stdin_fd, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, command->output_fd, 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, command->errors_fd, 2);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	return r;
}

/* A session of its own: the terminal's ^C is meant for us. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t signals;
	int r;

	r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
							 POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&signals);
	if (r == 0)
		r = posix_spawnattr_setsigmask(attributes, &signals);
	sigfillset(&signals);
	return r == 0 ? posix_spawnattr_setsigdefault(attributes, &signals) : r;
}

static int spawn(struct command *command, const struct command_spec *spec)
{
	/* Messages are matched and shown: always in English. */
	static const char *const environment[] = {
		"LC_ALL=C",
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		NULL,
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	r = posix_spawn_file_actions_init(&actions);
	if (r != 0)
		return -r;
	r = posix_spawnattr_init(&attributes);
	if (r != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return -r;
	}
	r = set_actions(&actions, command, spec->stdin_fd);
	if (r == 0)
		r = set_attributes(&attributes);
	if (r == 0)
		r = posix_spawn(&command->pid, spec->argv[0], &actions, &attributes,
				(char *const *)spec->argv, (char *const *)environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Watches the child that was started. */
static int watch(struct command *command)
{
	struct event_base *base = command->commands->base;
	struct timeval timeout = {
		.tv_sec = command->timeout_ms / 1000,
		.tv_usec = (suseconds_t)(command->timeout_ms % 1000) * 1000,
	};

	command->pid_fd = pidfd_open(command->pid, 0);
	if (command->pid_fd < 0)
		return -errno;
	command->exit_event = event_new(base, command->pid_fd, EV_READ, on_exit_event, command);
	if (!command->exit_event || event_add(command->exit_event, NULL) < 0 ||
	    event_add(command->deadline, &timeout) < 0)
		return -ENOMEM;
	return 0;
}

static int prepare(struct command *command, const struct command_spec *spec)
{
	const char *slash = strrchr(spec->argv[0], '/');
	int r;

	if (asprintf(&command->name, "%s %s", slash ? slash + 1 : spec->argv[0],
		     spec->argv[1] ? spec->argv[1] : "") < 0) {
		command->name = NULL;
		return -ENOMEM;
	}
	command->deadline = event_new(command->commands->base, -1, 0, on_deadline, command);
	if (!command->deadline)
		return -ENOMEM;
	r = new_output("stdout", COMMAND_OUTPUT_MAX, &command->output_fd);
	return r < 0 ? r : new_output("stderr", COMMAND_ERRORS_MAX, &command->errors_fd);
}

int command_start(struct commands *commands, const struct command_spec *spec, command_done_fn *done,
		  void *arg, struct command **commandp)
{
	struct command *command = calloc(1, sizeof(*command));
	int r;

	if (!command)
		return -ENOMEM;
	*command = (struct command){
		.commands = commands,
		.done = done,
		.arg = arg,
		.writes = spec->writes,
		.timeout_ms = spec->timeout_ms,
		.pid_fd = -1,
		.output_fd = -1,
		.errors_fd = -1,
	};
	r = prepare(command, spec);
	if (r == 0)
		r = spawn(command, spec);
	if (r < 0) {
		command_free(command);
		return r;
	}
	r = watch(command);
	if (r < 0) {
		/* Nobody would learn of its end; vgcfgrestore leaves old or new metadata. */
		kill(command->pid, SIGKILL);
		waitpid(command->pid, NULL, 0);
		command_free(command);
		return r;
	}
	TAILQ_INSERT_TAIL(&commands->running, command, link);
	*commandp = command;
	return 0;
}

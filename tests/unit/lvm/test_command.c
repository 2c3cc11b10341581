/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/command.h"
#include "tests/unit/lvm/folder.h"
#include "tests/unit/lvm/loop.h"

#define LONG_MS  30000
#define SHORT_MS 50

struct fixture {
	struct event_base *base;
	struct commands *commands;
	struct command *command;
	char *dir;
	/* What became of the command. */
	bool done;
	int code;
	char *output;
	size_t output_len;
	char *errors;
	bool free_in_callback;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->base = event_base_new();
	fixture->commands = commands_new(fixture->base);
	fixture->dir = folder_make();
	assert_non_null(fixture->commands);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	commands_free(fixture->commands);
	event_base_free(fixture->base);
	folder_remove(fixture->dir);
	free(fixture->output);
	free(fixture->errors);
	free(fixture);
	return 0;
}

static void on_done(void *arg, const struct command_result *result)
{
	struct fixture *fixture = arg;

	assert_false(fixture->done);
	fixture->done = true;
	fixture->code = result->code;
	fixture->output = malloc(result->output_len + 1);
	assert_non_null(fixture->output);
	memcpy(fixture->output, result->output, result->output_len + 1);
	fixture->output_len = result->output_len;
	fixture->errors = strdup(result->errors);
	if (fixture->free_in_callback) {
		commands_free(fixture->commands);
		fixture->commands = NULL;
	}
}

/* Starts `sh -c script`. The script's $0 is the fixture's folder. */
static void start(struct fixture *fixture, const char *script, struct command_spec spec)
{
	const char *const argv[] = {"/bin/sh", "-c", script, fixture->dir, NULL};

	spec.argv = argv;
	assert_int_equal(
		command_start(fixture->commands, &spec, on_done, fixture, &fixture->command), 0);
	assert_false(fixture->done);
}

static void run(struct fixture *fixture, const char *script)
{
	start(fixture, script, (struct command_spec){.stdin_fd = -1, .timeout_ms = LONG_MS});
	loop_until(fixture->base, &fixture->done);
}

static const struct command_spec reader = {.stdin_fd = -1, .timeout_ms = SHORT_MS};
static const struct command_spec writer = {.stdin_fd = -1, .timeout_ms = SHORT_MS, .writes = true};

/*
 * A pipe (as a FIFO, for no descriptor is inherited): the child writes its PID
 * to it and, as long as it lives, holds it open.
 */
static int open_life_line(const struct fixture *fixture)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/life", fixture->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Blocks until something was written to the pipe, or all its writers are dead. */
static short wait_life_line(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&pollfd, 1, 30000), 1);
	return pollfd.revents;
}

static pid_t read_pid(int fd)
{
	char text[32] = "";
	ssize_t len;

	assert_true(wait_life_line(fd) & POLLIN);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len > 0);
	return (pid_t)strtol(text, NULL, 10);
}

static bool is_dead(int fd)
{
	char byte;

	return (wait_life_line(fd) & POLLHUP) && read(fd, &byte, 1) == 0;
}

#define HOLD_LIFE_LINE "exec 7>$0/life; echo $$ >&7; "

static void output_is_kept_and_errors_are_not_shown_on_success(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "echo out; echo warning >&2; echo more");
	assert_int_equal(fixture->code, 0);
	assert_string_equal(fixture->output, "out\nmore\n");
	assert_string_equal(fixture->errors, "");
}

static void what_a_failed_command_said_is_the_message(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "echo out; printf '\\n  no such\\tVG\\033[1m \\n  at all\\n\\n' >&2; exit 5");
	assert_int_equal(fixture->code, -EIO);
	assert_string_equal(fixture->output, "out\n");
	assert_string_equal(fixture->errors, "no such?VG?[1m \n  at all");
}

static void a_command_that_fails_without_a_word_is_described(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "exit 5");
	assert_int_equal(fixture->code, -EIO);
	assert_string_equal(fixture->errors, "sh -c ended with status 5");
}

static void a_command_that_was_killed_is_described(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "kill -KILL $$");
	assert_int_equal(fixture->code, -EIO);
	assert_string_equal(fixture->errors, "sh -c was killed by signal 9");
}

static void a_program_that_is_not_there_does_not_start(void **state)
{
	static const char *const argv[] = {"/no/such/program", NULL};
	struct fixture *fixture = *state;
	struct command_spec spec = reader;

	spec.argv = argv;
	assert_int_equal(
		command_start(fixture->commands, &spec, on_done, fixture, &fixture->command),
		-ENOENT);
	loop_once(fixture->base);
	assert_false(fixture->done);
}

static void a_child_has_nothing_of_ours(void **state)
{
	struct fixture *fixture = *state;
	_close_ int leak = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */

	assert_true(leak > 2);
	setenv("LVM_SYSTEM_DIR", "/nowhere", 1);
	setenv("LC_ALL", "xx_XX", 1);
	run(fixture, "env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=' | sort;"
		     "ls /proc/self/fd | tr '\\n' ' '; cat; "
		     "[ $(ps -o sid= -p $$) = $$ ] && echo own session");
	unsetenv("LVM_SYSTEM_DIR");
	unsetenv("LC_ALL");
	/* 3 is ls's own. */
	assert_string_equal(fixture->output, "LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
					     "0 1 2 3 own session\n");
}

static void a_child_inherits_the_stdin_it_is_given(void **state)
{
	struct fixture *fixture = *state;
	struct command_spec spec = reader;
	_close_ int fd = -1;
	char path[256];

	folder_write(fixture->dir, "words\n", "in");
	snprintf(path, sizeof(path), "%s/in", fixture->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	spec.stdin_fd = fd;
	spec.timeout_ms = LONG_MS;
	start(fixture, "cat", spec);
	loop_until(fixture->base, &fixture->done);
	assert_string_equal(fixture->output, "words\n");
	/* It is still ours, too. */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), strlen("words\n"));
}

static void signals_that_we_block_or_ignore_are_not_blocked_in_a_child(void **state)
{
	struct fixture *fixture = *state;
	sigset_t signals, before;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	signal(SIGPIPE, SIG_IGN);
	run(fixture, "kill -TERM $$; echo survived");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(fixture->code, -EIO);
	assert_string_equal(fixture->output, "");
}

static void a_reader_is_killed_at_its_deadline(void **state)
{
	struct fixture *fixture = *state;
	_close_ int life = open_life_line(fixture);

	start(fixture, HOLD_LIFE_LINE "while :; do read line </dev/zero; done", reader);
	read_pid(life);
	loop_until(fixture->base, &fixture->done);
	assert_int_equal(fixture->code, -ETIMEDOUT);
	assert_string_equal(fixture->errors, "sh -c took longer than 0.1 s");
	assert_true(is_dead(life));
	/* It is reaped when the loop gets to know. */
	loop_once(fixture->base);
}

static void a_writer_is_left_alone_at_its_deadline(void **state)
{
	struct fixture *fixture = *state;
	_close_ int life = open_life_line(fixture);
	pid_t pid;

	start(fixture, HOLD_LIFE_LINE "trap 'echo end >&7; exit' USR1; while :; do :; done",
	      writer);
	pid = read_pid(life);
	loop_until(fixture->base, &fixture->done);
	assert_int_equal(fixture->code, -ETIMEDOUT);
	assert_int_equal(kill(pid, 0), 0);
	/* It ends by itself, and nobody is told a second time. */
	kill(pid, SIGUSR1);
	while (!is_dead(life))
		;
	while (kill(pid, 0) == 0)
		event_base_loop(fixture->base, EVLOOP_ONCE);
}

static void a_reader_that_is_given_up_is_killed_and_not_heard_of(void **state)
{
	struct fixture *fixture = *state;
	_close_ int life = open_life_line(fixture);

	start(fixture, HOLD_LIFE_LINE "while :; do :; done", reader);
	read_pid(life);
	command_cancel(fixture->command);
	assert_true(is_dead(life));
	loop_once(fixture->base);
	assert_false(fixture->done);
}

static void when_all_is_freed_readers_are_killed_and_writers_are_not(void **state)
{
	static const char script[] =
		HOLD_LIFE_LINE "trap 'exit' USR1; echo word; while :; do :; done";
	struct fixture *fixture = *state;
	_close_ int life = open_life_line(fixture);
	pid_t pid;

	start(fixture, script, writer);
	pid = read_pid(life);
	start(fixture, "while :; do :; done", reader);
	commands_free(fixture->commands);
	fixture->commands = NULL;
	loop_once(fixture->base);
	assert_false(fixture->done);
	assert_int_equal(kill(pid, 0), 0);
	kill(pid, SIGUSR1);
	assert_true(is_dead(life));
}

static void a_callback_may_free_all(void **state)
{
	struct fixture *fixture = *state;

	fixture->free_in_callback = true;
	run(fixture, "echo words");
	assert_string_equal(fixture->output, "words\n");
}

static void a_callback_may_free_all_at_a_deadline(void **state)
{
	struct fixture *fixture = *state;

	fixture->free_in_callback = true;
	start(fixture, "while :; do :; done", reader);
	loop_until(fixture->base, &fixture->done);
	assert_int_equal(fixture->code, -ETIMEDOUT);
}

static void a_flood_of_output_stops_at_the_bound(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "head -c 20000000 /dev/zero; exit 0");
	assert_int_equal(fixture->code, -EMSGSIZE);
	assert_int_equal(fixture->output_len, COMMAND_OUTPUT_MAX);
}

static void a_flood_of_errors_is_cut(void **state)
{
	struct fixture *fixture = *state;

	run(fixture, "yes 2>/dev/null | head -c 100000 | tr '\\n' x >&2; exit 5");
	assert_int_equal(fixture->code, -EIO);
	assert_int_equal(strlen(fixture->errors), COMMAND_ERRORS_MAX);
}

static void many_commands_run_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct fixture others[20] = {0};

	for (size_t i = 0; i < 20; i++) {
		others[i].commands = fixture->commands;
		others[i].dir = fixture->dir;
		start(&others[i], "echo words; exit 0",
		      (struct command_spec){.stdin_fd = -1, .timeout_ms = LONG_MS});
	}
	for (size_t i = 0; i < 20; i++) {
		loop_until(fixture->base, &others[i].done);
		assert_int_equal(others[i].code, 0);
		assert_string_equal(others[i].output, "words\n");
		free(others[i].output);
		free(others[i].errors);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_is_kept_and_errors_are_not_shown_on_success),
		TEST(what_a_failed_command_said_is_the_message),
		TEST(a_command_that_fails_without_a_word_is_described),
		TEST(a_command_that_was_killed_is_described),
		TEST(a_program_that_is_not_there_does_not_start),
		TEST(a_child_has_nothing_of_ours),
		TEST(a_child_inherits_the_stdin_it_is_given),
		TEST(signals_that_we_block_or_ignore_are_not_blocked_in_a_child),
		TEST(a_reader_is_killed_at_its_deadline),
		TEST(a_writer_is_left_alone_at_its_deadline),
		TEST(a_reader_that_is_given_up_is_killed_and_not_heard_of),
		TEST(when_all_is_freed_readers_are_killed_and_writers_are_not),
		TEST(a_callback_may_free_all),
		TEST(a_callback_may_free_all_at_a_deadline),
		TEST(a_flood_of_output_stops_at_the_bound),
		TEST(a_flood_of_errors_is_cut),
		TEST(many_commands_run_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

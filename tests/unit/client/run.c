/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/commands.h"
#include "common/cleanup.h"

/* As long as a test can wait. */
#define PATIENCE_MS        10000

#define DIRECTORY_TEMPLATE "/tmp/pvmovectl-test-XXXXXX"

static int split(char *line, char *words[RUN_WORDS_MAX])
{
	static char program[] = "pvmovectl";
	int count = 0;

	words[count++] = program;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		assert_true(count + 1 < RUN_WORDS_MAX);
		words[count++] = word;
	}
	words[count] = NULL;
	return count;
}

/* The terminal's two sides; all −1 for none. */
struct terminal {
	int master, slave;
};

static struct terminal open_terminal(const struct run_setup *setup)
{
	struct winsize size = {.ws_col = setup->columns, .ws_row = setup->lines};
	struct terminal terminal = {-1, -1};

	if (setup->columns > 0)
		assert_int_equal(openpty(&terminal.master, &terminal.slave, NULL, NULL, &size), 0);
	return terminal;
}

static void close_terminal(const struct terminal *terminal)
{
	if (terminal->slave < 0)
		return;
	close(terminal->master);
	close(terminal->slave);
}

struct run run_client_with(const struct run_setup *setup, const char *line,
			   const struct fake_step *script)
{
	char directory[] = DIRECTORY_TEMPLATE, socket_path[sizeof(directory) + 8];
	struct terminal terminal = open_terminal(setup);
	_free_ char *copy = strdup(line);
	char *words[RUN_WORDS_MAX];
	int count = split(copy, words);
	struct fake_daemon *fake = NULL;
	struct run run = {0};
	size_t out_len, err_len;
	struct client client = {
		.socket_path = socket_path,
		.out = open_memstream(&run.out, &out_len),
		.err = open_memstream(&run.err, &err_len),
		.terminal_fd = terminal.slave,
		.reply_timeout_ms = setup->reply_ms ? setup->reply_ms : PATIENCE_MS,
		.reconnect_ms = setup->reconnect_ms ? setup->reconnect_ms : PATIENCE_MS,
		.retry_ms = 1,
	};

	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	if (script)
		fake = fake_daemon_start(socket_path, script);
	run.code = commands_run(&client, count, words);
	fclose(client.out);
	fclose(client.err);
	if (fake)
		fake_daemon_finish(fake);
	rmdir(directory);
	close_terminal(&terminal);
	return run;
}

struct run run_client(const char *line, const struct fake_step *script)
{
	return run_client_with(&(struct run_setup){0}, line, script);
}

void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
}

void run_expect(const char *line, const struct fake_step *script, enum exit_code code,
		const char *out, const char *err)
{
	struct run run = run_client(line, script);

	assert_string_equal(run.err, err);
	assert_string_equal(run.out, out);
	assert_int_equal(run.code, code);
	run_free(&run);
}

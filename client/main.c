/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/commands.h"
#include "common/protocol.h"

/* The daemon's own deadlines on LVM's commands are shorter than this. */
#define REPLY_TIMEOUT_MS (120 * 1000)
#define RECONNECT_MS     (30 * 1000)
#define RETRY_MS         200

/* A variable of the environment, where an empty one is none. */
static const char *get_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* Whether standard output is a terminal that lines can be redrawn on. */
static bool output_is_terminal(void)
{
	const char *kind = get_variable("TERM");

	return isatty(STDOUT_FILENO) && kind && strcmp(kind, "dumb") != 0;
}

static bool locale_is_utf8(void)
{
	return setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int main(int argc, char *argv[])
{
	bool is_terminal = output_is_terminal();
	struct client client = {
		.socket_path = PROTOCOL_SOCKET_PATH,
		.out = stdout,
		.err = stderr,
		.terminal_fd = is_terminal ? STDOUT_FILENO : -1,
		.colour = is_terminal && !get_variable("NO_COLOR"),
		.utf8 = locale_is_utf8(),
		.reply_timeout_ms = REPLY_TIMEOUT_MS,
		.reconnect_ms = RECONNECT_MS,
		.retry_ms = RETRY_MS,
	};

	return (int)commands_run(&client, argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pvmovectl makes of a daemon's replies. The first line is its command line, each line after
 * that a message of the daemon's, which then hangs up; a second connection gets the same once more.
 * Whatever is said, the command ends with a status that is documented, and writes nothing that
 * commands a terminal.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/commands.h"
#include "common/cleanup.h"
#include "tests/fuzz/input.h"

#define WORDS_MAX 16

/* What the daemon says, and how often it still can be connected to. */
static const char *said;
static size_t said_bytes;
static unsigned lives;

/* Connects to a daemon that has said all already. */
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	static int daemon_fd = -1;
	int fds[2];

	(void)address;
	(void)size;
	if (daemon_fd >= 0)
		close(steal_fd(&daemon_fd));
	if (lives == 0) {
		errno = ECONNREFUSED;
		return -1;
	}
	lives--;
	CLAIM(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	CLAIM(send(fds[1], said, said_bytes, MSG_DONTWAIT) == (ssize_t)said_bytes || !said_bytes);
	CLAIM(shutdown(fds[1], SHUT_WR) == 0);
	CLAIM(dup2(fds[0], fd) == fd);
	close(fds[0]);
	daemon_fd = fds[1];
	return 0;
}

/* Bytes of the colour, or the end of one, that the text begins with, or 0. Asked for by --color. */
static size_t colour_len(const char *text)
{
	static const char *const escapes[] = {"\033[31m", "\033[32m", "\033[33m", "\033[0m"};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (strncmp(text, escapes[i], strlen(escapes[i])) == 0)
			return strlen(escapes[i]);
	return 0;
}

/* Line feeds and colours apart there is no control character, of C0 or C1, and no DEL. */
static void check_output(const char *text, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char c;

		for (size_t len; (len = colour_len(text + i)) > 0;)
			i += len;
		if (i == len_bytes)
			break;
		c = (unsigned char)text[i];

		CLAIM(c >= ' ' || c == '\n');
		CLAIM(c != 0x7f);
		CLAIM(c != 0xc2 || ((unsigned char)text[i + 1] & 0xe0) != 0x80);
	}
}

static bool is_documented(int code)
{
	return (code >= EXIT_OK && code <= EXIT_NOT_AS_AWAITED) || code == EXIT_INTERRUPTED;
}

static int split(char *line, char *words[WORDS_MAX])
{
	static char program[] = "pvmovectl";
	int count = 0;

	words[count++] = program;
	for (char *word = strtok(line, " "); word && count + 1 < WORDS_MAX;
	     word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static void run(char *line)
{
	char *words[WORDS_MAX], *out = NULL, *err = NULL;
	size_t out_bytes, err_bytes;
	struct client client = {
		.socket_path = "/run/pvmoved.fuzz",
		.out = open_memstream(&out, &out_bytes),
		.err = open_memstream(&err, &err_bytes),
		.terminal_fd = -1,
		.reply_timeout_ms = 1000,
		.reconnect_ms = 0,
		.retry_ms = 0,
	};
	int count = split(line, words);

	CLAIM(is_documented(commands_run(&client, count, words)));
	fclose(client.out);
	fclose(client.err);
	check_output(out, out_bytes);
	check_output(err, err_bytes);
	free(out);
	free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct input input = input_begin(bytes, len_bytes);
	_free_ char *line = input_line(&input, NULL);
	_free_ char *rest = input_rest(&input, &said_bytes);

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < said_bytes; i++)
		if (rest[i] == '\n')
			rest[i] = '\0';
	said = rest;
	lives = 2;
	if (line)
		run(line);
	return 0;
}

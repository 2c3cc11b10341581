/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "sample.h"

/* Longest wait for the client to do its part. */
#define PATIENCE_MS 20000

struct fake_daemon {
	const char *path;
	const struct fake_step *script;
	pthread_t thread;
	int listener, peer;
	char failure[1024]; /* "": none */
};

static bool is_ready(int fd, short events)
{
	struct pollfd poll_fd = {fd, events, 0};

	return poll(&poll_fd, 1, PATIENCE_MS) > 0;
}

static void make_socket(struct fake_daemon *fake)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fake->path);
	unlink(fake->path);
	fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fake->listener < 0 ||
	    bind(fake->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fake->listener, 8) < 0)
		snprintf(fake->failure, sizeof(fake->failure), "no socket at %s", fake->path);
}

static void hang_up(struct fake_daemon *fake)
{
	if (fake->peer >= 0)
		close(steal_fd(&fake->peer));
}

static void go_away(struct fake_daemon *fake)
{
	hang_up(fake);
	unlink(fake->path);
	if (fake->listener >= 0)
		close(steal_fd(&fake->listener));
}

static void accept_peer(struct fake_daemon *fake)
{
	if (fake->peer < 0 && is_ready(fake->listener, POLLIN))
		fake->peer = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Receives up to the NUL; calls are not sent ahead of their turn. */
static bool receive_call(struct fake_daemon *fake, char *call, size_t size_bytes)
{
	size_t len_bytes = 0;

	accept_peer(fake);
	while (len_bytes < size_bytes) {
		ssize_t got;

		if (fake->peer < 0 || !is_ready(fake->peer, POLLIN))
			return false;
		got = recv(fake->peer, call + len_bytes, size_bytes - len_bytes, 0);
		if (got <= 0)
			return false;
		len_bytes += (size_t)got;
		if (call[len_bytes - 1] == '\0')
			return true;
	}
	return false;
}

static void expect_call(struct fake_daemon *fake, const char *text)
{
	_free_ char *expected = sample_quote(text);
	char call[4096];

	if (!receive_call(fake, call, sizeof(call)))
		snprintf(fake->failure, sizeof(fake->failure), "no call with %s", text);
	else if (!strstr(call, expected))
		snprintf(fake->failure, sizeof(fake->failure), "%s not in %.512s", expected, call);
}

static bool send_text(struct fake_daemon *fake, const char *text, size_t nul_bytes)
{
	_free_ char *quoted = sample_quote(text);
	size_t len_bytes = strlen(quoted) + nul_bytes;

	return send(fake->peer, quoted, len_bytes, MSG_NOSIGNAL) == (ssize_t)len_bytes;
}

static void await_eof(struct fake_daemon *fake)
{
	char byte;

	accept_peer(fake);
	if (!is_ready(fake->peer, POLLIN) || recv(fake->peer, &byte, 1, 0) > 0)
		snprintf(fake->failure, sizeof(fake->failure), "the client did not hang up");
	hang_up(fake);
}

static void play_step(struct fake_daemon *fake, const struct fake_step *step)
{
	switch (step->action) {
	case FAKE_EXPECT:
		expect_call(fake, step->text);
		break;
	case FAKE_SEND:
		if (!send_text(fake, step->text, 1))
			snprintf(fake->failure, sizeof(fake->failure), "cannot send");
		break;
	case FAKE_SEND_RAW:
		if (!send_text(fake, step->text, 0))
			snprintf(fake->failure, sizeof(fake->failure), "cannot send");
		break;
	case FAKE_FLOOD:
		while (send_text(fake, step->text, 0))
			;
		break;
	case FAKE_HANG_UP:
		hang_up(fake);
		break;
	case FAKE_GO_AWAY:
		go_away(fake);
		break;
	case FAKE_COME_BACK:
		make_socket(fake);
		break;
	case FAKE_INTERRUPT:
		kill(getpid(), SIGINT);
		break;
	case FAKE_AWAIT_EOF:
		await_eof(fake);
		break;
	case FAKE_END:
		break;
	}
}

static void *play(void *arg)
{
	struct fake_daemon *fake = arg;

	for (const struct fake_step *step = fake->script; step->action != FAKE_END; step++) {
		play_step(fake, step);
		if (*fake->failure)
			break;
	}
	go_away(fake);
	return NULL;
}

struct fake_daemon *fake_daemon_start(const char *path, const struct fake_step *script)
{
	struct fake_daemon *fake = calloc(1, sizeof(*fake));
	sigset_t all, before;

	assert_non_null(fake);
	*fake = (struct fake_daemon){.path = path, .script = script, .listener = -1, .peer = -1};
	make_socket(fake);
	/* signals are for the client's thread */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	assert_int_equal(pthread_create(&fake->thread, NULL, play, fake), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return fake;
}

void fake_daemon_finish(struct fake_daemon *fake)
{
	char failure[sizeof(fake->failure)];

	pthread_join(fake->thread, NULL);
	memcpy(failure, fake->failure, sizeof(failure));
	free(fake);
	if (*failure)
		fail_msg("%s", failure);
}

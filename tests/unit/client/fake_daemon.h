/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A daemon that plays a script in a thread of its own: what it expects to be
 * called with, what it answers, when it goes away. Without a connection it
 * first waits for one. A script that the client
 * does not keep to, or that takes too long, fails the test.
 */

#include <stddef.h>

enum fake_action {
	FAKE_END,       /* of the script */
	FAKE_EXPECT,    /* receives a call that holds text */
	FAKE_SEND,      /* sends text and a NUL */
	FAKE_SEND_RAW,  /* sends text without a NUL */
	FAKE_FLOOD,     /* sends text, times over, until the client hangs up */
	FAKE_HANG_UP,   /* closes the connection */
	FAKE_GO_AWAY,   /* closes connection and socket */
	FAKE_COME_BACK, /* makes the socket anew */
	FAKE_INTERRUPT, /* presses ^C */
	FAKE_AWAIT_EOF, /* waits for the client to hang up */
};

struct fake_step {
	enum fake_action action;
	const char *text; /* ' stands for " */
};

struct fake_daemon;

/* Listens at the path and plays the script, which ends with FAKE_END. */
struct fake_daemon *fake_daemon_start(const char *path, const struct fake_step *script);

/* Waits for the script to end, frees the daemon, and fails the test if it was not kept to. */
void fake_daemon_finish(struct fake_daemon *fake);

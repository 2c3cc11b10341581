/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Runs pvmovectl's command line within the test, against a fake daemon. */

#include "client/exit.h"
#include "fake_daemon.h"

struct run {
	enum exit_code code;
	char *out, *err;
};

/* Most words of a command line. */
#define RUN_WORDS_MAX 16

struct run_setup {
	int reply_ms, reconnect_ms;    /* 0: as long as a test can wait */
	unsigned short columns, lines; /* of the terminal that output is; 0: none */
};

/*
 * Runs "pvmovectl <line>", words apart by one space, against the script; NULL: no daemon
 * is there.
 */
struct run run_client(const char *line, const struct fake_step *script);
struct run run_client_with(const struct run_setup *setup, const char *line,
			   const struct fake_step *script);
void run_free(struct run *run);

/* Runs, and checks all there is to see. */
void run_expect(const char *line, const struct fake_step *script, enum exit_code code,
		const char *out, const char *err);

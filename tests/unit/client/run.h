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

/*
 * Runs "pvmovectl <line>", words apart by one space, against the script; NULL: no daemon
 * is there. The client is patient, as long as a test can be.
 */
struct run run_client(const char *line, const struct fake_step *script);
/* The same with a client that waits a few milliseconds only, for what does not come. */
struct run run_impatient_client(const char *line, const struct fake_step *script);
void run_free(struct run *run);

/* Runs, and checks all there is to see. */
void run_expect(const char *line, const struct fake_step *script, enum exit_code code,
		const char *out, const char *err);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The daemon's command line. Pure but for --help and the like, which print and end the program. */

#include <stdbool.h>

/* Exit statuses beyond EXIT_SUCCESS and EXIT_FAILURE; pvmoved(8) lists them. */
enum {
	EXIT_USAGE = 2,
	EXIT_BUSY = 3,    /* another daemon has the state folder or the socket */
	EXIT_DAMAGED = 4, /* the journal cannot be read */
};

struct options {
	const char *state_dir;
	const char *run_dir;
	const char *socket_path; /* NULL: org.pvmoved in the run folder */
	bool foreground;
	bool dump_states;
	bool list_failpoints;
	const char *release_vg; /* NULL: run as a daemon */
	bool yes;               /* do not ask */
	bool dry_run;           /* only say what would be done */
};

/* Fills *options in. Prints and exits for --help, --version and bad usage. */
void options_parse(int argc, char **argv, struct options *options);

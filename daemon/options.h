/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The daemon's command line. Pure but for --help and the like, which print and end the program. */

#include <stdbool.h>

#include "daemon/config/keys.h"

/* Exit statuses beyond EXIT_SUCCESS and EXIT_FAILURE; pvmoved(8) lists them. */
enum {
	EXIT_USAGE = 2,
	EXIT_BUSY = 3,    /* another daemon has the state folder or the socket */
	EXIT_DAMAGED = 4, /* the journal cannot be read */
	EXIT_CONFIG = 5,  /* the configuration is wrong */
};

struct options {
	const char *config_path; /* NULL: the standard one, if it is there */
	const char *state_dir;   /* not NULL after options_complete() */
	const char *run_dir;     /* likewise */
	const char *socket_path; /* NULL: org.pvmoved in the run folder */
	bool check_config;
	bool foreground;
	bool dump_states;
	bool list_messages;
	bool list_failpoints;
	const char *release_vg; /* NULL: run as a daemon */
	bool yes;               /* do not ask */
	bool dry_run;           /* only say what would be done */
};

/* Fills *options in. Prints and exits for --help, --version and bad usage. */
void options_parse(int argc, char **argv, struct options *options);

/* Takes from the configuration, which it borrows, what the command line has not said. */
void options_complete(struct options *options, const struct config *config);

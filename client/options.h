/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The command line: which command, with what. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/arguments.h"
#include "client/check.h"
#include "client/client.h"
#include "client/history.h"
#include "client/values.h"

/* C(enumerator, name) */
#define COMMAND_LIST(C)       \
	C(START, "start")     \
	C(STATUS, "status")   \
	C(WAIT, "wait")       \
	C(PAUSE, "pause")     \
	C(RESUME, "resume")   \
	C(ABORT, "abort")     \
	C(LIMIT, "limit")     \
	C(INFO, "info")       \
	C(HISTORY, "history") \
	C(CHECK, "check")     \
	C(METRICS, "metrics") \
	C(TOP, "top")

enum command {
	COMMAND_NONE,
#define C(code, name) COMMAND_##code,
	COMMAND_LIST(C)
#undef C
		COMMAND_COUNT,
};

struct options {
	enum command command; /* COMMAND_NONE with help or version only */
	bool help, version;
	bool json, wait, watch, dry_run, verify, all;
	enum colouring colouring;
	bool has_max_latency;
	uint64_t max_latency_us; /* 0: any */
	bool has_limit;
	uint64_t limit_bytes_s;  /* 0: none */
	const char *socket_path; /* NULL: the usual one */
	const char *lv;          /* NULL: all */
	const char *request_id;  /* NULL: none */
	const char *output;      /* a file; NULL: none */
	uint64_t id;             /* of a move; 0: none given */
	struct history_filter filter;
	struct check_limits limits;
	struct pv_argument source;
	struct pv_argument *destinations;
	size_t destination_count;
};

/*
 * Reads the command line; texts are borrowed from it. Returns EXIT_OK and options to
 * give to options_deinit(), EXIT_USAGE or EXIT_FAILED; it has then said why.
 */
enum exit_code options_parse(const struct client *client, int argc, char *const argv[],
			     struct options *optionsp);
void options_deinit(struct options *options);

/* The command's name as it is typed. */
const char *command_name(enum command command);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which commands there are, and what each may be given: tables alone. */

#include <getopt.h>

#include "client/options.h"

/* What a command may be given. For options also their value for getopt_long(): above all letters.
 */
enum {
	TAKES_NAME = 1 << 8,
	TAKES_TO = 1 << 9,
	TAKES_WAIT = 1 << 10,
	TAKES_WATCH = 1 << 11,
	TAKES_DRY_RUN = 1 << 12,
	TAKES_REQUEST_ID = 1 << 13,
	TAKES_JSON = 1 << 14,
	TAKES_PVS = 1 << 15,
	TAKES_ID = 1 << 16,
	NEEDS_ID = 1 << 17,
	TAKES_VERIFY = 1 << 18,
	TAKES_LIMIT = 1 << 19,
	TAKES_ALL = 1 << 20,
	TAKES_RATE = 1 << 21,
	TAKES_MAX_LATENCY = 1 << 22,
	TAKES_OUTPUT = 1 << 23,
	TAKES_FILTER = 1 << 24,
	TAKES_THRESHOLD = 1 << 25,
	TAKES_MASK = ~0xff,
	/* What several options of a kind are told apart by lies below. */
	TAKES_SINCE = TAKES_FILTER | 1,
	TAKES_UNTIL = TAKES_FILTER | 2,
	TAKES_VG = TAKES_FILTER | 3,
	TAKES_FROM = TAKES_FILTER | 4,
	TAKES_RESULT = TAKES_FILTER | 5,
	TAKES_LAST = TAKES_FILTER | 6,
	TAKES_WARNING = TAKES_THRESHOLD | 1,
	TAKES_CRITICAL = TAKES_THRESHOLD | 2,
	TAKES_FAILED_WITHIN = TAKES_THRESHOLD | 3,
};

/* As getopt_long() takes them; ends with zeroes. */
extern const struct option grammar_options[];

/* TAKES_ bits. */
int grammar_takes(enum command command);

/* COMMAND_NONE when there is none. */
enum command grammar_find_command(const char *name);

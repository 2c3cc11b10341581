/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/grammar.h"

#include <string.h>

const struct option grammar_options[] = {
	{"name", required_argument, NULL, TAKES_NAME},
	{"to", required_argument, NULL, TAKES_TO},
	{"wait", no_argument, NULL, TAKES_WAIT},
	{"watch", no_argument, NULL, TAKES_WATCH},
	{"dry-run", no_argument, NULL, TAKES_DRY_RUN},
	{"request-id", required_argument, NULL, TAKES_REQUEST_ID},
	{"verify", no_argument, NULL, TAKES_VERIFY},
	{"limit", required_argument, NULL, TAKES_LIMIT},
	{"max-latency", required_argument, NULL, TAKES_MAX_LATENCY},
	{"all", no_argument, NULL, TAKES_ALL},
	{"json", no_argument, NULL, TAKES_JSON},
	{"output", required_argument, NULL, TAKES_OUTPUT},
	{"since", required_argument, NULL, TAKES_SINCE},
	{"until", required_argument, NULL, TAKES_UNTIL},
	{"vg", required_argument, NULL, TAKES_VG},
	{"from", required_argument, NULL, TAKES_FROM},
	{"result", required_argument, NULL, TAKES_RESULT},
	{"last", required_argument, NULL, TAKES_LAST},
	{"warning", required_argument, NULL, TAKES_WARNING},
	{"critical", required_argument, NULL, TAKES_CRITICAL},
	{"failed-within", required_argument, NULL, TAKES_FAILED_WITHIN},
	{"color", required_argument, NULL, 'c'},
	{"socket", required_argument, NULL, 's'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const char *const names[] = {
#define C(code, name) [COMMAND_##code] = (name),
	COMMAND_LIST(C)
#undef C
};

static const int takes[] = {
	[COMMAND_START] = TAKES_NAME | TAKES_TO | TAKES_WAIT | TAKES_DRY_RUN | TAKES_REQUEST_ID |
			  TAKES_VERIFY | TAKES_LIMIT | TAKES_MAX_LATENCY | TAKES_JSON | TAKES_PVS,
	[COMMAND_STATUS] = TAKES_ID | TAKES_WATCH | TAKES_JSON,
	[COMMAND_WAIT] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_PAUSE] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_RESUME] = TAKES_ID | NEEDS_ID | TAKES_JSON,
	[COMMAND_ABORT] = TAKES_ID | NEEDS_ID | TAKES_WAIT | TAKES_JSON,
	[COMMAND_LIMIT] = TAKES_ALL | TAKES_RATE | TAKES_MAX_LATENCY | TAKES_JSON,
	[COMMAND_INFO] = TAKES_JSON,
	[COMMAND_HISTORY] = TAKES_FILTER | TAKES_NAME | TAKES_TO | TAKES_JSON,
	[COMMAND_CHECK] = TAKES_THRESHOLD,
	[COMMAND_METRICS] = TAKES_OUTPUT,
	[COMMAND_TOP] = 0,
};

_Static_assert(sizeof(takes) / sizeof(takes[0]) == COMMAND_COUNT, "each command has its line");

int grammar_takes(enum command command)
{
	return takes[command];
}

const char *command_name(enum command command)
{
	return names[command];
}

enum command grammar_find_command(const char *name)
{
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum command)i;
	return COMMAND_NONE;
}

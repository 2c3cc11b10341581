/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/failpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"

#define NAME_MAX_BYTES 64

/* How often each point was reached; a process that has failpoints is there for one test only. */
static unsigned long action_counts[2][PASS_ACTION_COUNT];
static unsigned long state_counts[2][PASS_STATE_COUNT];

/* "attach LV to leg", FAILPOINT_BEFORE -> "attach-LV-to-leg:before" */
static void make_name(char name[NAME_MAX_BYTES], const char *prefix, const char *step,
		      enum failpoint_side side)
{
	snprintf(name, NAME_MAX_BYTES, "%s%s:%s", prefix, step,
		 side == FAILPOINT_BEFORE ? "before" : "after");
	for (char *at = name; *at; at++)
		if (*at == ' ')
			*at = '-';
}

static int act(const char *what, const char *name)
{
	if (strcmp(what, "kill") == 0)
		raise(SIGKILL);
	log_warning("failpoint %s: %s", name, what);
	if (strcmp(what, "fail") == 0)
		return -EIO;
	if (strcmp(what, "stop") == 0) {
		raise(SIGSTOP);
		return 0;
	}
	log_error("PVMOVED_FAILPOINTS: '%s' is none of kill, fail, stop", what);
	abort();
}

/* One entry of the list, "NAME=WHAT[@N]", against the point that was reached. */
static int match(char *entry, const char *name, unsigned long count)
{
	char *what = strchr(entry, '=');
	char *turn;

	if (!what) {
		log_error("PVMOVED_FAILPOINTS: '%s' is not NAME=WHAT", entry);
		abort();
	}
	*what++ = '\0';
	if (strcmp(entry, name) != 0)
		return 0;
	turn = strchr(what, '@');
	if (turn) {
		*turn++ = '\0';
		if (strtoul(turn, NULL, 10) != count)
			return 0;
	}
	return act(what, name);
}

static int reach(const char *name, unsigned long count)
{
	const char *list = getenv("PVMOVED_FAILPOINTS");
	_free_ char *copy = strdup(list ? list : "");
	char *save = NULL;
	int r = 0;

	if (!copy)
		abort();
	for (char *entry = strtok_r(copy, ",", &save); entry && r == 0;
	     entry = strtok_r(NULL, ",", &save))
		r = match(entry, name, count);
	return r;
}

int failpoint_reach_action(enum failpoint_side side, enum pass_action action)
{
	char name[NAME_MAX_BYTES];

	make_name(name, "", pass_action_name(action), side);
	return reach(name, ++action_counts[side][action]);
}

int failpoint_reach_state(enum failpoint_side side, enum pass_state state)
{
	char name[NAME_MAX_BYTES];

	make_name(name, "enter-", pass_state_name(state), side);
	return reach(name, ++state_counts[side][state]);
}

int failpoint_print(FILE *stream)
{
	char name[NAME_MAX_BYTES];

	for (int side = FAILPOINT_BEFORE; side <= FAILPOINT_AFTER; side++) {
		for (int action = 0; action < PASS_ACTION_COUNT; action++) {
			if (action == ACTION_NONE || action == ACTION_WAIT)
				continue;
			make_name(name, "", pass_action_name(action), side);
			fprintf(stream, "%s\n", name);
		}
		for (int state = 0; state < PASS_STATE_COUNT; state++) {
			if (state == PASS_QUEUED)
				continue;
			make_name(name, "enter-", pass_state_name(state), side);
			fprintf(stream, "%s\n", name);
		}
	}
	return 0;
}

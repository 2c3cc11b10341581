/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/failpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"

#define FAILPOINT_NAME_MAX 64

/* How often each point was reached; a process that has failpoints is there for one test only. */
static unsigned long action_counts[2][PASS_ACTION_COUNT];
static unsigned long state_counts[2][PASS_STATE_COUNT];

/* ---- names ------------------------------------------------------------- */

/* "attach LV to leg", FAILPOINT_BEFORE -> "attach-LV-to-leg:before" */
static void make_name(char name[FAILPOINT_NAME_MAX], const char *prefix, const char *step, int side)
{
	snprintf(name, FAILPOINT_NAME_MAX, "%s%s:%s", prefix, step,
		 side == FAILPOINT_BEFORE ? "before" : "after");
	for (char *at = name; *at; at++)
		if (*at == ' ')
			*at = '-';
}

/* What is done by itself, or is not done at all, is no place to die at. */
static bool has_action(int action)
{
	return action != ACTION_NONE && action != ACTION_WAIT;
}

static bool has_state(int state)
{
	return state != PASS_QUEUED;
}

/* Takes a name; false ends the walk. */
typedef bool name_fn(void *arg, const char *name);

/* Returns false when fn has ended it. */
static bool for_each_name(name_fn *fn, void *arg)
{
	char name[FAILPOINT_NAME_MAX];

	for (int side = FAILPOINT_BEFORE; side <= FAILPOINT_AFTER; side++) {
		for (int action = 0; action < PASS_ACTION_COUNT; action++) {
			make_name(name, "", pass_action_name(action), side);
			if (has_action(action) && !fn(arg, name))
				return false;
		}
		for (int state = 0; state < PASS_STATE_COUNT; state++) {
			make_name(name, "enter-", pass_state_name(state), side);
			if (has_state(state) && !fn(arg, name))
				return false;
		}
	}
	return true;
}

static bool print_name(void *stream, const char *name)
{
	fprintf(stream, "%s\n", name);
	return true;
}

int failpoint_print(FILE *stream)
{
	for_each_name(print_name, stream);
	return 0;
}

/* ---- what the environment chooses --------------------------------------- */

/* One entry of the list, NAME=WHAT[@N]. */
struct choice {
	const char *name;
	const char *what;
	unsigned long turn; /* 0: each time */
};

/* Takes the entry apart, in place. */
static int parse(char *entry, struct choice *choicep)
{
	char *what = strchr(entry, '=');
	char *turn = what ? strchr(what, '@') : NULL;
	char *end = NULL;

	if (!what)
		return -EINVAL;
	*what++ = '\0';
	*choicep = (struct choice){.name = entry, .what = what};
	if (!turn)
		return 0;
	*turn++ = '\0';
	choicep->turn = strtoul(turn, &end, 10);
	return choicep->turn > 0 && *end == '\0' ? 0 : -EINVAL;
}

/* Returns 0, or what the first choice that does not return 0 returns. */
static int for_each_choice(int (*fn)(void *arg, const struct choice *choice), void *arg)
{
	const char *list = getenv("PVMOVED_FAILPOINTS");
	_free_ char *copy = strdup(list ? list : "");
	char *save = NULL;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *entry = strtok_r(copy, ",", &save); entry && r == 0;
	     entry = strtok_r(NULL, ",", &save)) {
		struct choice choice;

		r = parse(entry, &choice);
		if (r < 0)
			log_error("PVMOVED_FAILPOINTS: '%s' is not NAME=WHAT or NAME=WHAT@N",
				  entry);
		else
			r = fn(arg, &choice);
	}
	return r;
}

static bool differs(void *wanted, const char *name)
{
	return strcmp(wanted, name) != 0;
}

static bool happens_at(const char *what, const char *name)
{
	if (strcmp(what, "skip") == 0)
		return strncmp(name, "enter-", strlen("enter-")) != 0 && strstr(name, ":before");
	return strcmp(what, "kill") == 0 || strcmp(what, "fail") == 0 || strcmp(what, "stop") == 0;
}

static int check(void *arg, const struct choice *choice)
{
	(void)arg;
	if (for_each_name(differs, (void *)choice->name)) {
		log_error("PVMOVED_FAILPOINTS: there is no '%s'; see pvmoved --list-failpoints",
			  choice->name);
		return -EINVAL;
	}
	if (!happens_at(choice->what, choice->name)) {
		log_error("PVMOVED_FAILPOINTS: '%s' cannot happen at %s", choice->what,
			  choice->name);
		return -EINVAL;
	}
	return 0;
}

int failpoint_check(void)
{
	return for_each_choice(check, NULL);
}

/* ---- reaching one ------------------------------------------------------- */

struct arrival {
	const char *name;
	unsigned long count; /* this time included */
};

static int arrive(void *arg, const struct choice *choice)
{
	const struct arrival *arrival = arg;

	if (strcmp(choice->name, arrival->name) != 0 ||
	    (choice->turn > 0 && choice->turn != arrival->count))
		return 0;
	if (strcmp(choice->what, "kill") == 0)
		raise(SIGKILL);
	log_warning("failpoint %s: %s", choice->name, choice->what);
	if (strcmp(choice->what, "fail") == 0)
		return -EIO;
	if (strcmp(choice->what, "stop") == 0)
		raise(SIGSTOP);
	return strcmp(choice->what, "skip") == 0 ? FAILPOINT_SKIP : 0;
}

int failpoint_reach_action(enum failpoint_side side, enum pass_action action)
{
	char name[FAILPOINT_NAME_MAX];
	struct arrival arrival = {.name = name, .count = ++action_counts[side][action]};

	make_name(name, "", pass_action_name(action), side);
	return for_each_choice(arrive, &arrival);
}

int failpoint_reach_state(enum failpoint_side side, enum pass_state state)
{
	char name[FAILPOINT_NAME_MAX];
	struct arrival arrival = {.name = name, .count = ++state_counts[side][state]};

	make_name(name, "enter-", pass_state_name(state), side);
	return for_each_choice(arrive, &arrival);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/states.h"

#include <stddef.h>
#include <string.h>

#define X(code, name) name,
static const char *const state_names[] = {PASS_STATE_LIST(X)};
static const char *const event_names[] = {PASS_EVENT_LIST(X)};
static const char *const action_names[] = {PASS_ACTION_LIST(X)};
static const char *const reason_names[] = {PASS_REASON_LIST(X)};
static const char *const side_names[] = {TROUBLE_SIDE_LIST(X)};
static const char *const move_names[] = {MOVE_STATE_LIST(X)};
static const char *const goal_names[] = {MOVE_GOAL_LIST(X)};
#undef X

const char *pass_state_name(enum pass_state state)
{
	return state_names[state];
}

const char *pass_event_name(enum pass_event event)
{
	return event_names[event];
}

const char *pass_action_name(enum pass_action action)
{
	return action_names[action];
}

const char *pass_reason_name(enum pass_reason reason)
{
	return reason_names[reason];
}

const char *trouble_side_name(enum trouble_side side)
{
	return side_names[side];
}

const char *move_state_name(enum move_state state)
{
	return move_names[state];
}

const char *move_goal_name(enum move_goal goal)
{
	return goal_names[goal];
}

static int find_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

int pass_state_from_name(const char *name)
{
	return find_name(state_names, PASS_STATE_COUNT, name);
}

int trouble_side_from_name(const char *name)
{
	return find_name(side_names, TROUBLE_SIDE_COUNT, name);
}

int pass_reason_from_name(const char *name)
{
	return find_name(reason_names, PASS_REASON_COUNT, name);
}

int move_goal_from_name(const char *name)
{
	return find_name(goal_names, MOVE_GOAL_COUNT, name);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/states.h"

#include <stddef.h>
#include <string.h>

static int find_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

#define NAME(code, name) name,

/* The names of an enum, kind_name() and, where names are read too, kind_from_name(). */
#define NAMES(kind, LIST)                                       \
	static const char *const kind##_names[] = {LIST(NAME)}; \
	const char *kind##_name(enum kind value)                \
	{                                                       \
		return kind##_names[value];                     \
	}
#define NAMES_AND_BACK(kind, LIST)                                                           \
	NAMES(kind, LIST)                                                                    \
	int kind##_from_name(const char *name)                                               \
	{                                                                                    \
		return find_name(kind##_names, sizeof(kind##_names) / sizeof(*kind##_names), \
				 name);                                                      \
	}

NAMES_AND_BACK(pass_state, PASS_STATE_LIST)
NAMES(pass_event, PASS_EVENT_LIST)
NAMES(pass_action, PASS_ACTION_LIST)
NAMES_AND_BACK(pass_reason, PASS_REASON_LIST)
NAMES_AND_BACK(trouble_side, TROUBLE_SIDE_LIST)
NAMES(move_state, MOVE_STATE_LIST)
NAMES_AND_BACK(move_goal, MOVE_GOAL_LIST)

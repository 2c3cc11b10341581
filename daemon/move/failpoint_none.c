/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "daemon/move/failpoint.h"

int failpoint_reach_action(enum failpoint_side side, enum pass_action action)
{
	(void)side;
	(void)action;
	return 0;
}

int failpoint_reach_state(enum failpoint_side side, enum pass_state state)
{
	(void)side;
	(void)state;
	return 0;
}

int failpoint_check(void)
{
	return 0;
}

int failpoint_print(FILE *stream)
{
	(void)stream;
	return -ENOSYS;
}

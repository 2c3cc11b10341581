/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The state machine of a pass: one table of (state, event, action, next) and a
 * way to look things up in it. It runs nothing and remembers nothing; the
 * driver alone assigns states. There is no second table for recovery: a
 * restarted daemon observes a pass and looks the observation up here.
 */

#include <stdio.h>

#include "daemon/move/states.h"

struct fsm_row {
	enum pass_state state;
	enum pass_event event;
	enum pass_action action;
	enum pass_state next;
};

/* The row for a pair, or NULL: the event means nothing in this state and changes nothing. */
const struct fsm_row *fsm_find(enum pass_state state, enum pass_event event);

/* All rows. */
const struct fsm_row *fsm_rows(size_t *countp);

/* Prints the table as Markdown; docs/states.md holds the same text. */
void fsm_print(FILE *stream);

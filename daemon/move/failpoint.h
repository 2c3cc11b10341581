/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Named places at which a daemon that is built for it dies, fails or stops, so
 * that tests can see what comes of it. There is one before and one after each
 * action of the state machine ("commit:before", "commit:after"), and one before
 * and one after each state is recorded ("enter-copying:before"). The program
 * links failpoint.c (builds for debugging and tests) or failpoint_none.c (what
 * is installed, where nothing of it exists). Knows names only; used by the mover
 * and by --release, whose steps bear the names of the actions they are like.
 *
 * The environment variable PVMOVED_FAILPOINTS chooses: a list, with commas, of
 * NAME=WHAT or NAME=WHAT@N, the latter for the Nth time only. WHAT is
 *   kill   die at once, as by kill -9
 *   fail   before an action: it is not begun, and fails; after it: it was done, and is
 *          reported as failed; before a state is recorded: there is no room for the
 *          record; after it: it is there, and is reported as not written
 *   stop   stop, as by SIGSTOP, until SIGCONT; then go on
 *   skip   before an action: it is not begun, and is reported as done. The control of
 *          tests that say what the action is good for
 */

#include <stdio.h>

#include "daemon/move/states.h"

enum failpoint_side { FAILPOINT_BEFORE, FAILPOINT_AFTER };

/* Beside 0 and negative errno. */
#define FAILPOINT_SKIP 1

/*
 * An action is about to begin, or has been done. Returns 0; −EIO, when it is to count as failed;
 * or, before an action only, FAILPOINT_SKIP.
 */
int failpoint_reach_action(enum failpoint_side side, enum pass_action action);
/* The same for a state that is recorded: 0 or −EIO. */
int failpoint_reach_state(enum failpoint_side side, enum pass_state state);

/*
 * Looks at what the environment chooses. Returns 0, or −EINVAL when something in it names no
 * failpoint or nothing that can happen there, which is logged: a test that waits for a misspelt
 * place would wait for ever, or pass.
 */
int failpoint_check(void);

/* Prints all names, one on a line. Returns 0, or −ENOSYS in a program that has none. */
int failpoint_print(FILE *stream);

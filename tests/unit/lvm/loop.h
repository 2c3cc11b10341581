/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An event loop that runs until something is so. */

#include <event2/event.h>
#include <stdbool.h>

/* Runs the loop until *done; fails the test when that takes 30 s. */
void loop_until(struct event_base *base, const bool *done);

/* Runs what is ready now, and no more. */
void loop_once(struct event_base *base);

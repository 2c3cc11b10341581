/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Says in the log what clients do wrong, but not as often as they can do it: a
 * flood of such lines would bury, or have the log's own limit throw away, what the moves say.
 */

#include <stddef.h>
#include <stdint.h>

/* So many lines in so many seconds. */
#define COMPLAINTS_MAX      20
#define COMPLAINTS_WINDOW_S 60

/* Zeroes are a fresh one. */
struct complaints {
	uint64_t window_end_s; /* monotonic */
	size_t said;
	size_t kept; /* for ourselves, in this window */
};

/* A warning of one line, or nothing; the first after a silence tells how many there were. */
__attribute__((format(printf, 2, 3))) void complaints_say(struct complaints *complaints,
							  const char *format, ...);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The moves as monitoring plugins say it (the Monitoring Plugins Development
 * Guidelines): one line with a verdict, what it is about, and numbers. Pure.
 */

#include <stdint.h>
#include <stdio.h>

#include "client/moves.h"

/* As exit statuses of a plugin, which are its own. */
enum check_verdict { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct check_limits {
	uint64_t warning_us, critical_us; /* that a move may stall for */
	uint64_t failed_us;               /* a move that failed is told of for so long; 0: never */
};

/*
 * Writes the line and returns its verdict. Critical: a move stalls for too long, or failed lately.
 * Warning: one stalls, waits for something outside, or left a device that waits for a reboot.
 * now_us is since the epoch.
 */
enum check_verdict check_write(FILE *out, const struct moves *moves,
			       const struct check_limits *limits, uint64_t now_us);

/* The line of a daemon that does not answer. Returns CHECK_UNKNOWN. */
enum check_verdict check_write_unknown(FILE *out);

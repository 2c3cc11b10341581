/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Values that options and operands are given. Each function reads one and returns EXIT_OK; or
 * EXIT_USAGE, or EXIT_FAILED for want of memory, and has then said why.
 */

#include <stdint.h>

#include "client/arguments.h"
#include "client/client.h"

/* What --color says; AUTO: whatever output and environment are fit for. */
enum colouring {
	COLOURING_AUTO,
	COLOURING_ALWAYS,
	COLOURING_NEVER,
};

/* A PV, perhaps with ranges; to be given to pv_argument_deinit(). */
enum exit_code value_parse_pv(const struct client *client, const char *text,
			      struct pv_argument *pvp);

/* "20m", "none": 0. */
enum exit_code value_parse_limit(const struct client *client, const char *text,
				 uint64_t *limit_bytes_sp);

/* "20ms", "20": milliseconds, too; "none": 0. */
enum exit_code value_parse_max_latency(const struct client *client, const char *text,
				       uint64_t *max_latency_usp);

/* "auto", "always" or "never". */
enum exit_code value_parse_colouring(const struct client *client, const char *text,
				     enum colouring *colouringp);

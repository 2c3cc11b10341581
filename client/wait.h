/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Waits for a move to end and shows how far it is. */

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

struct wait {
	uint64_t id;
	bool known;    /* the daemon spoke of this move just now */
	bool aborting; /* it is to end aborted, otherwise done */
	bool json;     /* show nothing but the move as it ended */
};

/*
 * Blocks until the move has ended; SIGINT detaches. Returns EXIT_OK when it
 * ended as awaited, EXIT_NOT_AS_AWAITED when it did not, EXIT_INTERRUPTED, or what
 * kept it from being known; all but the first are explained.
 */
enum exit_code wait_for_move(const struct client *client, const struct wait *wait);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Shows a move as it goes on: on a terminal one line redrawn in place,
 * elsewhere a line when something but the numbers changed and each 10 %.
 */

#include "client/client.h"
#include "client/view.h"

/* Embedded by its owner; zeroes are one that has shown nothing. */
struct progress {
	char shown[256]; /* all of the last line that is not numbers */
	unsigned tenths;
	bool is_drawn; /* a line on the terminal, to be redrawn */
};

/* Shows the move as it is now. Returns 0 or -ENOMEM. */
int progress_show(struct progress *progress, const struct client *client,
		  const struct move_view *move);

/* Leaves what is drawn as it is, so that other output can follow. */
void progress_leave(struct progress *progress, const struct client *client);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The names that a move has to do with, short enough for a cell of a table. Pure. */

#include <stdbool.h>
#include <stdio.h>

#include "client/view.h"

/* "/dev/sdc,/dev/sdd", "any" where none was asked for; of many the first, and a count of the rest.
 */
void names_write_destinations(FILE *out, const struct move_view *move);

/*
 * "sdb -> sdc,sdd": without what all disks' paths begin with, and with that arrow. is_counted:
 * several destinations are "2 PVs".
 */
void names_write_short_way(FILE *out, const struct move_view *move, const char *arrow,
			   bool is_counted);

/* The LVs of the move's passes in the same way. */
void names_write_lvs(FILE *out, const struct move_view *move);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Takes legs out of tables. Pure: tables in, tables out; knows neither LVs nor
 * reservations.
 */

#include "daemon/dm/table.h"

/* Which side of a leg's mirrors. */
enum plain_side { PLAIN_SOURCE, PLAIN_DEST };

/* True when some target of the table leads to that device. */
bool plain_uses(const struct dm_table *table, dev_t dev);

/*
 * The leg's table with one side of each mirror in its place. Returns 0 with
 * *plainp owned, -EINVAL for a table that is none of ours, or -ENOMEM.
 */
int plain_leg(const struct dm_table *leg, enum plain_side side, struct dm_table *plainp);

/*
 * The table that goes through the leg, with the leg's own (linear) targets in
 * its place. Returns 0 with *plainp owned, -EINVAL for a table that is none of
 * ours or that goes beyond the leg's end, or -ENOMEM.
 */
int plain_through(const struct dm_table *table, dev_t leg_dev, const struct dm_table *leg,
		  struct dm_table *plainp);

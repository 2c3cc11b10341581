/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the kernel has answered, which a libdevmapper task that was run holds
 * as lines: into values. Makes no calls of its own.
 */

#include "daemon/dm/table.h"

struct dm_task;

/* The table. Returns 0 (*tablep owned by the caller), -EBADMSG or -ENOMEM. */
int answer_parse_table(struct dm_task *task, struct dm_table *tablep);

/*
 * The status of the mirrors among the targets of that table; mirrors has room
 * for one per target, and those of other targets are left alone. Returns 0,
 * -EAGAIN if it is the status of another table, or -EBADMSG.
 */
int answer_parse_mirrors(struct dm_task *task, const struct dm_table *table,
			 struct dm_mirror_status *mirrors);

/* Whether two tables, or two statuses, are the same word for word. */
bool answer_is_same(struct dm_task *a, struct dm_task *b);

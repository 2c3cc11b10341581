/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who may copy now. Each disk that turns has a queue: who copies on it comes
 * first, then those who want to, in the order in which they were started. Who
 * is first in all of its queues may copy; so moves that share a disk that turns
 * take turns, and all others go side by side. Knows neither moves nor sysfs,
 * only numbers of disks. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum queue_role {
	QUEUE_OUT,    /* in nobody's way: ended, paused, held, undone, waits for something else */
	QUEUE_WAITS,  /* wants to copy */
	QUEUE_COPIES, /* does so, and is not interrupted for another's sake */
};

/* A whole disk, not a partition of it. */
struct queue_disk {
	dev_t dev;
	bool rotational;
};

struct queue_entry {
	enum queue_role role;
	bool is_limited;  /* leaves its disks time for others: while it copies, nobody waits for it
			   */
	bool disks_known; /* false: it may be in everybody's way */
	const struct queue_disk *disks; /* borrowed */
	size_t disk_count;
};

struct queue_place {
	bool may_copy;
	size_t ahead;  /* so many go first on one disk, the one where they are most */
	size_t behind; /* the entry right before it there; means nothing when none is ahead */
	dev_t disk;    /* that disk; the same */
};

/*
 * entries: in the order of their start. places: one for each of them; of one whose role is not
 * QUEUE_WAITS it says that nobody is ahead. While somebody ahead has disks that are not known yet
 * nobody may begin, for the order is not known; such a one is ahead of nobody in the numbers.
 */
void queue_arrange(const struct queue_entry *entries, size_t count, struct queue_place *places);

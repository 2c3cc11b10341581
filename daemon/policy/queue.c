/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/queue.h"

/* True when one that waits has to let that one go first. */
static bool goes_before(const struct queue_entry *entries, size_t other, size_t waiting)
{
	if (entries[other].role == QUEUE_COPIES)
		return !entries[other].is_limited;
	return other < waiting && entries[other].role == QUEUE_WAITS;
}

static bool uses_disk(const struct queue_entry *entry, dev_t dev)
{
	for (size_t i = 0; i < entry->disk_count; i++)
		if (entry->disks[i].rotational && entry->disks[i].dev == dev)
			return true;
	return false;
}

/* The place in the queue of one disk: first who copies, then who waits. */
static struct queue_place place_on(const struct queue_entry *entries, size_t count, size_t waiting,
				   dev_t disk)
{
	struct queue_place place = {.disk = disk};

	for (int turn = 0; turn < 2; turn++) {
		enum queue_role role = turn == 0 ? QUEUE_COPIES : QUEUE_WAITS;

		for (size_t i = 0; i < count; i++) {
			if (entries[i].role != role || !goes_before(entries, i, waiting) ||
			    !uses_disk(&entries[i], disk))
				continue;
			place.ahead++;
			place.behind = i;
		}
	}
	return place;
}

static struct queue_place find_place(const struct queue_entry *entries, size_t count,
				     size_t waiting)
{
	const struct queue_entry *entry = &entries[waiting];
	struct queue_place longest = {.may_copy = false};
	bool is_certain = entry->disks_known;

	for (size_t i = 0; i < count; i++)
		if (i != waiting && !entries[i].disks_known && goes_before(entries, i, waiting))
			is_certain = false;
	for (size_t i = 0; i < entry->disk_count; i++) {
		struct queue_place place;

		if (!entry->disks[i].rotational)
			continue;
		place = place_on(entries, count, waiting, entry->disks[i].dev);
		if (place.ahead > longest.ahead)
			longest = place;
	}
	longest.may_copy = is_certain && longest.ahead == 0;
	return longest;
}

void queue_arrange(const struct queue_entry *entries, size_t count, struct queue_place *places)
{
	for (size_t i = 0; i < count; i++)
		places[i] =
			entries[i].role == QUEUE_WAITS
				? find_place(entries, count, i)
				: (struct queue_place){.may_copy = entries[i].role == QUEUE_COPIES};
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/runs.h"

#include <errno.h>
#include <stdlib.h>

void run_list_deinit(struct run_list *list)
{
	free(list->items);
	*list = (struct run_list){0};
}

int run_list_append(struct run_list *list, const struct run *run)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 8;
		struct run *items = reallocarray(list->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = *run;
	return 0;
}

bool run_is_continued_by(const struct run *a, const struct run *b)
{
	return b->first_le == a->first_le + a->extent_count &&
	       b->source_pe == a->source_pe + a->extent_count &&
	       lvm_id_equal(&a->source_pv, &b->source_pv);
}

static bool dest_is_continued_by(const struct run *a, const struct run *b)
{
	return b->dest_pe == a->dest_pe + a->extent_count && lvm_id_equal(&a->dest_pv, &b->dest_pv);
}

static int compare_first_le(const void *a, const void *b)
{
	const struct run *left = a, *right = b;

	return (left->first_le > right->first_le) - (left->first_le < right->first_le);
}

void run_list_clip(struct run_list *list, uint64_t first_le, uint64_t end_le)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct run run = list->items[i];
		uint64_t before = first_le > run.first_le ? first_le - run.first_le : 0;
		uint64_t end = run.first_le + run.extent_count;

		if (end <= first_le || run.first_le >= end_le)
			continue;
		run.first_le += before;
		run.source_pe += before;
		run.dest_pe += before;
		run.extent_count = (end < end_le ? end : end_le) - run.first_le;
		list->items[kept++] = run;
	}
	list->count = kept;
}

void run_list_tidy(struct run_list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(list->items[0]), compare_first_le);
	for (size_t i = 1; i < list->count; i++) {
		struct run *last = &list->items[kept], *next = &list->items[i];

		if (run_is_continued_by(last, next) && dest_is_continued_by(last, next))
			last->extent_count += next->extent_count;
		else
			list->items[++kept] = *next;
	}
	list->count = kept + 1;
}

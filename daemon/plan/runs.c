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

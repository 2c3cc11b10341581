/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/ranges.h"

#include <errno.h>
#include <stdlib.h>

/* The extent after the last one; ranges out of the journal may be too long to be true. */
static uint64_t range_end(const struct pe_range *range)
{
	uint64_t end;

	return __builtin_add_overflow(range->first_pe, range->extent_count, &end) ? UINT64_MAX
										  : end;
}

static int compare_first_pe(const void *a, const void *b)
{
	const struct pe_range *left = a, *right = b;

	return (left->first_pe > right->first_pe) - (left->first_pe < right->first_pe);
}

static void append(struct range_list *list, uint64_t first_pe, uint64_t end_pe)
{
	if (first_pe < end_pe)
		list->items[list->count++] =
			(struct pe_range){.first_pe = first_pe, .extent_count = end_pe - first_pe};
}

void range_list_deinit(struct range_list *list)
{
	free(list->items);
	*list = (struct range_list){0};
}

void range_list_sort(struct range_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(list->items[0]), compare_first_pe);
}

const struct pe_range *range_list_find_overlap(const struct range_list *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (list->items[i].first_pe < range_end(&list->items[i - 1]))
			return &list->items[i];
	return NULL;
}

bool range_list_meets(const struct range_list *list, const struct pe_range *range)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].first_pe < range_end(range) &&
		    range->first_pe < range_end(&list->items[i]))
			return true;
	return false;
}

int range_list_intersect(const struct range_list *a, const struct range_list *b,
			 struct range_list *bothp)
{
	struct range_list both = {0};
	size_t i = 0, j = 0;

	both.items = calloc(a->count + b->count + 1, sizeof(both.items[0]));
	if (!both.items)
		return -ENOMEM;
	while (i < a->count && j < b->count) {
		const struct pe_range *left = &a->items[i], *right = &b->items[j];
		uint64_t first =
			left->first_pe > right->first_pe ? left->first_pe : right->first_pe;
		uint64_t left_end = range_end(left), right_end = range_end(right);

		append(&both, first, left_end < right_end ? left_end : right_end);
		if (left_end < right_end)
			i++;
		else
			j++;
	}
	*bothp = both;
	return 0;
}

int range_list_subtract(const struct range_list *list, const struct range_list *taken,
			struct range_list *restp)
{
	struct range_list rest = {0};
	size_t next = 0;

	/* Every taken range cuts at most one range in two. */
	rest.items = calloc(list->count + taken->count + 1, sizeof(rest.items[0]));
	if (!rest.items)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		uint64_t pe = list->items[i].first_pe, end = range_end(&list->items[i]);

		while (next < taken->count && range_end(&taken->items[next]) <= pe)
			next++;
		for (size_t j = next; j < taken->count && taken->items[j].first_pe < end; j++) {
			append(&rest, pe, taken->items[j].first_pe);
			if (range_end(&taken->items[j]) > pe)
				pe = range_end(&taken->items[j]);
		}
		append(&rest, pe, end);
	}
	*restp = rest;
	return 0;
}

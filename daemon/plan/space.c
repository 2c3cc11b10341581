/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/space.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

static void pool_deinit(struct space_pool *pool)
{
	free(pool->ranges);
	*pool = (struct space_pool){0};
}

void space_deinit(struct space *space)
{
	for (size_t i = 0; i < space->count; i++)
		pool_deinit(&space->pools[i]);
	free(space->pools);
	*space = (struct space){0};
}

static int compare_length(const void *a, const void *b)
{
	const struct pe_range *left = a, *right = b;

	if (left->extent_count != right->extent_count)
		return left->extent_count < right->extent_count ? -1 : 1;
	return (left->first_pe > right->first_pe) - (left->first_pe < right->first_pe);
}

int space_add_pool(struct space *space, const struct lvm_id *pv, struct range_list *free_ranges)
{
	struct space_pool *pool, *pools;

	pools = reallocarray(space->pools, space->count + 1, sizeof(*pools));
	if (!pools) {
		range_list_deinit(free_ranges);
		return -ENOMEM;
	}
	space->pools = pools;
	pool = &pools[space->count++];
	*pool = (struct space_pool){.pv = *pv, .count = free_ranges->count};
	pool->ranges = steal_pointer(&free_ranges->items);
	if (pool->count > 1)
		qsort(pool->ranges, pool->count, sizeof(pool->ranges[0]), compare_length);
	for (size_t i = 0; i < pool->count; i++)
		pool->extents += pool->ranges[i].extent_count;
	space->extents += pool->extents;
	return 0;
}

/* The first of the pool's ranges that does not come before the key; pool->count: none. */
static size_t pool_search(const struct space_pool *pool, const struct pe_range *key)
{
	size_t low = 0, high = pool->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_length(&pool->ranges[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The shortest range of at least that length, of equal ones the first; pool->count: none. */
static size_t pool_find_fit(const struct space_pool *pool, uint64_t extent_count)
{
	return pool_search(pool, &(struct pe_range){.extent_count = extent_count});
}

static uint64_t pool_longest(const struct space_pool *pool)
{
	return pool->count ? pool->ranges[pool->count - 1].extent_count : 0;
}

/* Takes the head of range number i, whose rest finds its new place. Returns the first extent. */
static uint64_t pool_take(struct space_pool *pool, size_t i, uint64_t extent_count)
{
	struct pe_range *ranges = pool->ranges, rest = ranges[i];
	uint64_t first_pe = rest.first_pe;

	rest.first_pe += extent_count;
	rest.extent_count -= extent_count;
	pool->extents -= extent_count;
	if (rest.extent_count == 0) {
		memmove(&ranges[i], &ranges[i + 1], (--pool->count - i) * sizeof(rest));
	} else {
		size_t to = pool_search(pool, &rest);

		memmove(&ranges[to + 1], &ranges[to], (i - to) * sizeof(rest));
		ranges[to] = rest;
	}
	return first_pe;
}

/* Gives the head of *run, so many extents of it, the place found, and leaves the rest in *run. */
static int place_head(struct space_pool *pool, size_t i, uint64_t extent_count, struct run *run,
		      struct run_list *placed)
{
	struct run head = *run;

	head.extent_count = extent_count;
	head.dest_pv = pool->pv;
	head.dest_pe = pool_take(pool, i, extent_count);
	run->first_le += extent_count;
	run->source_pe += extent_count;
	run->extent_count -= extent_count;
	return run_list_append(placed, &head);
}

/* The first pool with a range that takes so many extents, number *ip of it, or NULL. */
static struct space_pool *find_whole(struct space_pool *pools, size_t count, uint64_t extent_count,
				     size_t *ip)
{
	for (size_t p = 0; p < count; p++) {
		size_t i = pool_find_fit(&pools[p], extent_count);

		if (i < pools[p].count) {
			*ip = i;
			return &pools[p];
		}
	}
	return NULL;
}

/* The first pool with any room, and in *extent_countp its longest range. There must be one. */
static struct space_pool *find_longest(struct space_pool *pools, size_t count,
				       uint64_t *extent_countp, size_t *ip)
{
	size_t p = 0;

	while (p < count && pools[p].count == 0)
		p++;
	assert(p < count);
	*extent_countp = pool_longest(&pools[p]);
	*ip = pool_find_fit(&pools[p], *extent_countp);
	return &pools[p];
}

/* Places one run in the first pool that takes it whole, or else in pieces as long as can be. */
static int place_run(struct space_pool *pools, size_t count, struct run run,
		     struct run_list *placed)
{
	while (run.extent_count > 0) {
		uint64_t take = run.extent_count;
		size_t i;
		struct space_pool *pool = find_whole(pools, count, take, &i);
		int r;

		if (!pool)
			pool = find_longest(pools, count, &take, &i);
		r = place_head(pool, i, take, &run, placed);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_longest_first(const void *a, const void *b)
{
	const struct run *left = a, *right = b;

	if (left->extent_count != right->extent_count)
		return left->extent_count > right->extent_count ? -1 : 1;
	return (left->first_le > right->first_le) - (left->first_le < right->first_le);
}

/* The longest first: what is short still fits into what they leave. */
static int place_runs(struct space_pool *pools, size_t count, const struct run_list *runs,
		      struct run_list *placed)
{
	_free_ struct run *todo = calloc(runs->count, sizeof(*todo));

	if (!todo)
		return -ENOMEM;
	memcpy(todo, runs->items, runs->count * sizeof(*todo));
	qsort(todo, runs->count, sizeof(*todo), compare_longest_first);
	for (size_t i = 0; i < runs->count; i++) {
		int r = place_run(pools, count, todo[i], placed);

		if (r < 0)
			return r;
	}
	return 0;
}

/* All runs into range number i of the pool, one after the other in the order of the LV. */
static int place_in_one_range(struct space_pool *pool, size_t i, uint64_t extent_count,
			      const struct run_list *runs, struct run_list *placed)
{
	uint64_t pe = pool_take(pool, i, extent_count);

	for (size_t j = 0; j < runs->count; j++) {
		struct run run = runs->items[j];
		int r;

		run.dest_pv = pool->pv;
		run.dest_pe = pe;
		pe += run.extent_count;
		r = run_list_append(placed, &run);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Tries on a copy of the pool. Returns 1 when no run had to be split, 0, or -ENOMEM. */
static int try_whole_runs(struct space_pool *pool, const struct run_list *runs,
			  struct run_list *placed)
{
	cleanup(pool_deinit) struct space_pool copy = *pool;
	size_t before = placed->count;
	int r;

	copy.ranges = calloc(pool->count, sizeof(copy.ranges[0]));
	if (!copy.ranges)
		return -ENOMEM;
	memcpy(copy.ranges, pool->ranges, pool->count * sizeof(copy.ranges[0]));
	r = place_runs(&copy, 1, runs, placed);
	if (r < 0)
		return r;
	if (placed->count - before > runs->count) {
		placed->count = before;
		return 0;
	}
	free(pool->ranges);
	*pool = copy;
	copy.ranges = NULL;
	return 1;
}

/* Returns 1 when the pool took all runs whole, 0 when it cannot, or -ENOMEM. */
static int place_whole(struct space_pool *pool, const struct run_list *runs, uint64_t extent_count,
		       uint64_t longest_run, struct run_list *placed)
{
	size_t i = pool_find_fit(pool, extent_count);

	if (i < pool->count) {
		int r = place_in_one_range(pool, i, extent_count, runs, placed);

		return r < 0 ? r : 1;
	}
	if (pool->extents < extent_count || pool_longest(pool) < longest_run)
		return 0;
	return try_whole_runs(pool, runs, placed);
}

static int place(struct space *space, const struct run_list *runs, uint64_t extent_count,
		 struct run_list *placed)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < runs->count; i++)
		if (runs->items[i].extent_count > longest)
			longest = runs->items[i].extent_count;
	for (size_t i = 0; i < space->count; i++) {
		int r = place_whole(&space->pools[i], runs, extent_count, longest, placed);

		if (r != 0)
			return r < 0 ? r : 0;
	}
	for (size_t i = 0; i < space->count; i++)
		if (space->pools[i].extents >= extent_count)
			return place_runs(&space->pools[i], 1, runs, placed);
	return place_runs(space->pools, space->count, runs, placed);
}

int space_place_runs(struct space *space, const struct run_list *runs, struct run_list *placed)
{
	uint64_t extent_count = 0;
	int r;

	for (size_t i = 0; i < runs->count; i++)
		extent_count += runs->items[i].extent_count;
	assert(extent_count > 0 && extent_count <= space->extents);
	r = place(space, runs, extent_count, placed);
	if (r < 0)
		return r;
	space->extents -= extent_count;
	run_list_tidy(placed);
	return 0;
}

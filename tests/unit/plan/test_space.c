/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/space.h"
#include "tests/unit/plan/vg_by_hand.h"

/* What a test begins with and what came of it. */
struct bench {
	struct space space;
	struct run_list runs;
	struct run_list placed;
	uint64_t next_le;
	uint64_t next_pe;
};

static void bench_deinit(struct bench *bench)
{
	space_deinit(&bench->space);
	run_list_deinit(&bench->runs);
	run_list_deinit(&bench->placed);
}

static void add_pool(struct bench *bench, size_t pv, const struct pe_range *ranges, size_t count)
{
	struct lvm_id id = hand_id('p', pv);
	struct range_list list = {.items = calloc(count + 1, sizeof(*ranges)), .count = count};

	assert_non_null(list.items);
	memcpy(list.items, ranges, count * sizeof(*ranges));
	assert_int_equal(space_add_pool(&bench->space, &id, &list), 0);
}

#define ADD_POOL(bench, pv, ...)                                    \
	add_pool(bench, pv, (const struct pe_range[]){__VA_ARGS__}, \
		 sizeof((const struct pe_range[]){__VA_ARGS__}) / sizeof(struct pe_range))

/* A run that does not continue the one before on the source. */
static void add_run(struct bench *bench, uint64_t extent_count)
{
	struct run run = {.first_le = bench->next_le,
			  .extent_count = extent_count,
			  .source_pv = hand_id('p', 0),
			  .source_pe = bench->next_pe};

	bench->next_le += extent_count;
	bench->next_pe += extent_count + 1;
	assert_int_equal(run_list_append(&bench->runs, &run), 0);
}

static void place(struct bench *bench)
{
	assert_int_equal(space_place_runs(&bench->space, &bench->runs, &bench->placed), 0);
}

static void assert_run(const struct bench *bench, size_t i, uint64_t first_le,
		       uint64_t extent_count, size_t dest_pv, uint64_t dest_pe)
{
	const struct run *run = &bench->placed.items[i];

	assert_true(i < bench->placed.count);
	assert_int_equal(run->first_le, first_le);
	assert_int_equal(run->extent_count, extent_count);
	assert_string_equal(run->dest_pv.text, hand_id('p', dest_pv).text);
	assert_int_equal(run->dest_pe, dest_pe);
}

static void the_range_that_fits_best_is_taken(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 100}, {200, 12}, {300, 10}, {400, 5});
	add_run(&bench, 10);
	place(&bench);
	assert_int_equal(bench.placed.count, 1);
	assert_run(&bench, 0, 0, 10, 1, 300);
	assert_int_equal(bench.space.extents, 117);
}

static void of_equal_ranges_the_first_is_taken(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 20}, {40, 20}, {80, 20});
	add_run(&bench, 7);
	place(&bench);
	assert_run(&bench, 0, 0, 7, 1, 0);
}

static void a_scattered_lv_is_gathered_in_one_range(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 5}, {50, 10}, {100, 40});
	add_run(&bench, 5);
	add_run(&bench, 10);
	add_run(&bench, 5);
	place(&bench);
	assert_int_equal(bench.placed.count, 3);
	assert_run(&bench, 0, 0, 5, 1, 100);
	assert_run(&bench, 1, 5, 10, 1, 105);
	assert_run(&bench, 2, 15, 5, 1, 115);
}

static void runs_stay_whole_where_they_fit_one_by_one(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 90}, {100, 70});
	add_run(&bench, 30);
	add_run(&bench, 70);
	add_run(&bench, 60);
	place(&bench);
	assert_int_equal(bench.placed.count, 3);
	assert_run(&bench, 0, 0, 30, 1, 60);
	assert_run(&bench, 1, 30, 70, 1, 100);
	assert_run(&bench, 2, 100, 60, 1, 0);
}

static void a_later_destination_is_better_than_a_split(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 60}, {100, 60});
	ADD_POOL(&bench, 2, {0, 200});
	add_run(&bench, 100);
	place(&bench);
	assert_int_equal(bench.placed.count, 1);
	assert_run(&bench, 0, 0, 100, 2, 0);
}

static void an_earlier_destination_is_better_than_one_piece(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 60}, {100, 60});
	ADD_POOL(&bench, 2, {0, 200});
	add_run(&bench, 50);
	add_run(&bench, 50);
	place(&bench);
	assert_run(&bench, 0, 0, 50, 1, 0);
	assert_run(&bench, 1, 50, 50, 1, 100);
}

static void a_split_is_better_than_two_destinations(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 30});
	ADD_POOL(&bench, 2, {0, 60}, {100, 60});
	add_run(&bench, 100);
	place(&bench);
	assert_int_equal(bench.placed.count, 2);
	assert_run(&bench, 0, 0, 60, 2, 0);
	assert_run(&bench, 1, 60, 40, 2, 100);
}

static void two_destinations_are_used_when_one_is_too_small(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {0, 70});
	ADD_POOL(&bench, 2, {10, 50});
	add_run(&bench, 100);
	place(&bench);
	assert_int_equal(bench.placed.count, 2);
	assert_run(&bench, 0, 0, 70, 1, 0);
	assert_run(&bench, 1, 70, 30, 2, 10);
	assert_int_equal(bench.space.extents, 20);
}

static void the_last_extent_can_be_used(void **state)
{
	cleanup(bench_deinit) struct bench bench = {0};

	(void)state;
	ADD_POOL(&bench, 1, {3, 1}, {9, 2});
	ADD_POOL(&bench, 2, {0, 1});
	add_run(&bench, 2);
	add_run(&bench, 2);
	place(&bench);
	assert_int_equal(bench.space.extents, 0);
	assert_int_equal(bench.placed.count, 3);
}

static void pieces_that_meet_again_become_one_run(void **state)
{
	cleanup(run_list_deinit) struct run_list list = {0};
	struct run run = {.extent_count = 5,
			  .source_pv = hand_id('p', 0),
			  .dest_pv = hand_id('p', 1),
			  .dest_pe = 50};

	(void)state;
	for (uint64_t i = 4; i-- > 0;) {
		struct run piece = run;

		piece.first_le = 5 * i;
		piece.source_pe = 5 * i;
		piece.dest_pe += 5 * i + (i == 3); /* the last does not continue the third */
		assert_int_equal(run_list_append(&list, &piece), 0);
	}
	run_list_tidy(&list);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].extent_count, 15);
	assert_int_equal(list.items[1].first_le, 15);
	assert_int_equal(list.items[1].dest_pe, 66);
}

/* Every run goes somewhere free, once, and nothing else changes. */
static void placing_is_a_bijection_whatever_the_shape(void **state)
{
	enum { UNIVERSE = 120, POOLS = 3 };
	uint64_t seed = 7;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		cleanup(bench_deinit) struct bench bench = {0};
		bool is_free[POOLS][UNIVERSE] = {0};
		uint64_t next_le = 0, left, total;

		for (size_t p = 0; p < POOLS; p++) {
			struct pe_range ranges[UNIVERSE];
			size_t count = 0;

			for (uint64_t pe = hand_random(&seed, 9); pe < UNIVERSE - 9; pe++) {
				ranges[count] = (struct pe_range){pe, 1 + hand_random(&seed, 8)};
				for (uint64_t i = 0; i < ranges[count].extent_count; i++)
					is_free[p][pe++] = true;
				pe += hand_random(&seed, 9);
				count++;
			}
			add_pool(&bench, p, ranges, count);
		}
		total = 1 + hand_random(&seed, bench.space.extents);
		for (left = total; left > 0; left -= bench.next_le - next_le) {
			next_le = bench.next_le;
			add_run(&bench, 1 + hand_random(&seed, left < 12 ? left : 12));
		}
		place(&bench);
		next_le = 0;
		for (size_t i = 0; i < bench.placed.count; i++) {
			const struct run *run = &bench.placed.items[i];
			size_t p = (size_t)(run->dest_pv.text[LVM_ID_TEXT_LEN - 1] - '0');

			assert_int_equal(run->first_le, next_le);
			next_le += run->extent_count;
			for (uint64_t j = 0; j < run->extent_count; j++) {
				assert_true(is_free[p][run->dest_pe + j]);
				is_free[p][run->dest_pe + j] = false;
			}
		}
		assert_int_equal(next_le, total);
	}
}

static void ten_thousand_runs_and_ranges_take_no_time(void **state)
{
	enum { COUNT = 10000 };
	cleanup(bench_deinit) struct bench bench = {0};
	_free_ struct pe_range *ranges = calloc(COUNT, sizeof(*ranges));
	clock_t begin = clock();

	(void)state;
	assert_non_null(ranges);
	/* Ranges one extent too short for the run: each is used up, each run falls in pieces. */
	for (size_t i = 0; i < COUNT; i++)
		ranges[i] = (struct pe_range){i * 50, 20 + i % 20};
	add_pool(&bench, 1, ranges, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		add_run(&bench, 10 + i % 17);
	place(&bench);
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_range_that_fits_best_is_taken),
		cmocka_unit_test(of_equal_ranges_the_first_is_taken),
		cmocka_unit_test(a_scattered_lv_is_gathered_in_one_range),
		cmocka_unit_test(runs_stay_whole_where_they_fit_one_by_one),
		cmocka_unit_test(a_later_destination_is_better_than_a_split),
		cmocka_unit_test(an_earlier_destination_is_better_than_one_piece),
		cmocka_unit_test(a_split_is_better_than_two_destinations),
		cmocka_unit_test(two_destinations_are_used_when_one_is_too_small),
		cmocka_unit_test(the_last_extent_can_be_used),
		cmocka_unit_test(pieces_that_meet_again_become_one_run),
		cmocka_unit_test(placing_is_a_bijection_whatever_the_shape),
		cmocka_unit_test(ten_thousand_runs_and_ranges_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

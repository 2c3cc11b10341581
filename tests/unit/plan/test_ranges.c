/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/ranges.h"
#include "tests/unit/plan/vg_by_hand.h"

#define LIST(...)                                                                 \
	(&(struct range_list){.items = (struct pe_range[]){__VA_ARGS__},          \
			      .count = sizeof((struct pe_range[]){__VA_ARGS__}) / \
				       sizeof(struct pe_range)})

static void assert_ranges(const struct range_list *list, const struct range_list *expected)
{
	assert_int_equal(list->count, expected->count);
	for (size_t i = 0; i < list->count; i++) {
		assert_int_equal(list->items[i].first_pe, expected->items[i].first_pe);
		assert_int_equal(list->items[i].extent_count, expected->items[i].extent_count);
	}
}

static void what_both_lists_hold_is_found(void **state)
{
	cleanup(range_list_deinit) struct range_list both = {0};

	(void)state;
	assert_int_equal(range_list_intersect(LIST({0, 10}, {20, 10}, {40, 5}),
					      LIST({5, 20}, {29, 1}, {45, 5}), &both),
			 0);
	assert_ranges(&both, LIST({5, 5}, {20, 5}, {29, 1}));
}

static void what_is_taken_is_cut_out(void **state)
{
	cleanup(range_list_deinit) struct range_list rest = {0};

	(void)state;
	assert_int_equal(range_list_subtract(LIST({0, 10}, {20, 10}, {40, 5}, {50, 5}),
					     LIST({2, 3}, {7, 1}, {9, 12}, {25, 1}, {39, 7}),
					     &rest),
			 0);
	assert_ranges(&rest, LIST({0, 2}, {5, 2}, {8, 1}, {21, 4}, {26, 4}, {50, 5}));
}

static void taken_ranges_may_overlap_each_other(void **state)
{
	cleanup(range_list_deinit) struct range_list rest = {0};

	(void)state;
	assert_int_equal(range_list_subtract(LIST({0, 30}), LIST({5, 20}, {6, 2}, {24, 2}), &rest),
			 0);
	assert_ranges(&rest, LIST({0, 5}, {26, 4}));
}

static void a_taken_range_beyond_all_numbers_takes_the_rest(void **state)
{
	cleanup(range_list_deinit) struct range_list rest = {0};

	(void)state;
	assert_int_equal(range_list_subtract(LIST({0, 30}), LIST({7, UINT64_MAX}), &rest), 0);
	assert_ranges(&rest, LIST({0, 7}));
}

static void overlap_within_a_list_is_found(void **state)
{
	struct pe_range items[] = {{10, 5}, {0, 10}, {14, 1}};
	struct range_list list = {.items = items, .count = 3};

	(void)state;
	range_list_sort(&list);
	assert_ptr_equal(range_list_find_overlap(&list), &items[2]);
	list.count = 2;
	assert_null(range_list_find_overlap(&list));
}

static void neighbours_do_not_meet(void **state)
{
	(void)state;
	assert_false(range_list_meets(LIST({0, 5}, {10, 5}), &(struct pe_range){5, 5}));
	assert_true(range_list_meets(LIST({0, 5}, {10, 5}), &(struct pe_range){4, 1}));
	assert_true(range_list_meets(LIST({0, 5}, {10, 5}), &(struct pe_range){7, 100}));
}

#define UNIVERSE 64

static void to_bits(const struct range_list *list, bool bits[UNIVERSE])
{
	memset(bits, 0, UNIVERSE * sizeof(bits[0]));
	for (size_t i = 0; i < list->count; i++)
		for (uint64_t j = 0; j < list->items[i].extent_count; j++)
			bits[list->items[i].first_pe + j] = true;
}

static size_t random_list(uint64_t *seed, struct pe_range *items)
{
	size_t count = 0;

	for (uint64_t pe = hand_random(seed, 5); pe + 8 < UNIVERSE;
	     pe += 1 + hand_random(seed, 6)) {
		items[count] = (struct pe_range){pe, 1 + hand_random(seed, 7)};
		pe += items[count++].extent_count;
	}
	return count;
}

static void sets_of_extents_behave_as_sets(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		struct pe_range a_items[UNIVERSE], b_items[UNIVERSE];
		struct range_list a = {.items = a_items, .count = random_list(&seed, a_items)};
		struct range_list b = {.items = b_items, .count = random_list(&seed, b_items)};
		cleanup(range_list_deinit) struct range_list both = {0}, rest = {0};
		bool in_a[UNIVERSE], in_b[UNIVERSE], in_both[UNIVERSE], in_rest[UNIVERSE];

		assert_int_equal(range_list_intersect(&a, &b, &both), 0);
		assert_int_equal(range_list_subtract(&a, &b, &rest), 0);
		assert_null(range_list_find_overlap(&both));
		assert_null(range_list_find_overlap(&rest));
		to_bits(&a, in_a);
		to_bits(&b, in_b);
		to_bits(&both, in_both);
		to_bits(&rest, in_rest);
		for (size_t i = 0; i < UNIVERSE; i++) {
			assert_int_equal(in_both[i], in_a[i] && in_b[i]);
			assert_int_equal(in_rest[i], in_a[i] && !in_b[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_lists_hold_is_found),
		cmocka_unit_test(what_is_taken_is_cut_out),
		cmocka_unit_test(taken_ranges_may_overlap_each_other),
		cmocka_unit_test(a_taken_range_beyond_all_numbers_takes_the_rest),
		cmocka_unit_test(overlap_within_a_list_is_found),
		cmocka_unit_test(neighbours_do_not_meet),
		cmocka_unit_test(sets_of_extents_behave_as_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

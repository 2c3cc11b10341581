/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/planner.h"
#include "tests/unit/plan/vg_by_hand.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)
DEFINE_CLEANUP(struct move_request *, move_request_freep, move_request_free)

static struct plan *make_plan(const struct move_request *request, const struct vg *vg)
{
	struct refusal refusal = {0};
	struct plan *plan = NULL;

	assert_int_equal(planner_make_plan(request, vg, NULL, 0, &plan, &refusal), 0);
	assert_non_null(plan);
	return plan;
}

static void assert_run(const struct planned_pass *pass, size_t i, struct run expected)
{
	const struct run *run = &pass->reservation.runs[i];

	assert_true(i < pass->reservation.run_count);
	assert_int_equal(run->first_le, expected.first_le);
	assert_int_equal(run->extent_count, expected.extent_count);
	assert_string_equal(run->source_pv.text, expected.source_pv.text);
	assert_int_equal(run->source_pe, expected.source_pe);
	assert_string_equal(run->dest_pv.text, expected.dest_pv.text);
	assert_int_equal(run->dest_pe, expected.dest_pe);
}

#define RUN(le, count, from_pv, from_pe, to_pv, to_pe)    \
	((struct run){.first_le = (le),                   \
		      .extent_count = (count),            \
		      .source_pv = hand_id('p', from_pv), \
		      .source_pe = (from_pe),             \
		      .dest_pv = hand_id('p', to_pv),     \
		      .dest_pe = (to_pe)})

static void a_pv_with_one_lv_is_emptied_in_one_run(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "root"), 0, 10, 30);
	plan = make_plan(request, vg);
	assert_string_equal(plan->vg_name, "vg");
	assert_string_equal(plan->vg.text, vg->id.text);
	assert_int_equal(plan->extent_bytes, 4 << 20);
	assert_int_equal(plan->total_extents, 30);
	assert_int_equal(plan->free_extents, 100);
	assert_int_equal(plan->pass_count, 1);
	assert_string_equal(plan->passes[0].lv_name, "root");
	assert_string_equal(plan->passes[0].reservation.vg.text, vg->id.text);
	assert_string_equal(plan->passes[0].reservation.lv.text, vg->lvs[0].id.text);
	assert_string_equal(plan->passes[0].reservation.name, "");
	assert_int_equal(plan->passes[0].reservation.run_count, 1);
	assert_run(&plan->passes[0], 0, RUN(0, 30, 0, 10, 1, 0));
}

static void only_what_lies_on_the_source_moves(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(3, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct vg_lv *lv;

	(void)state;
	lv = hand_add_lv(vg, "elsewhere");
	hand_add_linear(lv, 1, 0, 10);
	lv = hand_add_lv(vg, "partly");
	hand_add_linear(lv, 1, 20, 5);
	hand_add_linear(lv, 0, 50, 7);
	hand_add_linear(lv, 2, 0, 5);
	hand_add_linear(lv, 0, 20, 3);
	hand_add_destination(request, 2);
	plan = make_plan(request, vg);
	assert_int_equal(plan->pass_count, 1);
	assert_int_equal(plan->total_extents, 10);
	assert_string_equal(plan->passes[0].lv_name, "partly");
	assert_int_equal(plan->passes[0].reservation.run_count, 2);
	assert_run(&plan->passes[0], 0, RUN(5, 7, 0, 50, 2, 5));
	assert_run(&plan->passes[0], 1, RUN(17, 3, 0, 20, 2, 12));
}

static void segments_that_continue_each_other_are_one_run(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct vg_lv *lv = hand_add_lv(vg, "lv");

	(void)state;
	hand_add_linear(lv, 0, 10, 5);
	hand_add_linear(lv, 0, 15, 5);
	hand_add_linear(lv, 0, 21, 5);
	plan = make_plan(request, vg);
	assert_int_equal(plan->passes[0].reservation.run_count, 2);
	assert_run(&plan->passes[0], 0, RUN(0, 10, 0, 10, 1, 0));
	assert_run(&plan->passes[0], 1, RUN(10, 5, 0, 21, 1, 10));
}

static void source_ranges_cut_out_what_is_meant(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 10, 30);
	hand_add_linear(hand_add_lv(vg, "b"), 0, 40, 30);
	hand_add_linear(hand_add_lv(vg, "c"), 0, 70, 30);
	hand_add_range(&request->source, 35, 10);
	hand_add_range(&request->source, 15, 5);
	plan = make_plan(request, vg);
	assert_int_equal(plan->pass_count, 2);
	assert_int_equal(plan->total_extents, 15);
	assert_int_equal(plan->passes[0].reservation.run_count, 2);
	assert_run(&plan->passes[0], 0, RUN(5, 5, 0, 15, 1, 0));
	assert_run(&plan->passes[0], 1, RUN(25, 5, 0, 35, 1, 5));
	assert_run(&plan->passes[1], 0, RUN(0, 5, 0, 40, 1, 10));
}

static void ranges_that_touch_cut_nothing(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 30);
	hand_add_range(&request->source, 10, 5);
	hand_add_range(&request->source, 5, 5);
	plan = make_plan(request, vg);
	assert_int_equal(plan->passes[0].reservation.run_count, 1);
	assert_run(&plan->passes[0], 0, RUN(5, 10, 0, 5, 1, 0));
}

static void a_named_lv_moves_alone(void **state)
{
	static const char *const names[] = {"b", "vg/b", "/dev/vg/b", "/dev/mapper/vg-b"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
		cleanup(move_request_freep) struct move_request *request = hand_request(0);
		cleanup(plan_freep) struct plan *plan = NULL;

		hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 30);
		hand_add_linear(hand_add_lv(vg, "b"), 0, 30, 20);
		hand_set_lv(request, names[i]);
		plan = make_plan(request, vg);
		assert_int_equal(plan->pass_count, 1);
		assert_string_equal(plan->passes[0].lv_name, "b");
		assert_int_equal(plan->total_extents, 20);
	}
}

static void an_lv_nobody_can_move_does_not_hinder_another_that_is_named(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct vg_lv *hidden = hand_add_lv(vg, "pool_tdata");

	(void)state;
	hidden->visible = false;
	hand_add_linear(hidden, 0, 0, 30);
	hand_add_linear(hand_add_lv(vg, "b"), 0, 30, 20);
	hand_set_lv(request, "b");
	plan = make_plan(request, vg);
	assert_int_equal(plan->pass_count, 1);
}

static void nothing_to_move_is_an_empty_plan(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *all = hand_request(0);
	cleanup(move_request_freep) struct move_request *one = hand_request(0);
	cleanup(plan_freep) struct plan *all_plan = NULL, *one_plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "elsewhere"), 1, 0, 30);
	hand_set_lv(one, "elsewhere");
	all_plan = make_plan(all, vg);
	one_plan = make_plan(one, vg);
	assert_int_equal(all_plan->pass_count, 0);
	assert_int_equal(all_plan->total_extents, 0);
	assert_int_equal(one_plan->pass_count, 0);
}

static void nothing_to_move_needs_no_room(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 10);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "elsewhere"), 1, 0, 10);
	plan = make_plan(request, vg);
	assert_int_equal(plan->free_extents, 0);
	assert_int_equal(plan->pass_count, 0);
}

static void all_other_pvs_are_filled_in_their_order_by_default(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(4, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(1);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 1, 0, 60);
	hand_add_linear(hand_add_lv(vg, "b"), 1, 60, 40);
	hand_add_linear(hand_add_lv(vg, "there"), 0, 0, 50);
	vg->pvs[2].allocatable = false;
	plan = make_plan(request, vg);
	assert_int_equal(plan->free_extents, 150);
	assert_run(&plan->passes[0], 0, RUN(0, 60, 1, 0, 3, 0));
	assert_run(&plan->passes[1], 0, RUN(0, 40, 1, 60, 0, 50));
}

static void named_destinations_are_filled_in_the_order_given(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(4, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 60);
	hand_add_linear(hand_add_lv(vg, "b"), 0, 60, 40);
	hand_add_destination(request, 3);
	hand_add_destination(request, 1);
	hand_add_range(&request->destinations[0], 20, 70);
	plan = make_plan(request, vg);
	assert_int_equal(plan->free_extents, 170);
	assert_run(&plan->passes[0], 0, RUN(0, 60, 0, 0, 3, 20));
	assert_run(&plan->passes[1], 0, RUN(0, 40, 0, 60, 1, 0));
}

static void one_pv_may_be_named_twice_with_different_ranges(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 30);
	hand_add_destination(request, 1);
	hand_add_destination(request, 1);
	hand_add_range(&request->destinations[0], 50, 20);
	hand_add_range(&request->destinations[1], 0, 20);
	plan = make_plan(request, vg);
	assert_int_equal(plan->passes[0].reservation.run_count, 2);
	assert_run(&plan->passes[0], 0, RUN(0, 20, 0, 0, 1, 50));
	assert_run(&plan->passes[0], 1, RUN(20, 10, 0, 20, 1, 0));
}

static void extents_move_within_a_pv_between_ranges_of_it(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(1, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 30);
	hand_add_range(&request->source, 10, 20);
	hand_add_destination(request, 0);
	hand_add_range(&request->destinations[0], 40, 60);
	plan = make_plan(request, vg);
	assert_int_equal(plan->free_extents, 60);
	assert_run(&plan->passes[0], 0, RUN(10, 20, 0, 10, 0, 40));
}

static void what_another_pass_will_take_is_not_free(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct run runs[] = {RUN(0, 10, 0, 90, 1, 0), RUN(10, 5, 0, 50, 1, 20)};
	struct reservation reservation = {.vg = vg->id,
					  .lv = hand_id('l', 1),
					  .id = hand_id('l', 99),
					  .runs = runs,
					  .run_count = 2};
	struct plan_claim claim = {.reservation = &reservation, .move_id = 4};
	struct refusal refusal;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 10);
	hand_add_range(&request->source, 0, 10);
	assert_int_equal(planner_make_plan(request, vg, &claim, 1, &plan, &refusal), 0);
	assert_int_equal(plan->free_extents, 85);
	assert_run(&plan->passes[0], 0, RUN(0, 10, 0, 0, 1, 10));
}

static void two_lvs_never_get_the_same_extents(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 40);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "lv%zu", i);
		hand_add_linear(hand_add_lv(vg, name), 0, i, 1);
	}
	plan = make_plan(request, vg);
	assert_int_equal(plan->pass_count, 40);
	for (size_t i = 0; i < 40; i++)
		assert_run(&plan->passes[i], 0, RUN(0, 1, 0, i, 1, i));
}

#define RUNS_MAX 40

static void an_lv_in_many_pieces_takes_several_passes(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 3 * RUNS_MAX);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	const uint64_t count = RUNS_MAX + 1;
	struct vg_lv *lv;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 1);
	lv = hand_add_lv(vg, "b");
	for (uint64_t i = 0; i < count; i++)
		hand_add_linear(lv, 0, 2 * i + 2, 1);
	plan = make_plan(request, vg);
	assert_int_equal(plan_split(plan, RUNS_MAX), 0);
	assert_int_equal(plan->pass_count, 3);
	assert_int_equal(plan->total_extents, count + 1);
	assert_run(&plan->passes[0], 0, RUN(0, 1, 0, 0, 1, 0));
	assert_string_equal(plan->passes[1].lv_name, "b");
	assert_string_equal(plan->passes[2].lv_name, "b");
	assert_int_equal(plan->passes[1].reservation.run_count, count / 2);
	assert_int_equal(plan->passes[2].reservation.run_count, count - count / 2);
	assert_run(&plan->passes[1], 0, RUN(0, 1, 0, 2, 1, 1));
	assert_run(&plan->passes[2], 0, RUN(count / 2, 1, 0, count + 1, 1, 1 + count / 2));
}

static void an_lv_in_just_enough_pieces_takes_one(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 3 * RUNS_MAX);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct vg_lv *lv = hand_add_lv(vg, "a");

	(void)state;
	for (uint64_t i = 0; i < RUNS_MAX; i++)
		hand_add_linear(lv, 0, 2 * i, 1);
	plan = make_plan(request, vg);
	assert_int_equal(plan_split(plan, RUNS_MAX), 0);
	assert_int_equal(plan->pass_count, 1);
	assert_int_equal(plan->passes[0].reservation.run_count, RUNS_MAX);
}

/* The pass has extents first to last of the LV, wherever these are now. */
static int replan(const struct move_request *request, const struct vg *vg, const struct vg_lv *lv,
		  uint64_t first, uint64_t last, struct plan **planp)
{
	struct run runs[] = {{.first_le = first, .extent_count = 1},
			     {.first_le = last, .extent_count = 1}};
	const struct reservation pass = {.lv = lv->id, .runs = runs, .run_count = 2};
	const struct reservation other = {.lv = lv->id, .id = hand_id('h', 1)};
	const struct plan_claim claim = {&other, 1};
	struct refusal refusal;

	return planner_replan_pass(request, vg, &pass, &claim, 1, planp, &refusal);
}

static void a_pass_is_planned_again_from_its_first_extent_to_its_last(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;
	struct vg_lv *lv = hand_add_lv(vg, "a");

	(void)state;
	hand_add_linear(lv, 0, 0, 10);
	hand_add_linear(lv, 1, 0, 5);
	hand_add_linear(lv, 0, 20, 10);
	assert_int_equal(replan(request, vg, lv, 4, 17, &plan), 0);
	assert_int_equal(plan->pass_count, 1);
	assert_int_equal(plan->passes[0].reservation.run_count, 2);
	assert_run(&plan->passes[0], 0, RUN(4, 6, 0, 4, 1, 5));
	assert_run(&plan->passes[0], 1, RUN(15, 3, 0, 20, 1, 11));
}

static void one_pass_is_planned_again_whatever_the_request_names(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(3, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 0, 0, 10);
	hand_add_linear(hand_add_lv(vg, "renamed"), 0, 10, 10);
	hand_set_lv(request, "b");
	hand_add_destination(request, 2);
	assert_int_equal(replan(request, vg, &vg->lvs[1], 0, 9, &plan), 0);
	assert_int_equal(plan->pass_count, 1);
	assert_run(&plan->passes[0], 0, RUN(0, 10, 0, 10, 2, 0));
}

static void an_lv_that_left_the_source_needs_no_pass_any_more(void **state)
{
	cleanup(vg_freep) struct vg *vg = hand_vg(2, 100);
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	cleanup(plan_freep) struct plan *plan = NULL;

	(void)state;
	hand_add_linear(hand_add_lv(vg, "a"), 1, 0, 10);
	assert_int_equal(replan(request, vg, &vg->lvs[0], 0, 9, &plan), 0);
	assert_int_equal(plan->pass_count, 0);
}

static void a_request_is_resolved_by_its_devices(void **state)
{
	cleanup(move_request_freep) struct move_request *request = hand_request(0);
	char vg_name[] = "vg";
	const struct lvm_pv pvs[] = {
		{.dev = hand_dev(1),
		 .id = hand_id('p', 11),
		 .vg_name = vg_name,
		 .vg = hand_id('g', 1)},
		{.dev = hand_dev(0),
		 .id = hand_id('p', 10),
		 .vg_name = vg_name,
		 .vg = hand_id('g', 1)},
	};
	struct lvm_id vg = {0};
	struct refusal refusal;

	(void)state;
	hand_add_destination(request, 1);
	assert_int_equal(planner_resolve_request(request, pvs, 2, &vg, &refusal), 0);
	assert_string_equal(vg.text, hand_id('g', 1).text);
	assert_string_equal(request->source.pv.text, hand_id('p', 10).text);
	assert_string_equal(request->destinations[0].pv.text, hand_id('p', 11).text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pv_with_one_lv_is_emptied_in_one_run),
		cmocka_unit_test(only_what_lies_on_the_source_moves),
		cmocka_unit_test(segments_that_continue_each_other_are_one_run),
		cmocka_unit_test(source_ranges_cut_out_what_is_meant),
		cmocka_unit_test(ranges_that_touch_cut_nothing),
		cmocka_unit_test(a_named_lv_moves_alone),
		cmocka_unit_test(an_lv_nobody_can_move_does_not_hinder_another_that_is_named),
		cmocka_unit_test(nothing_to_move_is_an_empty_plan),
		cmocka_unit_test(nothing_to_move_needs_no_room),
		cmocka_unit_test(all_other_pvs_are_filled_in_their_order_by_default),
		cmocka_unit_test(named_destinations_are_filled_in_the_order_given),
		cmocka_unit_test(one_pv_may_be_named_twice_with_different_ranges),
		cmocka_unit_test(extents_move_within_a_pv_between_ranges_of_it),
		cmocka_unit_test(what_another_pass_will_take_is_not_free),
		cmocka_unit_test(two_lvs_never_get_the_same_extents),
		cmocka_unit_test(an_lv_in_many_pieces_takes_several_passes),
		cmocka_unit_test(an_lv_in_just_enough_pieces_takes_one),
		cmocka_unit_test(a_pass_is_planned_again_from_its_first_extent_to_its_last),
		cmocka_unit_test(one_pass_is_planned_again_whatever_the_request_names),
		cmocka_unit_test(an_lv_that_left_the_source_needs_no_pass_any_more),
		cmocka_unit_test(a_request_is_resolved_by_its_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the planner refuses, and with which facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/plan/planner.h"
#include "tests/unit/plan/vg_by_hand.h"

/* A group of three PVs with one LV on pv0, and a request to empty pv0. */
struct scene {
	struct vg *vg;
	struct move_request *request;
	struct plan_claim claim;
	size_t claim_count;
	struct refusal refusal;
};

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -1;
	scene->vg = hand_vg(3, 100);
	hand_add_linear(hand_add_lv(scene->vg, "lv"), 0, 0, 50);
	scene->request = hand_request(0);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	vg_free(scene->vg);
	move_request_free(scene->request);
	free(scene);
	return 0;
}

static void assert_refused(struct scene *scene, enum refusal_code code, const char *subject,
			   const char *detail)
{
	struct plan *plan = NULL;

	assert_int_equal(planner_make_plan(scene->request, scene->vg, &scene->claim,
					   scene->claim_count, &plan, &scene->refusal),
			 PLAN_REFUSED);
	assert_null(plan);
	assert_string_equal(refusal_name(scene->refusal.code), refusal_name(code));
	assert_string_equal(scene->refusal.subject, subject);
	assert_string_equal(scene->refusal.detail, detail);
}

static void assert_planned(struct scene *scene)
{
	struct plan *plan = NULL;

	assert_int_equal(planner_make_plan(scene->request, scene->vg, &scene->claim,
					   scene->claim_count, &plan, &scene->refusal),
			 0);
	plan_free(plan);
}

static void set_text(char **textp, const char *text)
{
	free(*textp);
	*textp = strdup(text);
	assert_non_null(*textp);
}

static void an_exported_group_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->exported = true;
	assert_refused(scene, REFUSAL_VG_EXPORTED, "vg", "");
}

static void a_shared_group_is_refused_by_its_lock_type(void **state)
{
	struct scene *scene = *state;

	set_text(&scene->vg->lock_type, "none");
	assert_planned(scene);
	set_text(&scene->vg->lock_type, "");
	assert_planned(scene);
	set_text(&scene->vg->lock_type, "sanlock");
	assert_refused(scene, REFUSAL_VG_SHARED, "vg", "sanlock");
}

static void a_system_id_alone_is_no_reason_to_refuse(void **state)
{
	struct scene *scene = *state;

	set_text(&scene->vg->system_id, "thishost");
	assert_planned(scene);
}

static void a_group_that_misses_a_pv_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[2].missing = true;
	assert_refused(scene, REFUSAL_VG_PARTIAL, "vg", hand_id('p', 2).text);
}

static void an_lv_of_a_read_only_group_counts_as_locked(void **state)
{
	struct scene *scene = *state;

	scene->vg->writable = false;
	assert_refused(scene, REFUSAL_LV_LOCKED, "vg/lv", "");
}

static void a_read_only_lv_can_be_moved(void **state)
{
	struct scene *scene = *state;

	scene->vg->lvs[0].writable = false;
	assert_planned(scene);
}

static void a_source_that_left_the_group_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->request->source.pv = hand_id('p', 7);
	assert_refused(scene, REFUSAL_PV_NOT_IN_VG, "/dev/pv0", "");
}

static void a_destination_that_left_the_group_is_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_destination(scene->request, 2);
	hand_add_destination(scene->request, 7);
	assert_refused(scene, REFUSAL_PV_NOT_IN_VG, "/dev/pv7", "");
}

static void a_range_beyond_the_pv_is_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_range(&scene->request->source, 0, 10);
	hand_add_range(&scene->request->source, 90, 11);
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "90-100");
	scene->request->source.ranges[1] = (struct pe_range){90, 10};
	assert_planned(scene);
}

static void ranges_that_no_pv_can_have_are_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_range(&scene->request->source, 3, 0);
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "3+0");
	scene->request->source.ranges[0] = (struct pe_range){1, UINT64_MAX};
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "1+18446744073709551615");
	scene->request->source.ranges[0] = (struct pe_range){UINT64_MAX, 1};
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "18446744073709551615+1");
	scene->request->source.ranges[0] = (struct pe_range){100, 1};
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "100-100");
}

static void ranges_that_overlap_are_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_range(&scene->request->source, 20, 10);
	hand_add_range(&scene->request->source, 10, 11);
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv0", "20-29");
}

static void destination_ranges_are_checked_too(void **state)
{
	struct scene *scene = *state;

	hand_add_destination(scene->request, 1);
	hand_add_range(&scene->request->destinations[0], 99, 2);
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv1", "99-100");
}

static void a_destination_named_twice_is_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_destination(scene->request, 1);
	hand_add_destination(scene->request, 2);
	hand_add_destination(scene->request, 1);
	hand_add_range(&scene->request->destinations[0], 0, 10);
	hand_add_range(&scene->request->destinations[2], 5, 60);
	assert_refused(scene, REFUSAL_BAD_RANGE, "/dev/pv1", "5-64");
	scene->request->destinations[2].ranges[0].first_pe = 10;
	assert_planned(scene);
}

static void the_source_itself_is_no_destination(void **state)
{
	struct scene *scene = *state;

	hand_add_destination(scene->request, 0);
	assert_refused(scene, REFUSAL_SAME_PV, "/dev/pv0", "");
	hand_add_range(&scene->request->source, 0, 10);
	assert_refused(scene, REFUSAL_SAME_PV, "/dev/pv0", "");
	hand_add_range(&scene->request->destinations[0], 9, 50);
	assert_refused(scene, REFUSAL_SAME_PV, "/dev/pv0", "");
	scene->request->destinations[0].ranges[0].first_pe = 50;
	assert_planned(scene);
}

static void an_unknown_lv_is_refused_as_it_was_asked_for(void **state)
{
	struct scene *scene = *state;
	static const char *const specs[] = {
		"lw", "vg/lw", "wg/lv", "/dev/wg/lv", "/dev/mapper/wg-lv", ""};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		hand_set_lv(scene->request, specs[i]);
		assert_refused(scene, REFUSAL_NO_SUCH_LV, specs[i], "vg");
	}
}

static void hidden_lvs_cannot_be_named(void **state)
{
	struct scene *scene = *state;

	scene->vg->lvs[0].visible = false;
	hand_set_lv(scene->request, "vg/lv");
	assert_refused(scene, REFUSAL_NO_SUCH_LV, "vg/lv", "vg");
}

static void reservations_cannot_be_named_even_while_visible(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *lv = hand_add_lv(scene->vg, "lvpvmoved_9");

	hand_add_linear(lv, 0, 60, 10);
	hand_add_tag(lv, "backup");
	hand_set_lv(scene->request, "lvpvmoved_9");
	assert_planned(scene); /* without our tag the name alone means nothing */
	hand_add_tag(&scene->vg->lvs[1], RESERVATION_TAG);
	assert_refused(scene, REFUSAL_NO_SUCH_LV, "lvpvmoved_9", "vg");
}

static void a_locked_lv_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->lvs[0].locked = true;
	assert_refused(scene, REFUSAL_LV_LOCKED, "vg/lv", "");
}

static void an_lv_under_pvmove_is_refused(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *pvmove = hand_add_lv(scene->vg, "pvmove0");

	pvmove->visible = false;
	pvmove->is_pvmove = true;
	hand_add_striped(pvmove, 0, 1, 20);
	hand_set_lv(scene->request, "lv");
	assert_planned(scene); /* it concerns the other one only */
	scene->vg->lvs[0].is_pvmove = true;
	assert_refused(scene, REFUSAL_LV_LOCKED, "vg/lv", "");
}

static void pvmoves_own_lv_on_the_source_is_refused(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *pvmove = hand_add_lv(scene->vg, "pvmove0");

	pvmove->visible = false;
	pvmove->is_pvmove = true;
	hand_add_striped(pvmove, 0, 1, 20);
	assert_refused(scene, REFUSAL_LV_LOCKED, "vg/pvmove0", "");
}

static void claim(struct scene *scene, struct reservation *reservation, uint64_t move_id)
{
	scene->claim = (struct plan_claim){.reservation = reservation, .move_id = move_id};
	scene->claim_count = 1;
}

static void an_lv_of_another_move_is_a_conflict_with_it(void **state)
{
	struct scene *scene = *state;
	struct reservation reservation = {.lv = scene->vg->lvs[0].id, .id = hand_id('l', 50)};

	claim(scene, &reservation, 12);
	scene->vg->lvs[0].locked = true;
	assert_refused(scene, REFUSAL_CONFLICT, "vg/lv", "");
	assert_int_equal(scene->refusal.move_id, 12);
	scene->vg->lvs[0].locked = false; /* not reserved yet */
	assert_refused(scene, REFUSAL_CONFLICT, "vg/lv", "");
}

static void a_reservation_on_the_source_is_a_conflict_with_its_move(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *moving = hand_add_lv(scene->vg, "moving");
	struct vg_lv *reserved;
	struct reservation reservation = {.lv = moving->id};

	hand_add_linear(moving, 1, 0, 10);
	reserved = hand_add_lv(scene->vg, "lvpvmoved_3");
	hand_add_linear(reserved, 0, 60, 10);
	hand_add_tag(reserved, RESERVATION_TAG);
	reserved->visible = false;
	reserved->locked = true;
	reservation.id = reserved->id;
	claim(scene, &reservation, 3);
	assert_refused(scene, REFUSAL_CONFLICT, "vg/moving", "");
	assert_int_equal(scene->refusal.move_id, 3);
}

static void a_reservation_nobody_claims_is_locked(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *reserved = hand_add_lv(scene->vg, "lvpvmoved_3");

	hand_add_linear(reserved, 0, 60, 10);
	hand_add_tag(reserved, RESERVATION_TAG);
	reserved->visible = false;
	assert_refused(scene, REFUSAL_LV_LOCKED, "vg/lvpvmoved_3", "");
}

static void striped_lvs_are_refused_by_their_type(void **state)
{
	struct scene *scene = *state;

	hand_add_striped(hand_add_lv(scene->vg, "fast"), 0, 1, 20);
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/fast", "striped");
}

static void one_odd_segment_makes_an_lv_unsupported(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *lv = hand_add_lv(scene->vg, "mixed");

	hand_add_linear(lv, 0, 60, 10);
	hand_add_stacked(lv, "error", 10);
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/mixed", "error");
}

static void parts_of_pools_and_arrays_are_refused(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *data = hand_add_lv(scene->vg, "pool_tdata");

	data->visible = false;
	data->is_component = true;
	hand_add_linear(data, 0, 60, 10);
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/pool_tdata", "hidden");
}

static void a_spare_that_nothing_refers_to_is_refused(void **state)
{
	struct scene *scene = *state;
	struct vg_lv *spare = hand_add_lv(scene->vg, "lvol0_pmspare");

	spare->visible = false;
	hand_add_linear(spare, 0, 60, 1);
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/lvol0_pmspare", "hidden");
}

static void the_origin_of_a_snapshot_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->lvs[0].is_component = true;
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/lv", "component");
}

static void naming_an_lv_that_stands_on_others_is_not_nothing_to_move(void **state)
{
	struct scene *scene = *state;

	hand_add_stacked(hand_add_lv(scene->vg, "thinvol"), "thin", 50);
	assert_planned(scene);
	hand_set_lv(scene->request, "thinvol");
	assert_refused(scene, REFUSAL_UNSUPPORTED_LV, "vg/thinvol", "thin");
}

static void too_little_room_is_refused_with_the_numbers(void **state)
{
	struct scene *scene = *state;

	hand_add_linear(hand_add_lv(scene->vg, "other"), 1, 0, 70);
	hand_add_destination(scene->request, 1);
	assert_refused(scene, REFUSAL_NO_SPACE, "vg", "");
	assert_int_equal(scene->refusal.needed_extents, 50);
	assert_int_equal(scene->refusal.free_extents, 30);
	assert_int_equal(scene->refusal.extent_bytes, 4 << 20);
}

static void a_destination_that_is_not_allocatable_has_no_room(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[1].allocatable = false;
	hand_add_destination(scene->request, 1);
	assert_refused(scene, REFUSAL_NO_SPACE, "vg", "");
	assert_int_equal(scene->refusal.free_extents, 0);
}

static void a_destination_with_larger_blocks_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[2].logical_block_bytes = 4096;
	hand_add_destination(scene->request, 1);
	hand_add_destination(scene->request, 2);
	assert_refused(scene, REFUSAL_BLOCK_SIZE, "/dev/pv2", "/dev/pv0");
	scene->vg->pvs[0].logical_block_bytes = 4096;
	assert_planned(scene);
	scene->vg->pvs[0].logical_block_bytes = 0;
	assert_planned(scene);
}

static void without_a_name_pvs_with_larger_blocks_are_left_out(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[1].logical_block_bytes = 4096;
	assert_planned(scene);
	scene->vg->pvs[2].logical_block_bytes = 4096;
	assert_refused(scene, REFUSAL_NO_SPACE, "vg", "");
	assert_int_equal(scene->refusal.free_extents, 0);
}

static void planning_again_an_lv_that_is_gone_is_refused(void **state)
{
	struct scene *scene = *state;
	struct lvm_id gone = hand_id('l', 77);
	struct plan *plan = NULL;

	assert_int_equal(planner_replan_lv(scene->request, scene->vg, &gone, NULL, 0, &plan,
					   &scene->refusal),
			 PLAN_REFUSED);
	assert_int_equal(scene->refusal.code, REFUSAL_NO_SUCH_LV);
	assert_string_equal(scene->refusal.subject, gone.text);
}

static void devices_that_are_no_fitting_pvs_are_refused(void **state)
{
	struct scene *scene = *state;
	char vg_name[] = "vg", other_name[] = "wg", no_name[] = "";
	const struct lvm_pv pvs[] = {
		{.dev = hand_dev(0),
		 .id = hand_id('p', 0),
		 .vg_name = vg_name,
		 .vg = hand_id('g', 1)},
		{.dev = hand_dev(1),
		 .id = hand_id('p', 1),
		 .vg_name = other_name,
		 .vg = hand_id('g', 2)},
		{.dev = hand_dev(2), .id = hand_id('p', 2), .vg_name = no_name},
		{.dev = 0, .id = hand_id('p', 3), .vg_name = vg_name, .vg = hand_id('g', 1)},
	};
	const struct {
		size_t source, destination;
		dev_t destination_dev;
		enum refusal_code code;
		const char *subject, *detail;
	} cases[] = {
		{5, 1, hand_dev(1), REFUSAL_NO_SUCH_PV, "/dev/pv5", ""},
		{2, 1, hand_dev(1), REFUSAL_PV_NOT_IN_VG, "/dev/pv2", ""},
		{0, 5, hand_dev(5), REFUSAL_NO_SUCH_PV, "/dev/pv5", ""},
		{0, 2, hand_dev(2), REFUSAL_PV_NOT_IN_VG, "/dev/pv2", ""},
		{0, 1, hand_dev(1), REFUSAL_OTHER_VG, "/dev/pv1", "wg"},
		{0, 3, 0, REFUSAL_NO_SUCH_PV, "/dev/pv3", ""}, /* a path that leads nowhere */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct move_request *request = hand_request(cases[i].source);
		struct lvm_id vg = {0};

		hand_add_destination(request, cases[i].destination);
		request->destinations[0].dev = cases[i].destination_dev;
		assert_int_equal(planner_resolve_request(request, pvs, 4, &vg, &scene->refusal),
				 PLAN_REFUSED);
		assert_int_equal(scene->refusal.code, cases[i].code);
		assert_string_equal(scene->refusal.subject, cases[i].subject);
		assert_string_equal(scene->refusal.detail, cases[i].detail);
		assert_string_equal(vg.text, "");
		move_request_free(request);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_exported_group_is_refused),
		TEST(a_shared_group_is_refused_by_its_lock_type),
		TEST(a_system_id_alone_is_no_reason_to_refuse),
		TEST(a_group_that_misses_a_pv_is_refused),
		TEST(an_lv_of_a_read_only_group_counts_as_locked),
		TEST(a_read_only_lv_can_be_moved),
		TEST(a_source_that_left_the_group_is_refused),
		TEST(a_destination_that_left_the_group_is_refused),
		TEST(a_range_beyond_the_pv_is_refused),
		TEST(ranges_that_no_pv_can_have_are_refused),
		TEST(ranges_that_overlap_are_refused),
		TEST(destination_ranges_are_checked_too),
		TEST(a_destination_named_twice_is_refused),
		TEST(the_source_itself_is_no_destination),
		TEST(an_unknown_lv_is_refused_as_it_was_asked_for),
		TEST(hidden_lvs_cannot_be_named),
		TEST(reservations_cannot_be_named_even_while_visible),
		TEST(a_locked_lv_is_refused),
		TEST(an_lv_under_pvmove_is_refused),
		TEST(pvmoves_own_lv_on_the_source_is_refused),
		TEST(an_lv_of_another_move_is_a_conflict_with_it),
		TEST(a_reservation_on_the_source_is_a_conflict_with_its_move),
		TEST(a_reservation_nobody_claims_is_locked),
		TEST(striped_lvs_are_refused_by_their_type),
		TEST(one_odd_segment_makes_an_lv_unsupported),
		TEST(parts_of_pools_and_arrays_are_refused),
		TEST(a_spare_that_nothing_refers_to_is_refused),
		TEST(the_origin_of_a_snapshot_is_refused),
		TEST(naming_an_lv_that_stands_on_others_is_not_nothing_to_move),
		TEST(too_little_room_is_refused_with_the_numbers),
		TEST(a_destination_that_is_not_allocatable_has_no_room),
		TEST(a_destination_with_larger_blocks_is_refused),
		TEST(without_a_name_pvs_with_larger_blocks_are_left_out),
		TEST(planning_again_an_lv_that_is_gone_is_refused),
		TEST(devices_that_are_no_fitting_pvs_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

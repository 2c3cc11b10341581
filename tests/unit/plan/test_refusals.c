/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused for its LVs, and with which facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plan/refusal_scene.h"

static void a_read_only_group_is_refused(void **state)
{
	struct scene *scene = *state;

	scene->vg->writable = false;
	assert_refused(scene, REFUSAL_VG_READ_ONLY, "vg", "");
}

static void a_read_only_lv_can_be_moved(void **state)
{
	struct scene *scene = *state;

	scene->vg->lvs[0].writable = false;
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

static void planning_again_an_lv_that_is_gone_is_refused(void **state)
{
	struct scene *scene = *state;
	struct run run = {.extent_count = 1};
	const struct reservation gone = {.lv = hand_id('l', 77), .runs = &run, .run_count = 1};
	struct plan *plan = NULL;

	assert_int_equal(planner_replan_pass(scene->request, scene->vg, &gone, NULL, 0, &plan,
					     &scene->refusal),
			 PLAN_REFUSED);
	assert_int_equal(scene->refusal.code, REFUSAL_NO_SUCH_LV);
	assert_string_equal(scene->refusal.subject, gone.lv.text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_read_only_group_is_refused),
		TEST(a_read_only_lv_can_be_moved),
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
		TEST(planning_again_an_lv_that_is_gone_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused for its group, its PVs or its ranges, and with which facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plan/refusal_scene.h"

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

static void a_destination_that_is_read_only_is_refused(void **state)
{
	struct scene *scene = *state;

	hand_add_destination(scene->request, 1);
	scene->vg->pvs[1].degraded = true; /* that is for a warning */
	assert_planned(scene);
	scene->vg->pvs[1].read_only = true;
	assert_refused(scene, REFUSAL_PV_READ_ONLY, "/dev/pv1", "");
}

static void without_a_name_pvs_that_are_read_only_are_left_out(void **state)
{
	struct scene *scene = *state;

	scene->vg->pvs[1].read_only = true;
	assert_planned(scene);
	scene->vg->pvs[2].read_only = true;
	assert_refused(scene, REFUSAL_NO_SPACE, "vg", "");
	assert_int_equal(scene->refusal.free_extents, 0);
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
		TEST(a_source_that_left_the_group_is_refused),
		TEST(a_destination_that_left_the_group_is_refused),
		TEST(a_range_beyond_the_pv_is_refused),
		TEST(ranges_that_no_pv_can_have_are_refused),
		TEST(ranges_that_overlap_are_refused),
		TEST(destination_ranges_are_checked_too),
		TEST(a_destination_named_twice_is_refused),
		TEST(the_source_itself_is_no_destination),
		TEST(too_little_room_is_refused_with_the_numbers),
		TEST(a_destination_that_is_not_allocatable_has_no_room),
		TEST(a_destination_with_larger_blocks_is_refused),
		TEST(without_a_name_pvs_with_larger_blocks_are_left_out),
		TEST(a_destination_that_is_read_only_is_refused),
		TEST(without_a_name_pvs_that_are_read_only_are_left_out),
		TEST(devices_that_are_no_fitting_pvs_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

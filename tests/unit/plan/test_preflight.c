/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/preflight.h"
#include "tests/unit/plan/vg_by_hand.h"

/* A group of four PVs with an LV on pv0, to be moved to pv1, and what is said of it. */
struct flight {
	struct vg *vg;
	struct move_request *request;
	struct preflight_host host;
	struct warning_list warnings;
};

static int set_up(void **state)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (!flight)
		return -1;
	flight->vg = hand_vg(4, 100);
	hand_add_linear(hand_add_lv(flight->vg, "lv"), 0, 0, 50);
	flight->request = hand_request(0);
	hand_add_destination(flight->request, 1);
	for (size_t i = 0; i < flight->vg->pv_count; i++) {
		struct vg_pv *pv = &flight->vg->pvs[i];

		pv->physical_block_bytes = 512;
		pv->disks[0] = (struct vg_disk){.dev = hand_dev(i)};
		pv->disk_count = 1;
	}
	*state = flight;
	return 0;
}

static int tear_down(void **state)
{
	struct flight *flight = *state;

	vg_free(flight->vg);
	move_request_free(flight->request);
	warning_list_deinit(&flight->warnings);
	free(flight);
	return 0;
}

/* Says what there is to be said of the plan; it must be so many things. */
static void expect_warnings(struct flight *flight, size_t count)
{
	struct refusal refusal;
	struct plan *plan = NULL;

	warning_list_deinit(&flight->warnings);
	assert_int_equal(planner_make_plan(flight->request, flight->vg, NULL, 0, &plan, &refusal),
			 0);
	assert_int_equal(preflight_warn(plan, flight->vg, &flight->host, &flight->warnings), 0);
	plan_free(plan);
	assert_int_equal(flight->warnings.count, count);
}

static void expect_warning(struct flight *flight, const char *code, const char *words)
{
	expect_warnings(flight, 1);
	assert_string_equal(warning_name(flight->warnings.items[0].code), code);
	if (!strstr(flight->warnings.items[0].text, words))
		fail_msg("\"%s\" is not in: %s", words, flight->warnings.items[0].text);
}

static void a_usual_move_needs_no_warning(void **state)
{
	expect_warnings(*state, 0);
}

static void where_nothing_is_known_nothing_is_said(void **state)
{
	struct flight *flight = *state;

	for (size_t i = 0; i < flight->vg->pv_count; i++) {
		flight->vg->pvs[i].physical_block_bytes = 0;
		flight->vg->pvs[i].disk_count = 0;
	}
	expect_warnings(flight, 0);
	flight->vg->pvs[1].physical_block_bytes = 4096;
	expect_warnings(flight, 0);
}

static void larger_physical_blocks_are_told_with_both_sizes(void **state)
{
	struct flight *flight = *state;

	flight->vg->pvs[1].physical_block_bytes = 4096;
	expect_warning(flight, "physical_blocks",
		       "/dev/pv1 has physical blocks of 4096 bytes, the source /dev/pv0 of 512");
	flight->vg->pvs[0].physical_block_bytes = 4096;
	expect_warnings(flight, 0);
	flight->vg->pvs[1].physical_block_bytes = 512;
	expect_warnings(flight, 0);
}

static void a_disk_that_both_sides_share_is_named(void **state)
{
	struct flight *flight = *state;
	struct vg_pv *dest = &flight->vg->pvs[1];

	dest->disks[1] = (struct vg_disk){.dev = hand_dev(0)};
	dest->disk_count = 2;
	expect_warning(flight, "same_disk", "share the disk below them");
	strcpy(flight->vg->pvs[0].disks[0].name, "sda");
	expect_warning(flight, "same_disk",
		       "source /dev/pv0 and destination /dev/pv1 share the disk /dev/sda");
}

static void a_move_within_a_pv_shares_its_disk_knowingly(void **state)
{
	struct flight *flight = *state;

	hand_add_range(&flight->request->source, 0, 50);
	flight->request->destinations[0].pv = hand_id('p', 0);
	hand_add_range(&flight->request->destinations[0], 50, 50);
	expect_warnings(flight, 0);
}

static void only_destinations_that_are_used_matter(void **state)
{
	struct flight *flight = *state;

	flight->vg->pvs[2].degraded = true;
	flight->vg->pvs[2].physical_block_bytes = 4096;
	flight->vg->pvs[0].degraded = true; /* all the more reason to leave it */
	expect_warnings(flight, 0);
	flight->vg->pvs[1].degraded = true;
	expect_warning(flight, "pv_degraded", "destination /dev/pv1 lacks a disk");
}

static void a_read_only_pv_anywhere_in_the_group_is_told(void **state)
{
	struct flight *flight = *state;

	flight->vg->pvs[3].read_only = true;
	expect_warning(flight, "pv_read_only", "\"blockdev --setrw /dev/pv3\"");
	flight->vg->pvs[0].read_only = true;
	expect_warnings(flight, 2);
	assert_non_null(strstr(flight->warnings.items[0].text, "/dev/pv0"));
}

static void a_pvmove_of_lvm_s_in_the_group_is_told(void **state)
{
	struct flight *flight = *state;
	struct vg_lv *lv = hand_add_lv(flight->vg, "pvmove0");

	lv->visible = false;
	lv->is_pvmove = true;
	hand_add_linear(lv, 2, 0, 10);
	expect_warning(flight, "foreign_move", "in VG vg (LV pvmove0)");
}

static void discards_that_will_not_be_made_are_told(void **state)
{
	struct flight *flight = *state;

	flight->host.issue_discards = true;
	expect_warning(flight, "issue_discards",
		       "\"lvcreate -Wn -Zn -l 100%PVS -n trim vg /dev/pv0\" and \"lvremove "
		       "vg/trim\"");
}

static void nothing_to_move_is_nothing_to_warn_of(void **state)
{
	struct flight *flight = *state;

	flight->host.issue_discards = true;
	flight->vg->pvs[3].read_only = true;
	flight->request->source.pv = hand_id('p', 2);
	expect_warnings(flight, 0);
}

/* What is said before the plan of the flight may become a move. */
static int check(struct flight *flight, struct refusal *refusal)
{
	struct plan *plan = NULL;
	int r;

	assert_int_equal(planner_make_plan(flight->request, flight->vg, NULL, 0, &plan, refusal),
			 0);
	r = preflight_check(plan, &flight->host, refusal);
	plan_free(plan);
	return r;
}

static void a_kernel_without_mirrors_is_refused(void **state)
{
	struct flight *flight = *state;
	struct refusal refusal;

	assert_int_equal(check(flight, &refusal), 0);
	flight->host.lacks_mirror = true;
	assert_int_equal(check(flight, &refusal), PLAN_REFUSED);
	assert_int_equal(refusal.code, REFUSAL_NO_TARGET);
	assert_string_equal(refusal.subject, "mirror");
}

/* 0.75 MiB for each piece, of half of what is free. */
static void an_lv_in_more_pieces_than_there_is_memory_for_is_refused(void **state)
{
	struct flight *flight = *state;
	struct vg_lv *lv = hand_add_lv(flight->vg, "pieces");
	struct refusal refusal;

	for (uint64_t i = 0; i < 4; i++)
		hand_add_linear(lv, 0, 60 + 2 * i, 1);
	flight->host.memory_bytes = UINT64_C(6) << 20;
	assert_int_equal(check(flight, &refusal), 0);
	flight->host.memory_bytes--;
	assert_int_equal(check(flight, &refusal), PLAN_REFUSED);
	assert_int_equal(refusal.code, REFUSAL_TOO_FRAGMENTED);
	assert_string_equal(refusal.subject, "pieces");
	assert_int_equal(refusal.pieces, 4);
	assert_int_equal(refusal.pieces_max, 3);
}

static void a_device_that_lvm_does_not_list_is_told_of_the_devices_file(void **state)
{
	struct flight *flight = *state;
	struct refusal refusal;

	strcpy(flight->host.devices_file, "/etc/lvm/devices/system.devices");
	refusal_set(&refusal, REFUSAL_NO_SUCH_PV, "/dev/sdb", NULL);
	preflight_complete_refusal(&flight->host, &refusal);
	assert_int_equal(refusal.code, REFUSAL_NO_SUCH_PV);
	assert_string_equal(refusal.subject, "/dev/sdb");
	assert_string_equal(refusal.detail, "/etc/lvm/devices/system.devices");

	refusal_set(&refusal, REFUSAL_OTHER_VG, "/dev/sdb", "data");
	preflight_complete_refusal(&flight->host, &refusal);
	assert_string_equal(refusal.detail, "data");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_usual_move_needs_no_warning),
		TEST(where_nothing_is_known_nothing_is_said),
		TEST(larger_physical_blocks_are_told_with_both_sizes),
		TEST(a_disk_that_both_sides_share_is_named),
		TEST(a_move_within_a_pv_shares_its_disk_knowingly),
		TEST(only_destinations_that_are_used_matter),
		TEST(a_read_only_pv_anywhere_in_the_group_is_told),
		TEST(a_pvmove_of_lvm_s_in_the_group_is_told),
		TEST(discards_that_will_not_be_made_are_told),
		TEST(nothing_to_move_is_nothing_to_warn_of),
		TEST(a_kernel_without_mirrors_is_refused),
		TEST(an_lv_in_more_pieces_than_there_is_memory_for_is_refused),
		TEST(a_device_that_lvm_does_not_list_is_told_of_the_devices_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

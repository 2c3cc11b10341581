/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans for groups as LVM itself describes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata.h"
#include "daemon/plan/planner.h"
#include "tests/unit/plan/vg_by_hand.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)
DEFINE_CLEANUP(struct move_request *, move_request_freep, move_request_free)
DEFINE_CLEANUP(FILE *, fclosep, fclose)

#define SAMPLE_MAX 65536

static struct vg *parse_sample(const char *name)
{
	_free_ char *text = calloc(1, SAMPLE_MAX);
	char path[64];
	cleanup(fclosep) FILE *file = NULL;
	struct vg *vg = NULL;
	size_t len_bytes;

	snprintf(path, sizeof(path), "../lvm/samples/%s.vg", name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	len_bytes = fread(text, 1, SAMPLE_MAX, file);
	assert_true(len_bytes < SAMPLE_MAX);
	assert_int_equal(metadata_parse(text, len_bytes, &vg), 0);
	return vg;
}

/* Plans to empty a PV, or to take one LV off it (NULL: all). */
static int make_plan(const struct vg *vg, size_t source_pv, const char *lv, struct plan **planp,
		     struct refusal *refusal)
{
	cleanup(move_request_freep) struct move_request *request = hand_request(source_pv);

	request->source.pv = vg->pvs[source_pv].id;
	if (lv)
		hand_set_lv(request, lv);
	return planner_make_plan(request, vg, NULL, 0, planp, refusal);
}

static uint64_t extents_on(const struct vg_lv *lv, size_t pv)
{
	uint64_t count = 0;

	for (size_t i = 0; i < lv->segment_count; i++)
		for (size_t j = 0; j < lv->segments[i].area_count; j++)
			if (lv->segments[i].areas[j].pv == pv)
				count += lv->segments[i].areas[j].extent_count;
	return count;
}

static void assert_whole_lv_moves(const char *sample, size_t pv, const char *lv_name)
{
	cleanup(vg_freep) struct vg *vg = parse_sample(sample);
	cleanup(plan_freep) struct plan *plan = NULL;
	const struct vg_lv *lv = vg_find_lv_by_name(vg, lv_name);
	struct refusal refusal;

	assert_non_null(lv);
	assert_int_equal(make_plan(vg, pv, lv_name, &plan, &refusal), 0);
	assert_int_equal(plan->pass_count, 1);
	assert_true(plan->total_extents > 0);
	assert_int_equal(plan->total_extents, extents_on(lv, pv));
	assert_int_equal(reservation_extent_count(&plan->passes[0].reservation),
			 plan->total_extents);
}

static void linear_lvs_move_whatever_else_is_in_the_group(void **state)
{
	(void)state;
	assert_whole_lv_moves("multi", 0, "data");
	assert_whole_lv_moves("multi", 0, "other");
	assert_whole_lv_moves("pvmove", 1, "still");
}

static void assert_refused(const char *sample, size_t pv, const char *lv, enum refusal_code code,
			   const char *subject, const char *detail)
{
	cleanup(vg_freep) struct vg *vg = parse_sample(sample);
	struct plan *plan = NULL;
	struct refusal refusal;

	assert_int_equal(make_plan(vg, pv, lv, &plan, &refusal), PLAN_REFUSED);
	assert_string_equal(refusal_name(refusal.code), refusal_name(code));
	assert_string_equal(refusal.subject, subject);
	assert_string_equal(refusal.detail, detail);
}

static void what_cannot_be_moved_yet_is_named_with_its_type(void **state)
{
	(void)state;
	assert_refused("multi", 0, NULL, REFUSAL_UNSUPPORTED_LV, "multi/striped", "striped");
	assert_refused("snapshot", 0, NULL, REFUSAL_UNSUPPORTED_LV, "snap/origin", "component");
	assert_refused("thin", 0, NULL, REFUSAL_UNSUPPORTED_LV, "thin/lvol0_pmspare", "hidden");
	assert_refused("thin", 0, "vol", REFUSAL_UNSUPPORTED_LV, "thin/vol", "thin");
	assert_refused("thin", 0, "pool", REFUSAL_UNSUPPORTED_LV, "thin/pool", "thin-pool");
	assert_refused("raid", 0, NULL, REFUSAL_UNSUPPORTED_LV, "raid/r1_rimage_0", "hidden");
	assert_refused("raid", 0, "r5", REFUSAL_UNSUPPORTED_LV, "raid/r5", "raid5");
	assert_refused("cache", 0, "slow", REFUSAL_UNSUPPORTED_LV, "cch/slow", "cache");
}

static void hidden_parts_cannot_be_named(void **state)
{
	(void)state;
	assert_refused("thin", 0, "pool_tdata", REFUSAL_NO_SUCH_LV, "pool_tdata", "thin");
	assert_refused("raid", 0, "r1_rimage_0", REFUSAL_NO_SUCH_LV, "r1_rimage_0", "raid");
	assert_refused("pvmove", 0, "pvmove0", REFUSAL_NO_SUCH_LV, "pvmove0", "mv");
}

static void an_lv_that_pvmove_has_is_locked(void **state)
{
	(void)state;
	assert_refused("pvmove", 0, "data", REFUSAL_LV_LOCKED, "mv/data", "");
}

static void a_group_of_one_pv_has_no_room(void **state)
{
	(void)state;
	assert_refused("linear", 0, NULL, REFUSAL_NO_SPACE, "linear", "");
}

static void groups_that_must_not_be_changed_are_refused(void **state)
{
	cleanup(vg_freep) struct vg *partial = parse_sample("missing");
	const char *gone = "";

	(void)state;
	for (size_t i = 0; i < partial->pv_count; i++)
		if (partial->pvs[i].missing)
			gone = partial->pvs[i].id.text;
	assert_refused("missing", 0, NULL, REFUSAL_VG_PARTIAL, partial->name, gone);
	assert_refused("exported", 0, NULL, REFUSAL_VG_EXPORTED, "exp", "");
}

static void many_lvs_make_as_many_passes(void **state)
{
	cleanup(vg_freep) struct vg *vg = parse_sample("many");
	cleanup(plan_freep) struct plan *plan = NULL;
	struct refusal refusal;
	size_t affected = 0;

	(void)state;
	for (size_t i = 0; i < vg->lv_count; i++)
		affected += extents_on(&vg->lvs[i], 0) > 0;
	assert_int_equal(make_plan(vg, 0, NULL, &plan, &refusal), 0);
	assert_true(affected > 10);
	assert_int_equal(plan->pass_count, affected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_lvs_move_whatever_else_is_in_the_group),
		cmocka_unit_test(what_cannot_be_moved_yet_is_named_with_its_type),
		cmocka_unit_test(hidden_parts_cannot_be_named),
		cmocka_unit_test(an_lv_that_pvmove_has_is_locked),
		cmocka_unit_test(a_group_of_one_pv_has_no_room),
		cmocka_unit_test(groups_that_must_not_be_changed_are_refused),
		cmocka_unit_test(many_lvs_make_as_many_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

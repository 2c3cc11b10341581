/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LVM's metadata text. What parses keeps the limits that the rest relies on. Then a move of
 * each PV is planned and split into parts, and its first pass taken through the three edits: after
 * each the text parses again and is in the stage that it should be in, given up or finished no
 * other LV has changed, and an edit that is not due is refused.
 */
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/lvm/metadata.h"
#include "daemon/plan/leg.h"
#include "daemon/plan/lv_spec.h"
#include "daemon/plan/planner.h"
#include "tests/fuzz/input.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)

/* Of a pass, so that most are split. */
#define RUNS_MAX 2

static const struct lvm_id hidden_id = {"HIDDEN-hidd-hidd-hidd-hidd-hidd-HIDDEN"};

static void be_quiet(int level, const char *file, int line, int dm_errno, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)dm_errno;
	(void)format;
}

static void check_lv(const struct vg *vg, const struct vg_lv *lv)
{
	uint64_t next_le = 0;

	CLAIM(lvm_name_is_valid(lv->name));
	CLAIM(vg_find_lv_by_name(vg, lv->name) == lv);
	CLAIM(vg_find_lv(vg, &lv->id) == lv);
	CLAIM(lv_spec_find(vg, lv->name) == lv);
	for (size_t i = 0; i < lv->segment_count; i++) {
		const struct vg_segment *segment = &lv->segments[i];

		CLAIM(segment->first_le == next_le && segment->extent_count > 0);
		next_le += segment->extent_count;
		for (size_t j = 0; j < segment->area_count; j++) {
			const struct vg_area *area = &segment->areas[j];

			CLAIM(area->pv < vg->pv_count);
			CLAIM(area->first_pe + area->extent_count <= vg->pvs[area->pv].pe_count);
		}
	}
	CLAIM(next_le <= UINT32_MAX);
}

/* No extent has two homes, and used and free ones are all there are. */
static void check_extents(const struct vg *vg)
{
	_free_ struct vg_area *used = NULL;
	size_t used_count;

	CLAIM(vg_used_areas(vg, &used, &used_count) == 0);
	for (size_t pv = 0; pv < vg->pv_count; pv++) {
		_free_ struct pe_range *ranges = NULL;
		uint64_t extents = 0, next_pe = 0;
		size_t range_count;

		for (size_t i = 0; i < used_count; i++) {
			if (used[i].pv != pv)
				continue;
			CLAIM(used[i].first_pe >= next_pe || used[i].extent_count == 0);
			next_pe = used[i].first_pe + used[i].extent_count;
			extents += used[i].extent_count;
		}
		CLAIM(vg_free_ranges(vg, pv, &ranges, &range_count) == 0);
		for (size_t i = 0; i < range_count; i++)
			extents += ranges[i].extent_count;
		CLAIM(extents == vg->pvs[pv].pe_count);
	}
}

static void check_vg(const struct vg *vg)
{
	uint64_t pv_bytes;

	CLAIM(lvm_name_is_valid(vg->name));
	CLAIM(vg->pv_count > 0 && vg->extent_size_sectors > 0);
	for (size_t i = 0; i < vg->pv_count; i++) {
		CLAIM(vg_find_pv(vg, &vg->pvs[i].id) == &vg->pvs[i]);
		CLAIM(vg->pvs[i].pe_count <= UINT32_MAX);
		CLAIM(units_extents_to_bytes(vg->pvs[i].pe_count, vg->extent_size_sectors,
					     &pv_bytes) == 0 &&
		      pv_bytes <= INT64_MAX);
		CLAIM(vg->pvs[i].missing || vg->pvs[i].device[0] == '/');
	}
	for (size_t i = 0; i < vg->lv_count; i++)
		check_lv(vg, &vg->lvs[i]);
	check_extents(vg);
}

/* Facts about the devices, which somebody looked up. */
static void find_devices(struct vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		vg->pvs[i].dev = makedev(8, (unsigned)i);
		vg->pvs[i].logical_block_bytes = 512;
	}
}

static struct vg *parse(const char *text)
{
	struct vg *vg = NULL;

	CLAIM(metadata_parse(text, strlen(text), &vg) == 0);
	check_vg(vg);
	return vg;
}

static char *edit(const char *text, enum metadata_edit kind, const struct reservation *reservation)
{
	char *edited = NULL;
	int r = metadata_edit(text, strlen(text), kind, reservation, &edited);

	CLAIM((r == 0) == (edited != NULL));
	CLAIM(r == 0 || r == -ESTALE || r == -EBUSY || r == -EEXIST);
	return edited;
}

/* Every LV but that one and the hidden one is as it was. */
static void check_others(const struct vg *before, const struct vg *after,
			 const struct reservation *reservation)
{
	for (size_t i = 0; i < before->lv_count; i++) {
		const struct vg_lv *a = &before->lvs[i], *b = vg_find_lv(after, &a->id);

		if (lvm_id_equal(&a->id, &reservation->lv))
			continue;
		CLAIM(b && strcmp(a->name, b->name) == 0);
		CLAIM(a->locked == b->locked && a->visible == b->visible &&
		      a->writable == b->writable && a->tag_count == b->tag_count);
		CLAIM(a->segment_count == b->segment_count);
		for (size_t j = 0; j < a->segment_count; j++) {
			const struct vg_segment *s = &a->segments[j], *t = &b->segments[j];

			CLAIM(s->extent_count == t->extent_count && s->area_count == t->area_count);
			for (size_t k = 0; k < s->area_count; k++)
				CLAIM(s->areas[k].pv == t->areas[k].pv &&
				      s->areas[k].first_pe == t->areas[k].first_pe);
		}
	}
}

static void check_tables(struct vg *vg, const struct reservation *reservation)
{
	struct leg_geometry geometry;

	find_devices(vg);
	if (leg_geometry_make(vg, reservation, &geometry) < 0)
		return;
	for (enum lv_place place = LV_ON_SOURCE; place <= LV_ON_DEST; place++) {
		cleanup(dm_table_deinit) struct dm_table table = {0};
		const struct vg_lv *lv = vg_find_lv(vg, &reservation->lv);
		const struct vg_segment *last = &lv->segments[lv->segment_count - 1];

		if (leg_lv_table(vg, reservation, &geometry, place, makedev(253, 7), &table) < 0)
			continue;
		CLAIM(dm_table_len(&table) <= INT64_MAX / SECTOR_BYTES);
		CLAIM(dm_table_len(&table) ==
		      (last->first_le + last->extent_count) * vg->extent_size_sectors);
	}
	leg_geometry_deinit(&geometry);
}

/* The text after the edit, which has to be possible, and only this one. */
static char *must_edit(const char *text, enum metadata_edit kind,
		       const struct reservation *reservation, const struct vg *first,
		       enum metadata_stage stage)
{
	char *edited = edit(text, kind, reservation);
	struct vg *vg;

	CLAIM(edited);
	vg = parse(edited);
	CLAIM(metadata_stage(vg, reservation) == stage);
	CLAIM(metadata_edit_is_done(kind, vg, reservation));
	check_others(first, vg, reservation);
	check_tables(vg, reservation);
	vg_free(vg);
	return edited;
}

static void move_pass(const char *text, const struct vg *vg, struct reservation *reservation)
{
	_free_ char *reserved = NULL, *committed = NULL, *released = NULL, *given_up = NULL;
	_free_ char *none = NULL;

	reservation->id = hidden_id;
	snprintf(reservation->name, sizeof(reservation->name), "lvpvmoved_1_1");
	if (vg_find_lv(vg, &hidden_id) || vg_find_lv_by_name(vg, reservation->name))
		return;
	CLAIM(metadata_stage(vg, reservation) == STAGE_UNRESERVED);
	none = edit(text, METADATA_COMMIT, reservation);
	CLAIM(!none);
	reserved = must_edit(text, METADATA_RESERVE, reservation, vg, STAGE_RESERVED);
	none = edit(reserved, METADATA_RESERVE, reservation);
	CLAIM(!none);
	given_up = must_edit(reserved, METADATA_RELEASE, reservation, vg, STAGE_UNRESERVED);
	committed = must_edit(reserved, METADATA_COMMIT, reservation, vg, STAGE_COMMITTED);
	released = must_edit(committed, METADATA_RELEASE, reservation, vg, STAGE_RELEASED);
}

/* Nothing gets lost between the parts, and none has more runs than it may. */
static void split(struct plan *plan)
{
	uint64_t extents = 0;

	CLAIM(plan_split(plan, RUNS_MAX) == 0);
	for (size_t i = 0; i < plan->pass_count; i++) {
		const struct reservation *reservation = &plan->passes[i].reservation;

		CLAIM(reservation->run_count > 0 && reservation->run_count <= RUNS_MAX);
		extents += reservation_extent_count(reservation);
	}
	CLAIM(extents == plan->total_extents);
}

static void plan_moves(const char *text, struct vg *vg)
{
	find_devices(vg);
	for (size_t pv = 0; pv < vg->pv_count && pv < 4; pv++) {
		cleanup(plan_freep) struct plan *plan = NULL;
		struct move_request request = {.source = {.device = vg->pvs[pv].device,
							  .dev = vg->pvs[pv].dev,
							  .pv = vg->pvs[pv].id}};
		struct refusal refusal;
		int r = planner_make_plan(&request, vg, NULL, 0, &plan, &refusal);

		CLAIM(r == 0 || (r == PLAN_REFUSED && *refusal_name(refusal.code)));
		if (r == 0)
			CLAIM(plan->total_extents <= plan->free_extents || plan->pass_count == 0);
		if (r == 0)
			split(plan);
		if (r == 0 && plan->pass_count > 0)
			move_pass(text, vg, &plan->passes[0].reservation);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	struct input input = input_begin(bytes, len_bytes);
	size_t text_bytes;
	_free_ char *text = input_rest(&input, &text_bytes);
	int r;

	dm_log_with_errno_init(be_quiet);
	r = metadata_parse(text, text_bytes, &vg);
	CLAIM(r == 0 || r == -EBADMSG);
	CLAIM((r == 0) == (vg != NULL));
	if (!vg)
		return 0;
	check_vg(vg);
	plan_moves(text, vg);
	return 0;
}

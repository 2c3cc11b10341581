/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/movable.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"

/* What is said of LVs whose own segments are linear but which are part of another. */
#define DETAIL_HIDDEN    "hidden"    /* a pool's data, a RAID image, a spare, … */
#define DETAIL_COMPONENT "component" /* the origin or the store of a snapshot, … */

bool lv_is_reservation(const struct vg_lv *lv)
{
	if (strncmp(lv->name, RESERVATION_NAME_PREFIX, strlen(RESERVATION_NAME_PREFIX)) != 0)
		return false;
	for (size_t i = 0; i < lv->tag_count; i++)
		if (strcmp(lv->tags[i], RESERVATION_TAG) == 0)
			return true;
	return false;
}

bool movable_is_affected(const struct planning *planning, const struct vg_lv *lv)
{
	for (size_t i = 0; i < lv->segment_count; i++) {
		const struct vg_segment *segment = &lv->segments[i];

		for (size_t j = 0; j < segment->area_count; j++) {
			const struct vg_area *area = &segment->areas[j];
			struct pe_range range = {.first_pe = area->first_pe,
						 .extent_count = area->extent_count};

			if (area->pv == planning->source_pv &&
			    range_list_meets(&planning->source, &range))
				return true;
		}
	}
	return false;
}

bool movable_is_stacked(const struct vg_lv *lv)
{
	for (size_t i = 0; i < lv->segment_count; i++)
		if (lv->segments[i].area_count == 0)
			return true;
	return false;
}

static int refuse_conflict(struct planning *planning, const struct plan_claim *claim,
			   const char *fallback_name)
{
	const struct vg_lv *lv = vg_find_lv(planning->vg, &claim->reservation->lv);

	planning_refuse_lv(planning, REFUSAL_CONFLICT, lv ? lv->name : fallback_name, NULL);
	planning->refusal->move_id = claim->move_id;
	return PLAN_REFUSED;
}

/* Returns 0, or PLAN_REFUSED when another pass has the LV or the LV is what it has reserved. */
static int check_claims(struct planning *planning, const struct vg_lv *lv)
{
	for (size_t i = 0; i < planning->claim_count; i++) {
		const struct reservation *reservation = planning->claims[i].reservation;

		/* A pass that is planned anew may have others of its LV beside it. */
		if ((!planning->pass && lvm_id_equal(&reservation->lv, &lv->id)) ||
		    lvm_id_equal(&reservation->id, &lv->id))
			return refuse_conflict(planning, &planning->claims[i], lv->name);
	}
	return 0;
}

/* The type of the first segment that is not linear, or NULL. */
static const char *find_odd_type(const struct vg_lv *lv)
{
	for (size_t i = 0; i < lv->segment_count; i++)
		if (!vg_segment_is_linear(&lv->segments[i]))
			return lv->segments[i].type;
	return NULL;
}

int movable_check(struct planning *planning, const struct vg_lv *lv)
{
	const char *detail = find_odd_type(lv);
	int r = check_claims(planning, lv);

	if (r != 0)
		return r;
	if (lv->locked || lv->is_pvmove || lv_is_reservation(lv))
		return planning_refuse_lv(planning, REFUSAL_LV_LOCKED, lv->name, NULL);
	if (!detail && !lv->visible)
		detail = DETAIL_HIDDEN;
	if (!detail && lv->is_component)
		detail = DETAIL_COMPONENT;
	return detail ? planning_refuse_lv(planning, REFUSAL_UNSUPPORTED_LV, lv->name, detail) : 0;
}

/* Appends a stretch, or lets it lengthen the one before. Returns 0 or -ENOMEM. */
static int append_stretch(struct run_list *runs, const struct run *run)
{
	struct run *last = runs->count ? &runs->items[runs->count - 1] : NULL;

	if (!last || !run_is_continued_by(last, run))
		return run_list_append(runs, run);
	last->extent_count += run->extent_count;
	return 0;
}

int movable_list_runs(const struct planning *planning, const struct vg_lv *lv,
		      struct run_list *runs)
{
	for (size_t i = 0; i < lv->segment_count; i++) {
		cleanup(range_list_deinit) struct range_list moving = {0};
		const struct vg_segment *segment = &lv->segments[i];
		const struct vg_area *area = &segment->areas[0];
		struct pe_range all = {.first_pe = area->first_pe,
				       .extent_count = area->extent_count};
		int r;

		if (area->pv != planning->source_pv)
			continue;
		r = range_list_intersect(&(struct range_list){.items = &all, .count = 1},
					 &planning->source, &moving);
		for (size_t j = 0; j < moving.count && r == 0; j++)
			r = append_stretch(
				runs, &(struct run){
					      .first_le = segment->first_le +
							  moving.items[j].first_pe - area->first_pe,
					      .extent_count = moving.items[j].extent_count,
					      .source_pv = planning->vg->pvs[area->pv].id,
					      .source_pe = moving.items[j].first_pe,
				      });
		if (r < 0)
			return r;
	}
	return 0;
}

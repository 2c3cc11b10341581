/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/reservation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void reservation_deinit(struct reservation *reservation)
{
	free(reservation->runs);
	memset(reservation, 0, sizeof(*reservation));
}

int reservation_copy(const struct reservation *reservation, struct reservation *copyp)
{
	struct run *runs = calloc(reservation->run_count + 1, sizeof(*runs));

	if (!runs)
		return -ENOMEM;
	for (size_t i = 0; i < reservation->run_count; i++)
		runs[i] = reservation->runs[i];
	*copyp = *reservation;
	copyp->runs = runs;
	return 0;
}

uint64_t reservation_extent_count(const struct reservation *reservation)
{
	uint64_t count = 0;

	for (size_t i = 0; i < reservation->run_count; i++)
		count += reservation->runs[i].extent_count;
	return count;
}

bool reservation_uses_pv(const struct reservation *reservation, const struct lvm_id *pv)
{
	for (size_t i = 0; i < reservation->run_count; i++)
		if (lvm_id_equal(&reservation->runs[i].source_pv, pv) ||
		    lvm_id_equal(&reservation->runs[i].dest_pv, pv))
			return true;
	return false;
}

/* Which side of its runs something lies on. */
enum side { SOURCE, DEST };

/*
 * True when the run's extents, of which the first is logical extent le of the
 * LV, lie linear where that side of the run says. *segmentp is a segment at or
 * before le, and is moved on.
 */
static bool run_matches(const struct vg *vg, const struct vg_lv *lv, uint64_t le,
			const struct run *run, enum side side, size_t *segmentp)
{
	const struct lvm_id *pv = side == SOURCE ? &run->source_pv : &run->dest_pv;
	uint64_t pe = side == SOURCE ? run->source_pe : run->dest_pe;
	uint64_t left = run->extent_count;

	for (; left > 0; ++*segmentp) {
		const struct vg_segment *segment;
		uint64_t skipped, matched;

		if (*segmentp >= lv->segment_count)
			return false;
		segment = &lv->segments[*segmentp];
		skipped = le - segment->first_le;
		if (skipped >= segment->extent_count)
			continue;
		if (!vg_segment_is_linear(segment) ||
		    !lvm_id_equal(&vg->pvs[segment->areas[0].pv].id, pv) ||
		    segment->areas[0].first_pe + skipped != pe)
			return false;
		matched = segment->extent_count - skipped;
		if (matched >= left)
			return true;
		left -= matched;
		le += matched;
		pe += matched;
	}
	return true;
}

/* True when the LV has all runs on that side, each at its own extents. */
static bool lv_lies_on(const struct vg *vg, const struct vg_lv *lv,
		       const struct reservation *reservation, enum side side)
{
	size_t segment = 0;

	for (size_t i = 0; i < reservation->run_count; i++)
		if (!run_matches(vg, lv, reservation->runs[i].first_le, &reservation->runs[i], side,
				 &segment))
			return false;
	return true;
}

static uint64_t lv_extent_count(const struct vg_lv *lv)
{
	const struct vg_segment *last;

	if (!lv->segment_count)
		return 0;
	last = &lv->segments[lv->segment_count - 1];
	return last->first_le + last->extent_count;
}

/* True when the hidden LV is just that side of the runs, one after the other. */
static bool hidden_lv_holds(const struct vg *vg, const struct vg_lv *hidden,
			    const struct reservation *reservation, enum side side)
{
	size_t segment = 0;
	uint64_t le = 0;

	if (hidden->visible || !hidden->locked ||
	    lv_extent_count(hidden) != reservation_extent_count(reservation))
		return false;
	for (size_t i = 0; i < reservation->run_count; i++) {
		if (!run_matches(vg, hidden, le, &reservation->runs[i], side, &segment))
			return false;
		le += reservation->runs[i].extent_count;
	}
	return true;
}

bool reservation_lv_is_on_source(const struct vg *vg, const struct reservation *reservation)
{
	const struct vg_lv *lv = vg_find_lv(vg, &reservation->lv);

	return lv && lv_lies_on(vg, lv, reservation, SOURCE);
}

bool reservation_lv_is_on_dest(const struct vg *vg, const struct reservation *reservation)
{
	const struct vg_lv *lv = vg_find_lv(vg, &reservation->lv);

	return lv && lv_lies_on(vg, lv, reservation, DEST);
}

/* By its name, and by what no user gives an LV of that name: either may have been changed by hand.
 */
bool reservation_made_lv(const struct vg_lv *lv)
{
	bool has_tag = false;

	for (size_t i = 0; i < lv->tag_count; i++)
		has_tag |= strcmp(lv->tags[i], RESERVATION_TAG) == 0;
	return strncmp(lv->name, RESERVATION_NAME_PREFIX, strlen(RESERVATION_NAME_PREFIX)) == 0 &&
	       (has_tag || !lv->visible);
}

bool reservation_locked_lv(const struct vg_lv *lv)
{
	return lv->locked && !lv->is_pvmove && !reservation_made_lv(lv);
}

enum metadata_stage metadata_stage(const struct vg *vg, const struct reservation *reservation)
{
	const struct vg_lv *lv = vg_find_lv(vg, &reservation->lv);
	const struct vg_lv *hidden = vg_find_lv(vg, &reservation->id);

	if (!lv)
		return STAGE_LV_GONE;
	if (lv_lies_on(vg, lv, reservation, SOURCE)) {
		if (!hidden)
			return STAGE_UNRESERVED;
		if (lv->locked && hidden_lv_holds(vg, hidden, reservation, DEST))
			return STAGE_RESERVED;
	} else if (hidden) {
		if (hidden_lv_holds(vg, hidden, reservation, SOURCE))
			return STAGE_COMMITTED;
	} else if (lv_lies_on(vg, lv, reservation, DEST)) {
		return STAGE_RELEASED;
	}
	return STAGE_CHANGED;
}

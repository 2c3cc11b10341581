/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What of an LV lies on the source, and whether it can be moved from there. */

#include "daemon/plan/planning.h"
#include "daemon/plan/runs.h"

/* The hidden LV that a pass made for itself, whether of this daemon or left by another. */
bool lv_is_reservation(const struct vg_lv *lv);

/* True when a segment of the LV lies on the extents to be emptied. */
bool movable_is_affected(const struct planning *planning, const struct vg_lv *lv);

/*
 * True when part of the LV does not lie on PVs itself but on other LVs, so that
 * movable_is_affected() alone does not tell whether its data is on the source.
 */
bool movable_is_stacked(const struct vg_lv *lv);

/* Returns 0, or PLAN_REFUSED (CONFLICT, LV_LOCKED, UNSUPPORTED_LV) for an LV we must not touch. */
int movable_check(struct planning *planning, const struct vg_lv *lv);

/*
 * Appends the stretches of a linear LV on the extents to be emptied, each as
 * long as it can be, in the order of the LV and without a destination. Returns
 * 0 or -ENOMEM.
 */
int movable_list_runs(const struct planning *planning, const struct vg_lv *lv,
		      struct run_list *runs);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From a VG and a request to the passes that fulfil it, or to a refusal. Pure:
 * reads nothing, draws no random numbers, and knows neither device-mapper nor
 * the state of running moves beyond the claims it is given.
 */

#include "common/refusal.h"
#include "daemon/lvm/pv.h"
#include "daemon/lvm/reservation.h"
#include "daemon/plan/request.h"

/* What an unfinished pass of some move holds, so that no other plan touches it. */
struct plan_claim {
	const struct reservation *reservation; /* its LV is taken, and its destination runs too */
	uint64_t move_id;
};

struct planned_pass {
	char *lv_name;
	struct reservation reservation; /* complete but for id and name, which the mover gives */
};

struct plan {
	struct lvm_id vg;
	char *vg_name;
	uint64_t extent_bytes;
	/* In the order of the metadata, several for an LV in many pieces; none: nothing to move. */
	struct planned_pass *passes;
	size_t pass_count;
	uint64_t total_extents;  /* to be moved; also the peak of free extents needed */
	uint64_t free_extents;   /* free on the destinations allowed, claims taken off */
	const struct vg *origin; /* what it was made from, borrowed; NULL: nothing */
};

/* The path of a PV that a run of the plan names, or its UUID when there is none; borrowed. */
const char *plan_pv_device(const struct plan *plan, const struct lvm_id *pv);

/* Frees a plan and all in it; NULL is fine. */
void plan_free(struct plan *plan);

/* What the functions below return when *refusal says why not. */
#define PLAN_REFUSED 1

/*
 * Finds the PVs that a request names among those LVM lists and the VG they are
 * all in; fills in the request's PV ids. Returns 0 with *vgp set, or
 * PLAN_REFUSED (NO_SUCH_PV, PV_NOT_IN_VG, OTHER_VG).
 */
int planner_resolve_request(struct move_request *request, const struct lvm_pv *pvs, size_t pv_count,
			    struct lvm_id *vgp, struct refusal *refusal);

/*
 * Plans a resolved request. Runs of an LV are kept whole and on one PV where
 * free space allows, destinations are filled in the order given. The detail of
 * UNSUPPORTED_LV is the type of a segment that is not linear, or "hidden" or
 * "component" for an LV that is itself linear but part of another. Returns 0
 * and an owned plan, PLAN_REFUSED, or -ENOMEM.
 */
int planner_make_plan(const struct move_request *request, const struct vg *vg,
		      const struct plan_claim *claims, size_t claim_count, struct plan **planp,
		      struct refusal *refusal);

/*
 * Makes parts of passes of more than so many runs, as equal as can be, each a pass of its own: in
 * the end each run is a mirror, and whenever a table is drawn all of a pass are made anew. Returns
 * 0 or -ENOMEM, with a plan that can only be freed.
 */
int plan_split(struct plan *plan, size_t runs_max);

/*
 * Plans one pass of a resolved request again, whose destination was taken before it was reserved:
 * what lies on the source of its LV, from its first run to its last. That pass must not be among
 * the claims. The same returns; a plan of at most one pass.
 */
int planner_replan_pass(const struct move_request *request, const struct vg *vg,
			const struct reservation *pass, const struct plan_claim *claims,
			size_t claim_count, struct plan **planp, struct refusal *refusal);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the parts of the planner share while one plan is made: what was asked,
 * what there is, and the refusal to fill in. Internal to the planner.
 */

#include "daemon/plan/planner.h"
#include "daemon/plan/ranges.h"

struct planning {
	const struct move_request *request;
	const struct vg *vg;
	const struct plan_claim *claims;
	size_t claim_count;
	const struct reservation *pass; /* to be planned anew, and nothing else; NULL: all */
	struct refusal *refusal;
	size_t source_pv;         /* index into vg->pvs */
	struct range_list source; /* the extents to be emptied */
};

/* Frees what the planner itself has put in. */
void planning_deinit(struct planning *planning);

/* Both fill the refusal in and return PLAN_REFUSED. */
int planning_refuse(struct planning *planning, enum refusal_code code, const char *subject,
		    const char *detail);
/* The subject is "vg/lv". */
int planning_refuse_lv(struct planning *planning, enum refusal_code code, const char *lv_name,
		       const char *detail);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A group and a request to be spoilt in one way, and what the planner then says. */

#include "daemon/plan/planner.h"
#include "tests/unit/plan/vg_by_hand.h"

/* A group of three PVs with one LV on pv0, and a request to empty pv0. */
struct scene {
	struct vg *vg;
	struct move_request *request;
	struct plan_claim claim;
	size_t claim_count;
	struct refusal refusal;
};

int scene_setup(void **state);
int scene_teardown(void **state);

void assert_refused(struct scene *scene, enum refusal_code code, const char *subject,
		    const char *detail);
void assert_planned(struct scene *scene);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A PV that a request names, made certain: the PV of the group and its extents that are meant. */

#include "daemon/plan/planning.h"

/*
 * Finds the PV and checks the ranges. Returns 0 with its index in vg->pvs and
 * the extents meant (all of them where no range was named), PLAN_REFUSED
 * (PV_NOT_IN_VG, BAD_RANGE) or -ENOMEM.
 */
int choice_resolve(struct planning *planning, const struct pv_choice *choice, size_t *pvp,
		   struct range_list *extentsp);

/* Refuses one range of a choice: BAD_RANGE. Returns PLAN_REFUSED. */
int choice_refuse_range(struct planning *planning, const struct pv_choice *choice,
			const struct pe_range *range);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/planning.h"

#include <stdio.h>

void planning_deinit(struct planning *planning)
{
	range_list_deinit(&planning->source);
}

int planning_refuse(struct planning *planning, enum refusal_code code, const char *subject,
		    const char *detail)
{
	refusal_set(planning->refusal, code, subject, detail);
	return PLAN_REFUSED;
}

int planning_refuse_lv(struct planning *planning, enum refusal_code code, const char *lv_name,
		       const char *detail)
{
	char subject[REFUSAL_TEXT_MAX];

	snprintf(subject, sizeof(subject), "%s/%s", planning->vg->name, lv_name);
	return planning_refuse(planning, code, subject, detail);
}

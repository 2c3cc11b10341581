/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/choice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/* As the user writes ranges, "first-last", where that can be said at all. */
int choice_refuse_range(struct planning *planning, const struct pv_choice *choice,
			const struct pe_range *range)
{
	char detail[64];
	uint64_t end;

	if (range->extent_count == 0 ||
	    __builtin_add_overflow(range->first_pe, range->extent_count, &end))
		snprintf(detail, sizeof(detail), "%" PRIu64 "+%" PRIu64, range->first_pe,
			 range->extent_count);
	else
		snprintf(detail, sizeof(detail), "%" PRIu64 "-%" PRIu64, range->first_pe, end - 1);
	return planning_refuse(planning, REFUSAL_BAD_RANGE, choice->device, detail);
}

static bool range_is_within(const struct pe_range *range, const struct vg_pv *pv)
{
	return range->extent_count > 0 && range->first_pe < pv->pe_count &&
	       range->extent_count <= pv->pe_count - range->first_pe;
}

static int list_extents(const struct pv_choice *choice, const struct vg_pv *pv,
			struct range_list *extents)
{
	bool whole = choice->range_count == 0;

	extents->count = whole ? 1 : choice->range_count;
	extents->items = calloc(extents->count, sizeof(extents->items[0]));
	if (!extents->items)
		return -ENOMEM;
	if (whole)
		extents->items[0].extent_count = pv->pe_count;
	else
		memcpy(extents->items, choice->ranges, extents->count * sizeof(extents->items[0]));
	range_list_sort(extents);
	return 0;
}

int choice_resolve(struct planning *planning, const struct pv_choice *choice, size_t *pvp,
		   struct range_list *extentsp)
{
	cleanup(range_list_deinit) struct range_list extents = {0};
	const struct vg_pv *pv = vg_find_pv(planning->vg, &choice->pv);
	const struct pe_range *overlap;
	int r;

	if (!pv)
		return planning_refuse(planning, REFUSAL_PV_NOT_IN_VG, choice->device, NULL);
	for (size_t i = 0; i < choice->range_count; i++)
		if (!range_is_within(&choice->ranges[i], pv))
			return choice_refuse_range(planning, choice, &choice->ranges[i]);
	r = list_extents(choice, pv, &extents);
	if (r < 0)
		return r;
	overlap = range_list_find_overlap(&extents);
	if (overlap)
		return choice_refuse_range(planning, choice, overlap);
	*pvp = (size_t)(pv - planning->vg->pvs);
	extentsp->items = steal_pointer(&extents.items);
	extentsp->count = extents.count;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/soundness.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "daemon/lvm/names.h"

/* Returns 0, or -EBADMSG when two PVs or two LVs have the same id. */
static int check_ids(const struct vg *vg)
{
	size_t most = vg->pv_count > vg->lv_count ? vg->pv_count : vg->lv_count;
	_free_ struct name *ids = calloc(most, sizeof(*ids));
	int r;

	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < vg->pv_count; i++)
		ids[i].text = vg->pvs[i].id.text;
	r = names_sort(ids, vg->pv_count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < vg->lv_count; i++)
		ids[i].text = vg->lvs[i].id.text;
	return names_sort(ids, vg->lv_count);
}

/* Returns 0, or -EBADMSG when two areas share an extent. */
static int check_areas(const struct vg *vg)
{
	_free_ struct vg_area *areas = NULL;
	size_t count;
	int r = vg_used_areas(vg, &areas, &count);

	if (r < 0)
		return r;
	for (size_t i = 1; i < count; i++)
		if (areas[i].pv == areas[i - 1].pv &&
		    areas[i].first_pe < areas[i - 1].first_pe + areas[i - 1].extent_count)
			return -EBADMSG;
	return 0;
}

/* Returns 0, or -EBADMSG when a PV or an LV is larger than any device can be. */
static int check_sizes(const struct vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++)
		if (vg->pvs[i].pe_count >
		    (SOUNDNESS_SECTORS_MAX - vg->pvs[i].pe_start_sectors) / vg->extent_size_sectors)
			return -EBADMSG;
	for (size_t i = 0; i < vg->lv_count; i++) {
		const struct vg_lv *lv = &vg->lvs[i];
		const struct vg_segment *last =
			lv->segment_count ? &lv->segments[lv->segment_count - 1] : NULL;

		if (last && last->first_le + last->extent_count >
				    SOUNDNESS_SECTORS_MAX / vg->extent_size_sectors)
			return -EBADMSG;
	}
	return 0;
}

int soundness_check(const struct vg *vg)
{
	int r = check_sizes(vg);

	if (r == 0)
		r = check_ids(vg);
	return r == 0 ? check_areas(vg) : r;
}

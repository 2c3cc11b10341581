/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/trouble.h"

#include <stdio.h>

/* The run that an extent of the LV is in, or NULL. */
static const struct run *find_run(const struct reservation *reservation, uint64_t le)
{
	for (size_t i = 0; i < reservation->run_count; i++) {
		const struct run *run = &reservation->runs[i];

		if (le >= run->first_le && le - run->first_le < run->extent_count)
			return run;
	}
	return NULL;
}

static void name_pv(const struct run *run, const struct vg *vg, struct pass_trouble *trouble)
{
	const struct vg_pv *pv;

	trouble->pv = trouble->side == TROUBLE_SOURCE ? run->source_pv : run->dest_pv;
	pv = vg ? vg_find_pv(vg, &trouble->pv) : NULL;
	if (pv && pv->device)
		snprintf(trouble->device, sizeof(trouble->device), "%s", pv->device);
}

struct pass_trouble trouble_seen(const struct observation *seen,
				 const struct reservation *reservation, const struct vg *vg)
{
	const struct leg_progress *progress = &seen->progress;
	struct pass_trouble trouble = {.side = TROUBLE_NONE};
	const struct run *run = find_run(reservation, progress->trouble_first_le);

	if (progress->trouble == LEG_SOUND || !run)
		return trouble;
	trouble.side = leg_trouble_is_of_source(progress->trouble) ? TROUBLE_SOURCE : TROUBLE_DEST;
	trouble.first_le = progress->trouble_first_le;
	trouble.le_count = progress->trouble_extent_count;
	trouble.first_sector = progress->trouble_at.dev_start_sectors;
	trouble.sector_count = progress->trouble_at.len_sectors;
	name_pv(run, vg, &trouble);
	return trouble;
}

bool trouble_narrow(struct pass_trouble *trouble, const struct reservation *reservation,
		    const struct vg *vg, uint64_t first_sector, uint64_t sector_count)
{
	const struct run *run = find_run(reservation, trouble->first_le);
	const struct vg_pv *pv = vg ? vg_find_pv(vg, &trouble->pv) : NULL;
	uint64_t first_pe, last_pe;

	if (!run || !pv || sector_count == 0 || first_sector < pv->pe_start_sectors)
		return false;
	first_pe = (first_sector - pv->pe_start_sectors) / vg->extent_size_sectors;
	last_pe =
		(first_sector + sector_count - 1 - pv->pe_start_sectors) / vg->extent_size_sectors;
	if (first_pe < run->source_pe || last_pe - run->source_pe >= run->extent_count)
		return false;
	trouble->first_le = run->first_le + (first_pe - run->source_pe);
	trouble->le_count = last_pe - first_pe + 1;
	trouble->first_sector = first_sector;
	trouble->sector_count = sector_count;
	trouble->is_exact = true;
	return true;
}

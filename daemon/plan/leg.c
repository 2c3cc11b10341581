/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/leg.h"

#include <errno.h>
#include <stdlib.h>

#include "common/units.h"

void leg_geometry_deinit(struct leg_geometry *geometry)
{
	free(geometry->runs);
	*geometry = (struct leg_geometry){0};
}

static uint64_t run_lv_end(const struct leg_run *run)
{
	return run->lv_start_sectors + run->len_sectors;
}

static bool pv_is_there(const struct vg_pv *pv)
{
	return pv && !pv->missing && pv->dev != 0;
}

/* Where on a PV's device an extent begins. Returns 0 or -ERANGE. */
static int extent_offset(const struct vg *vg, const struct vg_pv *pv, uint64_t pe,
			 uint64_t *sectorsp)
{
	uint64_t sectors;

	if (units_extents_to_sectors(pe, vg->extent_size_sectors, &sectors) < 0 ||
	    __builtin_add_overflow(sectors, pv->pe_start_sectors, &sectors))
		return -ERANGE;
	*sectorsp = sectors;
	return 0;
}

/* Where one side of a run begins on its PV's device. Returns 0, -ENODEV or -ERANGE. */
static int locate_side(const struct vg *vg, const struct lvm_id *pv_id, uint64_t first_pe,
		       uint64_t extent_count, const struct vg_pv **pvp, uint64_t *sectorsp)
{
	const struct vg_pv *pv = vg_find_pv(vg, pv_id);
	uint64_t end_pe, end;

	if (!pv_is_there(pv))
		return -ENODEV;
	if (__builtin_add_overflow(first_pe, extent_count, &end_pe) || end_pe > pv->pe_count ||
	    extent_offset(vg, pv, end_pe, &end) < 0)
		return -ERANGE;
	*pvp = pv;
	return extent_offset(vg, pv, first_pe, sectorsp);
}

/* The lesser of the two that are known; 0: neither is. */
static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static void note_queue(struct leg_geometry *geometry, const struct vg_pv *pv)
{
	geometry->queue_requests = lesser(geometry->queue_requests, pv->queue_requests);
	geometry->request_max_bytes = lesser(geometry->request_max_bytes, pv->request_max_bytes);
}

/* Returns 0, -ENODEV or -ERANGE. */
static int locate_run(const struct vg *vg, const struct run *run, struct leg_geometry *geometry,
		      struct leg_run *located)
{
	const struct vg_pv *source, *dest;
	uint64_t end;
	int r;

	r = locate_side(vg, &run->source_pv, run->source_pe, run->extent_count, &source,
			&located->source_sectors);
	if (r == 0)
		r = locate_side(vg, &run->dest_pv, run->dest_pe, run->extent_count, &dest,
				&located->dest_sectors);
	if (r < 0)
		return r;
	located->source_dev = source->dev;
	located->dest_dev = dest->dev;
	located->rotational = source->rotational || dest->rotational;
	note_queue(geometry, source);
	note_queue(geometry, dest);
	if (units_extents_to_sectors(run->first_le, vg->extent_size_sectors,
				     &located->lv_start_sectors) < 0 ||
	    units_extents_to_sectors(run->extent_count, vg->extent_size_sectors,
				     &located->len_sectors) < 0 ||
	    __builtin_add_overflow(located->lv_start_sectors, located->len_sectors, &end))
		return -ERANGE;
	return 0;
}

/* A run that came out of the journal may begin before the last one has ended, or hold nothing. */
static bool run_is_in_order(const struct leg_geometry *geometry, const struct leg_run *run)
{
	const struct leg_run *last = geometry->count ? run - 1 : NULL;

	return run->len_sectors > 0 && (!last || run->lv_start_sectors >= run_lv_end(last));
}

/* Returns 0, -ENODEV or -ERANGE; there is room for all runs. */
static int locate_runs(const struct vg *vg, const struct reservation *reservation,
		       struct leg_geometry *geometry)
{
	for (; geometry->count < reservation->run_count; geometry->count++) {
		struct leg_run *run = &geometry->runs[geometry->count];
		int r = locate_run(vg, &reservation->runs[geometry->count], geometry, run);

		if (r < 0)
			return r;
		run->leg_start_sectors = geometry->len_sectors;
		if (!run_is_in_order(geometry, run) ||
		    __builtin_add_overflow(geometry->len_sectors, run->len_sectors,
					   &geometry->len_sectors))
			return -ERANGE;
	}
	return 0;
}

int leg_geometry_make(const struct vg *vg, const struct reservation *reservation,
		      struct leg_geometry *geometryp)
{
	struct leg_geometry geometry = {0};
	int r;

	geometry.runs = calloc(reservation->run_count + 1, sizeof(geometry.runs[0]));
	if (!geometry.runs)
		return -ENOMEM;
	r = locate_runs(vg, reservation, &geometry);
	if (r < 0) {
		leg_geometry_deinit(&geometry);
		return r;
	}
	*geometryp = geometry;
	return 0;
}

/* A table being drawn, from the LV's first sector on. */
struct drawing {
	const struct vg *vg;
	const struct leg_geometry *geometry;
	enum lv_place place;
	dev_t leg_dev;
	size_t run; /* the run that is drawn, or that comes next */
	struct dm_table table;
	size_t segment_start; /* first target of the segment that is being drawn */
};

/*
 * Appends a linear stretch, or lets it lengthen the one before within the same
 * segment: LVM's reports warn of a table whose targets do not begin where the
 * segments do (seen with 2.03.16). Returns 0 or -ENOMEM.
 */
static int append_linear(struct drawing *drawing, dev_t dev, uint64_t sectors, uint64_t len_sectors)
{
	struct dm_table *table = &drawing->table;
	struct dm_target *last =
		table->count > drawing->segment_start ? &table->targets[table->count - 1] : NULL;

	if (last && last->source_dev == dev &&
	    last->source_sectors + last->len_sectors == sectors) {
		last->len_sectors += len_sectors;
		return 0;
	}
	return dm_table_append(table, &(struct dm_target){.type = DM_LINEAR,
							  .len_sectors = len_sectors,
							  .source_dev = dev,
							  .source_sectors = sectors});
}

/* Appends what lies skip_sectors into a run, in the place that is asked for. */
static int draw_moving(struct drawing *drawing, const struct leg_run *run, uint64_t skip_sectors,
		       uint64_t len_sectors)
{
	switch (drawing->place) {
	case LV_ON_SOURCE:
		return append_linear(drawing, run->source_dev, run->source_sectors + skip_sectors,
				     len_sectors);
	case LV_ON_LEG:
		return append_linear(drawing, drawing->leg_dev,
				     run->leg_start_sectors + skip_sectors, len_sectors);
	case LV_ON_DEST:
		break;
	}
	return append_linear(drawing, run->dest_dev, run->dest_sectors + skip_sectors, len_sectors);
}

/* Appends a stretch that does not move, from where the metadata has it. */
static int draw_unmoved(struct drawing *drawing, const struct vg_area *area, uint64_t skip_sectors,
			uint64_t len_sectors)
{
	const struct vg_pv *pv = &drawing->vg->pvs[area->pv];
	uint64_t sectors;

	if (!pv_is_there(pv))
		return -ENODEV;
	if (extent_offset(drawing->vg, pv, area->first_pe, &sectors) < 0 ||
	    __builtin_add_overflow(sectors, skip_sectors, &sectors))
		return -ERANGE;
	return append_linear(drawing, pv->dev, sectors, len_sectors);
}

/* Draws one segment, in turns what moves and what does not. 0, -ENODEV, -ERANGE or -ENOMEM. */
static int draw_segment(struct drawing *drawing, const struct vg_segment *segment)
{
	const struct leg_geometry *geometry = drawing->geometry;
	uint64_t start, end, at;

	if (units_extents_to_sectors(segment->first_le, drawing->vg->extent_size_sectors, &start) <
		    0 ||
	    units_extents_to_sectors(segment->first_le + segment->extent_count,
				     drawing->vg->extent_size_sectors, &end) < 0)
		return -ERANGE;
	drawing->segment_start = drawing->table.count;
	at = start;
	while (at < end) {
		const struct leg_run *run =
			drawing->run < geometry->count ? &geometry->runs[drawing->run] : NULL;
		bool moves = run && run->lv_start_sectors <= at;
		uint64_t change = moves ? run_lv_end(run) : run ? run->lv_start_sectors : end;
		uint64_t len = (change < end ? change : end) - at;
		int r;

		r = moves ? draw_moving(drawing, run, at - run->lv_start_sectors, len)
			  : draw_unmoved(drawing, &segment->areas[0], at - start, len);
		if (r < 0)
			return r;
		at += len;
		if (moves && at == run_lv_end(run))
			drawing->run++;
	}
	return 0;
}

int leg_lv_table(const struct vg *vg, const struct reservation *reservation,
		 const struct leg_geometry *geometry, enum lv_place place, dev_t leg_dev,
		 struct dm_table *tablep)
{
	struct drawing drawing = {
		.vg = vg, .geometry = geometry, .place = place, .leg_dev = leg_dev};
	const struct vg_lv *lv = vg_find_lv(vg, &reservation->lv);
	int r = 0;

	if (!lv)
		return -ENOENT;
	if (!vg_lv_is_linear(lv))
		return -EINVAL;
	for (size_t i = 0; i < lv->segment_count && r == 0; i++)
		r = draw_segment(&drawing, &lv->segments[i]);
	if (r == 0 && drawing.run < geometry->count)
		r = -EINVAL;
	if (r < 0) {
		dm_table_deinit(&drawing.table);
		return r;
	}
	*tablep = drawing.table;
	return 0;
}

int leg_dest_table(const struct leg_geometry *geometry, struct dm_table *tablep)
{
	struct dm_table table = {0};

	for (size_t i = 0; i < geometry->count; i++) {
		const struct dm_target target = {
			.len_sectors = geometry->runs[i].len_sectors,
			.type = DM_LINEAR,
			.source_dev = geometry->runs[i].dest_dev,
			.source_sectors = geometry->runs[i].dest_sectors,
		};

		if (dm_table_append(&table, &target) < 0) {
			dm_table_deinit(&table);
			return -ENOMEM;
		}
	}
	*tablep = table;
	return 0;
}

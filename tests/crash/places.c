/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/places.h"

#include <inttypes.h>
#include <string.h>

static unsigned disk_of_pv(const struct world *world, const struct lvm_id *pv)
{
	for (unsigned i = 0; i < world->disk_count; i++) {
		struct lvm_id id = fake_lvm_pv_id(i);

		if (lvm_id_equal(&id, pv))
			return i;
	}
	return WORLD_DISKS_MAX;
}

static void own_area(struct truth *truth, const struct vg *vg, const struct vg_lv *lv,
		     const struct vg_area *area)
{
	unsigned disk = disk_of_pv(truth->world, &vg->pvs[area->pv].id);

	for (uint64_t i = 0; i < area->extent_count; i++) {
		uint64_t pe = area->first_pe + i;

		if (disk == WORLD_DISKS_MAX || pe >= vg->pvs[area->pv].pe_count) {
			truth_break(truth, "%s lies outside of its PV", lv->name);
			return;
		}
		if (truth->owners[disk][pe])
			truth_break(truth, "extent %" PRIu64 " of %s is both %s's and %s's", pe,
				    truth->world->disks[disk].path, truth->owners[disk][pe]->name,
				    lv->name);
		truth->owners[disk][pe] = lv;
	}
}

static void own_extents(struct truth *truth, const struct fake_vg *group, const struct vg *vg)
{
	for (unsigned i = 0; i < group->disk_count; i++)
		for (size_t j = 0; j < TRUTH_PES_MAX; j++)
			truth->owners[group->first_disk + i][j] = NULL;
	for (size_t i = 0; i < vg->lv_count; i++)
		for (size_t j = 0; j < vg->lvs[i].segment_count; j++)
			own_area(truth, vg, &vg->lvs[i], &vg->lvs[i].segments[j].areas[0]);
}

void truth_read_metadata(struct truth *truth)
{
	const struct world *world = truth->world;

	for (size_t i = 0; i < world->lvm.vg_count; i++) {
		const struct fake_vg *group = &world->lvm.vgs[i];
		struct vg *vg = NULL;

		if (truth->revisions[i] == group->revision)
			continue;
		truth->revisions[i] = group->revision;
		if (metadata_parse(group->text, strlen(group->text), &vg) < 0) {
			truth_break(truth, "the metadata of %s makes no sense", group->name);
			continue;
		}
		vg_free(truth->vgs[i]);
		truth->vgs[i] = vg;
		own_extents(truth, group, vg);
	}
}

void truth_place_lv(struct truth *truth, size_t lv, struct truth_place *places)
{
	const struct world *world = truth->world;
	const struct fake_app_lv *app_lv = &world->app.lvs[lv];
	const struct vg *vg = truth->vgs[app_lv->vg - world->lvm.vgs];
	const struct vg_lv *found = vg_find_lv(vg, &app_lv->lv->id);
	uint64_t le = 0;

	for (size_t i = 0; found && i < found->segment_count; i++) {
		const struct vg_area *area = &found->segments[i].areas[0];

		for (uint64_t j = 0; j < area->extent_count && le < TRUTH_PES_MAX; j++)
			places[le++] = (struct truth_place){
				.disk = disk_of_pv(world, &vg->pvs[area->pv].id),
				.pe = area->first_pe + j,
			};
	}
	if (le != app_lv->lv->extent_count)
		truth_break(truth, "%s has %" PRIu64 " extents and not %" PRIu64, app_lv->lv->name,
			    le, app_lv->lv->extent_count);
}

void truth_move_places(struct truth *truth, const struct reservation *reservation,
		       struct truth_place (*places)[TRUTH_PES_MAX])
{
	const struct fake_app *app = &truth->world->app;
	size_t lv = 0;

	while (lv < app->count && (!lvm_id_equal(&app->lvs[lv].lv->id, &reservation->lv) ||
				   !lvm_id_equal(&app->lvs[lv].vg->id, &reservation->vg)))
		lv++;
	if (lv == app->count) {
		truth_break(truth, "a pass moved an unknown LV");
		return;
	}
	for (size_t i = 0; i < reservation->run_count; i++) {
		const struct run *run = &reservation->runs[i];

		for (uint64_t j = 0; j < run->extent_count; j++) {
			struct truth_place *place = &places[lv][run->first_le + j];

			if (place->disk != disk_of_pv(truth->world, &run->source_pv) ||
			    place->pe != run->source_pe + j)
				truth_break(truth, "a pass of %s did not begin at its source",
					    app->lvs[lv].lv->name);
			place->disk = disk_of_pv(truth->world, &run->dest_pv);
			place->pe = run->dest_pe + j;
		}
	}
}

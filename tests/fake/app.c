/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/app.h"

#include "common/cleanup.h"
#include "tests/fake/memory.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

#define CELLS_PER_EXTENT (FAKE_EXTENT_SECTORS / FAKE_CELL_SECTORS)

static void take_content(struct fake_app_lv *app_lv, const struct fake_lvm *lvm)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	const struct vg_lv *lv;
	size_t at = 0;

	if (fake_lvm_read(lvm, &app_lv->vg->id, &vg) < 0)
		abort();
	lv = vg_find_lv(vg, &app_lv->lv->id);
	for (size_t i = 0; i < lv->segment_count; i++) {
		const struct vg_area *area = &lv->segments[i].areas[0];
		const struct fake_disk *disk = fake_dm_disk(lvm->dm, vg->pvs[area->pv].dev);
		uint64_t cell =
			FAKE_PE_START / FAKE_CELL_SECTORS + area->first_pe * CELLS_PER_EXTENT;

		for (uint64_t j = 0; j < area->extent_count * CELLS_PER_EXTENT; j++)
			app_lv->expected[at++] = disk->cached[cell + j];
	}
}

void fake_app_init(struct fake_app *app, const struct fake_lvm *lvm)
{
	*app = (struct fake_app){.dm = lvm->dm};
	for (size_t i = 0; i < lvm->vg_count; i++) {
		for (size_t j = 0; j < lvm->vgs[i].lv_count; j++) {
			struct fake_app_lv *app_lv = &app->lvs[app->count++];

			app_lv->vg = &lvm->vgs[i];
			app_lv->lv = &lvm->vgs[i].lvs[j];
			app_lv->cell_count = app_lv->lv->extent_count * CELLS_PER_EXTENT;
			app_lv->expected = fake_alloc(app_lv->cell_count, sizeof(uint64_t));
			app_lv->unsure = fake_alloc(app_lv->cell_count, sizeof(bool));
			take_content(app_lv, lvm);
		}
	}
}

void fake_app_deinit(struct fake_app *app)
{
	for (size_t i = 0; i < app->count; i++) {
		free(app->lvs[i].expected);
		free(app->lvs[i].unsure);
	}
	*app = (struct fake_app){0};
}

void fake_app_write(struct fake_app *app, struct fake_random *random)
{
	struct fake_app_lv *app_lv = &app->lvs[fake_random_below(random, app->count)];
	uint64_t cell = fake_random_below(random, app_lv->cell_count);
	const struct fake_device *device = fake_dm_find(app->dm, app_lv->lv->uuid);

	if (!device || fake_dm_is_blocked(app->dm, app_lv->lv->uuid))
		return;
	app->stamp++;
	app_lv->unsure[cell] =
		fake_dm_write(app->dm, device->dev, cell * FAKE_CELL_SECTORS, app->stamp) != 0;
	if (!app_lv->unsure[cell])
		app_lv->expected[cell] = app->stamp;
}

void fake_app_read(const struct fake_app *app, size_t lv, uint64_t cell)
{
	const struct fake_device *device = fake_dm_find(app->dm, app->lvs[lv].lv->uuid);
	uint64_t value;

	if (device)
		fake_dm_read(app->dm, device->dev, cell * FAKE_CELL_SECTORS, &value);
}

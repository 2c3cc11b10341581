/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/truth.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/crash/places.h"
#include "tests/fake/memory.h"

#define CELLS_PER_EXTENT (FAKE_EXTENT_SECTORS / FAKE_CELL_SECTORS)

void truth_break(struct truth *truth, const char *format, ...)
{
	va_list arguments;

	if (truth->broken[0])
		return;
	va_start(arguments, format);
	vsnprintf(truth->broken, sizeof(truth->broken), format, arguments);
	va_end(arguments);
}

void truth_init(struct truth *truth, const struct world *world)
{
	*truth = (struct truth){.world = world};
	for (size_t i = 0; i < FAKE_VGS_MAX; i++)
		truth->revisions[i] = UINT32_MAX;
	truth_read_metadata(truth);
	for (size_t i = 0; i < world->app.count; i++) {
		truth->active[i] = fake_dm_find(&world->dm, world->app.lvs[i].lv->uuid);
		truth_place_lv(truth, i, truth->places[i]);
	}
}

void truth_deinit(struct truth *truth)
{
	for (size_t i = 0; i < FAKE_VGS_MAX; i++)
		vg_free(truth->vgs[i]);
}

void truth_reboot(struct truth *truth)
{
	for (size_t i = 0; i < truth->world->app.count; i++)
		truth->active[i] = !truth->world->app.lvs[i].lv->stays_down;
}

/* ---- data -------------------------------------------------------------- */

static const struct fake_disk *place_disk(const struct truth *truth,
					  const struct truth_place *place)
{
	return &truth->world->disks[place->disk];
}

static uint64_t place_cell(const struct truth_place *place, uint64_t cell)
{
	return FAKE_PE_START / FAKE_CELL_SECTORS + place->pe * CELLS_PER_EXTENT +
	       cell % CELLS_PER_EXTENT;
}

/* What plain LVM would read after a power cut that happens now. */
static void check_boot_view(struct truth *truth, size_t lv, const struct truth_place *places)
{
	const struct fake_app_lv *app_lv = &truth->world->app.lvs[lv];

	for (uint64_t cell = 0; cell < app_lv->cell_count; cell++) {
		const struct truth_place *place = &places[cell / CELLS_PER_EXTENT];
		const struct fake_disk *disk = place_disk(truth, place);
		uint64_t found = disk->stable[place_cell(place, cell)];

		/* What a disk no longer takes, the other side of the mirror alone has. */
		if (found != app_lv->expected[cell] && !app_lv->unsure[cell] &&
		    !disk->unwritable[place_cell(place, cell)])
			truth_break(truth,
				    "a power cut now would lose data: %s/%s, extent %" PRIu64
				    " of it, by the metadata on %s at extent %" PRIu64
				    ", holds %#" PRIx64 " and not %#" PRIx64,
				    app_lv->vg->name, app_lv->lv->name, cell / CELLS_PER_EXTENT,
				    disk->path, place->pe, found, app_lv->expected[cell]);
	}
}

/* What applications read now. */
static void check_live_view(struct truth *truth, size_t lv, const struct truth_place *places)
{
	struct fake_dm *dm = truth->world->app.dm;
	const struct fake_app_lv *app_lv = &truth->world->app.lvs[lv];
	const struct fake_device *device = fake_dm_find(dm, app_lv->lv->uuid);

	for (uint64_t cell = 0; device && cell < app_lv->cell_count; cell++) {
		const struct truth_place *place = &places[cell / CELLS_PER_EXTENT];
		uint64_t found = 0;
		int r;

		if (app_lv->unsure[cell] ||
		    place_disk(truth, place)->unreadable[place_cell(place, cell)])
			continue;
		r = fake_dm_read(dm, device->dev, cell * FAKE_CELL_SECTORS, &found);
		if (r < 0 ? !truth->disks_fail : found != app_lv->expected[cell])
			truth_break(truth,
				    "applications read wrong data: %s/%s, extent %" PRIu64
				    " of it, gives %#" PRIx64 " and not %#" PRIx64,
				    app_lv->vg->name, app_lv->lv->name, cell / CELLS_PER_EXTENT,
				    found, app_lv->expected[cell]);
	}
}

/* ---- tables ------------------------------------------------------------ */

/* The application's LV that a device is, or is the leg of. */
static const struct fake_app_lv *device_lv(const struct truth *truth,
					   const struct fake_device *device)
{
	const struct fake_app *app = &truth->world->app;

	for (size_t i = 0; i < app->count; i++)
		if (strncmp(device->uuid, app->lvs[i].lv->uuid, strlen(app->lvs[i].lv->uuid)) == 0)
			return &app->lvs[i];
	return NULL;
}

/* A device touches no extent but those of its LV and of that LV's reservation. */
static void check_stretch(struct truth *truth, const struct fake_device *device, dev_t dev,
			  uint64_t first_sector, uint64_t len_sectors)
{
	const struct fake_disk *disk = fake_dm_disk(&truth->world->dm, dev);
	const struct fake_app_lv *app_lv = device_lv(truth, device);
	uint64_t pe;

	if (!disk)
		return;
	for (pe = (first_sector - FAKE_PE_START) / FAKE_EXTENT_SECTORS;
	     pe <= (first_sector + len_sectors - 1 - FAKE_PE_START) / FAKE_EXTENT_SECTORS; pe++) {
		const struct vg_lv *owner = truth->owners[disk - truth->world->disks][pe];

		if (!owner && app_lv->lv->removed)
			continue;
		if (!owner || (!lvm_id_equal(&owner->id, &app_lv->lv->id) && owner->tag_count == 0))
			truth_break(truth,
				    "the device %s reaches extent %" PRIu64 " of %s, which is %s",
				    device->name, pe, disk->path, owner ? owner->name : "free");
	}
}

static void check_equal(struct truth *truth, const struct fake_device *device,
			const struct dm_target *target, const struct fake_mirror *mirror)
{
	const struct fake_disk *source = fake_dm_disk(&truth->world->dm, target->source_dev);
	const struct fake_disk *dest = fake_dm_disk(&truth->world->dm, target->dest_dev);

	for (uint64_t at = 0; at < target->len_sectors; at += FAKE_CELL_SECTORS) {
		uint64_t from = (target->source_sectors + at) / FAKE_CELL_SECTORS;
		uint64_t to = (target->dest_sectors + at) / FAKE_CELL_SECTORS;

		if (mirror->synced[at / target->region_sectors] && !dest->corrupting[to] &&
		    source->cached[from] != dest->cached[to])
			truth_break(truth,
				    "a mirror of %s takes for equal what differs: sector %" PRIu64
				    " of the device",
				    device->name, target->start_sectors + at);
	}
}

static void check_device(struct truth *truth, const struct fake_device *device)
{
	bool in_use = fake_dm_open_count(&truth->world->dm, device) > 0;

	if (device->wedged && !in_use)
		return; /* nothing goes through it any more */
	if (device->suspended)
		truth_break(truth, "the device %s is suspended", device->name);
	for (size_t i = 0; i < device->live.table.count; i++) {
		const struct dm_target *target = &device->live.table.targets[i];

		check_stretch(truth, device, target->source_dev, target->source_sectors,
			      target->len_sectors);
		if (target->type != DM_MIRROR)
			continue;
		check_stretch(truth, device, target->dest_dev, target->dest_sectors,
			      target->len_sectors);
		if (in_use)
			check_equal(truth, device, target, &device->live.mirrors[i]);
	}
}

bool truth_hold(struct truth *truth)
{
	struct truth_place places[TRUTH_PES_MAX];
	const struct world *world = truth->world;

	truth_read_metadata(truth);
	for (size_t i = 0; i < world->app.count && !truth->broken[0]; i++) {
		if (world->app.lvs[i].lv->removed)
			continue;
		truth_place_lv(truth, i, places);
		if (truth->broken[0])
			break;
		check_boot_view(truth, i, places);
		check_live_view(truth, i, places);
	}
	for (size_t i = 0; i < world->dm.device_count && !truth->broken[0]; i++)
		check_device(truth, world->dm.devices[i]);
	if (world->dm.outrage)
		truth_break(truth, "the kernel was asked for %s", world->dm.outrage);
	return !truth->broken[0];
}

/* ---- the end ----------------------------------------------------------- */

/* Only the next boot takes it away, but nobody is on it. */
static void check_orphan(struct truth *truth, const struct fake_device *device)
{
	if (!strstr(device->uuid, "-pvmoved"))
		truth_break(truth, "%s is wedged, which is no leg", device->name);
	if (fake_dm_open_count(&truth->world->dm, device) > 0)
		truth_break(truth, "the wedged leg %s is left in use", device->name);
}

static size_t count_lvs(const struct fake_vg *vg)
{
	size_t count = 0;

	for (size_t i = 0; i < vg->lv_count; i++)
		count += !vg->lvs[i].removed;
	return count;
}

static void check_left_over(struct truth *truth)
{
	const struct world *world = truth->world;

	for (size_t i = 0; i < world->dm.device_count; i++) {
		if (world->dm.devices[i]->wedged) {
			check_orphan(truth, world->dm.devices[i]);
			continue;
		}
		if (strstr(world->dm.devices[i]->uuid, "-pvmoved"))
			truth_break(truth, "the leg %s is left", world->dm.devices[i]->name);
		if (world->dm.devices[i]->inactive.table.count > 0)
			truth_break(truth, "%s has an inactive table left",
				    world->dm.devices[i]->name);
		if (world->dm.devices[i]->held_count > 0)
			truth_break(truth, "a write is held for ever");
	}
	for (size_t i = 0; i < world->lvm.vg_count; i++) {
		const struct vg *vg = truth->vgs[i];

		if (vg->lv_count != count_lvs(&world->lvm.vgs[i]))
			truth_break(truth, "VG %s holds %zu LVs", vg->name, vg->lv_count);
		for (size_t j = 0; j < vg->lv_count; j++)
			if (vg->lvs[j].locked || vg->lvs[j].tag_count > 0)
				truth_break(truth, "%s/%s is locked or tagged", vg->name,
					    vg->lvs[j].name);
	}
	for (size_t i = 0; i < world->app.count; i++) {
		const struct fake_lv *lv = world->app.lvs[i].lv;
		bool active = fake_dm_find(&world->dm, lv->uuid);

		if (!lv->removed && truth->active[i] != active &&
		    !(active && truth->may_stay_active))
			truth_break(truth, "%s is left %s", lv->name,
				    active ? "active" : "inactive");
	}
}

/* Each pass that is done has moved its LV, and none else has changed anything. */
static void check_places(struct truth *truth, const struct mover *mover)
{
	struct truth_place wanted[FAKE_VGS_MAX * FAKE_LVS_MAX][TRUTH_PES_MAX];
	struct truth_place found[TRUTH_PES_MAX];
	const struct move *move = NULL;

	memcpy(wanted, truth->places, sizeof(wanted));
	while ((move = mover_next_move(mover, move)))
		for (size_t i = 0; i < move->pass_count; i++)
			if (move->passes[i].state == PASS_DONE)
				truth_move_places(truth, &move->passes[i].reservation, wanted);
	for (size_t i = 0; i < truth->world->app.count; i++) {
		const struct fake_lv *lv = truth->world->app.lvs[i].lv;

		if (lv->removed)
			continue;
		truth_place_lv(truth, i, found);
		for (uint64_t le = 0; le < lv->extent_count; le++)
			if (found[le].disk != wanted[i][le].disk ||
			    found[le].pe != wanted[i][le].pe)
				truth_break(truth,
					    "extent %" PRIu64 " of %s lies on disk %u at %" PRIu64
					    " and not on disk %u at %" PRIu64,
					    le, lv->name, found[le].disk, found[le].pe,
					    wanted[i][le].disk, wanted[i][le].pe);
	}
}

/* The application's LV that a pass is about; NULL when it is none. */
static const struct fake_lv *pass_lv(const struct truth *truth, const struct pass *pass)
{
	const struct fake_app *app = &truth->world->app;

	for (size_t i = 0; i < app->count; i++)
		if (lvm_id_equal(&app->lvs[i].lv->id, &pass->reservation.lv))
			return app->lvs[i].lv;
	return NULL;
}

/* What failed because its LV is gone says so, and nothing else says that. */
static void check_reasons(struct truth *truth, const struct mover *mover)
{
	const struct move *move = NULL;

	while ((move = mover_next_move(mover, move))) {
		for (size_t i = 0; i < move->pass_count; i++) {
			const struct pass *pass = &move->passes[i];
			const struct fake_lv *lv = pass_lv(truth, pass);

			if (!lv || pass->state != PASS_FAILED)
				continue;
			if (lv->removed != (pass->reason == REASON_LV_GONE))
				truth_break(truth, "the pass of %s failed for: %s", lv->name,
					    pass_reason_name(pass->reason));
		}
	}
}

bool truth_hold_at_end(struct truth *truth, const struct mover *mover)
{
	truth->disks_fail = false;
	if (truth_hold(truth)) {
		check_left_over(truth);
		check_places(truth, mover);
		check_reasons(truth, mover);
	}
	return !truth->broken[0];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"
#include "daemon/move/effects.h"

/* A leg's number as its name and UUID end in it: not at all for the first one. */
static void leg_suffix(uint64_t number, char suffix[UNITS_TEXT_MAX])
{
	*suffix = '\0';
	if (number > 0)
		snprintf(suffix, UNITS_TEXT_MAX, "%" PRIu64, number);
}

/*
 * With LVM's own prefix the leg counts as part of its LV: LVM never scans it
 * and takes it down with the LV, and udev gives it no links by content.
 */
void effect_leg_uuid(const struct pass *pass, uint64_t number, char uuid[DM_ID_MAX])
{
	char vg[LVM_ID_PLAIN_LEN + 1];
	char lv[LVM_ID_PLAIN_LEN + 1];
	char suffix[UNITS_TEXT_MAX];

	lvm_id_plain(&pass->reservation.vg, vg);
	lvm_id_plain(&pass->reservation.lv, lv);
	leg_suffix(number, suffix);
	snprintf(uuid, DM_ID_MAX, "LVM-%s%s-pvmoved%s", vg, lv, suffix);
}

void effect_lv_uuid(const struct pass *pass, char uuid[DM_ID_MAX])
{
	effect_leg_uuid(pass, 0, uuid);
	uuid[strlen("LVM-") + 2 * (size_t)LVM_ID_PLAIN_LEN] = '\0';
}

void effect_leg_name(const struct dm_device *lv, const struct pass *pass, char name[DM_NAME_MAX])
{
	char suffix[UNITS_TEXT_MAX];
	int len;

	leg_suffix(pass->leg_number, suffix);
	len = snprintf(name, DM_NAME_MAX, "%s-pvmoved%s", lv->name, suffix);
	if (len < 0 || len >= DM_NAME_MAX)
		snprintf(name, DM_NAME_MAX, "%s-pvmoved%s", pass->reservation.lv.text, suffix);
}

void effect_scene_deinit(struct effect_scene *scene)
{
	dm_device_deinit(&scene->lv);
	dm_device_deinit(&scene->leg);
	dm_device_deinit(&scene->wedged);
	observation_deinit(&scene->seen);
}

static int look_at_devices(const struct drive *drive, const struct pass *pass,
			   struct effect_scene *scene)
{
	char uuid[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	int r;

	effect_lv_uuid(pass, uuid);
	r = ports->observe(ctx, uuid, &scene->lv);
	if (r == 0) {
		effect_leg_uuid(pass, pass->leg_number, uuid);
		r = ports->observe(ctx, uuid, &scene->leg);
	}
	if (r == 0 && pass->leg_number > 0) {
		effect_leg_uuid(pass, pass->leg_number - 1, uuid);
		r = ports->observe(ctx, uuid, &scene->wedged);
	}
	return r;
}

int effect_scene_look(struct drive *drive, const struct pass *pass, const struct vg *vg,
		      struct effect_scene *scenep)
{
	struct effect_scene scene = {0};
	struct pass_sight sight = {
		.vg = vg,
		.reservation = &pass->reservation,
		.lv = &scene.lv,
		.leg = &scene.leg,
		.wedged = &scene.wedged,
	};
	int r = look_at_devices(drive, pass, &scene);

	if (r == 0)
		r = pass_observe(&sight, &scene.seen);
	if (r < 0) {
		effect_scene_deinit(&scene);
		return r;
	}
	*scenep = scene;
	return 0;
}

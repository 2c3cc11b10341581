/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The actions of the state machine, each turned into one call of a port, and
 * the look at the world that precedes them. Internal to the mover.
 */

#include "daemon/move/drive.h"
#include "daemon/move/observe.h"

/* What a pass looks like at one moment. */
struct effect_scene {
	struct dm_device lv;
	struct dm_device leg;
	struct dm_device wedged; /* the leg before this one, if there is one */
	struct observation seen;
};

void effect_scene_deinit(struct effect_scene *scene);

/* The UUIDs of the pass's LV, and of its leg of that number. */
void effect_lv_uuid(const struct pass *pass, char uuid[DM_ID_MAX]);
void effect_leg_uuid(const struct pass *pass, uint64_t number, char uuid[DM_ID_MAX]);
/* The name of the pass's leg: "<vg>-<lv>-pvmoved", or by the LV's UUID where that is too long. */
void effect_leg_name(const struct dm_device *lv, const struct pass *pass, char name[DM_NAME_MAX]);

/* Looks at the pass's devices and judges them by that metadata. 0 or a negative errno. */
int effect_scene_look(struct drive *drive, const struct pass *pass, const struct vg *vg,
		      struct effect_scene *scenep);

enum effect_begun {
	EFFECT_PENDING, /* drive_effect_done() will be called */
	EFFECT_DONE,    /* there was nothing to do */
	EFFECT_BESIDE,  /* it goes on beside all else; drive_beside_done() will be called */
	EFFECT_HOPELESS /* ending_give_up() was called */
};

/* Begins the row's action. Returns an enum effect_begun or a negative errno. */
int effect_begin(struct drive *drive, struct pass *pass, const struct fsm_row *row,
		 const struct effect_scene *scene);

/* Begins to flush the next destination PV. Returns false when all are flushed. */
bool effect_flush_next(struct drive *drive, const struct pass *pass);

/* The completion of every effect. */
void drive_effect_done(void *arg, const struct outcome *result);
/* The same of an edit, which brings the metadata along. */
void drive_edit_done(void *arg, const struct outcome *result, struct vg *vg);

/* The end of what goes on beside all else, whatever became of the pass meanwhile. */
void drive_beside_done(struct drive *drive, enum pass_action action, const struct outcome *result);

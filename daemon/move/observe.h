/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From what is there (the VG's metadata, the live tables) to the one event that
 * the state machine is told. Pure: the same function serves a running pass, a
 * daemon that was restarted and a machine that was rebooted.
 */

#include "daemon/dm/device.h"
#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"
#include "daemon/move/states.h"
#include "daemon/plan/slices.h"

/* What was looked at. All borrowed. */
struct pass_sight {
	const struct vg *vg; /* NULL: absent */
	const struct reservation *reservation;
	const struct dm_device *lv;
	const struct dm_device *leg;
	const struct dm_device *wedged; /* the leg before this one; NULL: there is none */
};

/* With EVENT_LV_CHANGED: what the way back can safely begin with. */
enum put_back {
	PUT_BACK_NOTHING, /* nobody knows what the LV's table is to be */
	PUT_BACK_DETACH,
	PUT_BACK_REMOVE_LEG,
	PUT_BACK_RELEASE,
};

struct observation {
	enum pass_event event;
	enum put_back put_back;
	bool lv_is_on_wedged;
	bool lv_is_ours; /* its live table is the one for lv_place, which is source or destination
			  */
	enum lv_place lv_place;
	struct leg_geometry geometry; /* empty when the VG is absent */
	struct slice_map map;         /* of the leg, when the LV goes through one of ours */
	struct leg_progress progress; /* likewise */
};

void observation_deinit(struct observation *observation);

/* Returns 0 or -ENOMEM. *observationp is owned by the caller. */
int pass_observe(const struct pass_sight *sight, struct observation *observationp);

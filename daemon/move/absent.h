/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A VG with a PV whose disk is gone, while it is still under a live leg: by that
 * leg its device number is known, and the LV can be taken off it. The PV is
 * missing; or it is back, or another disk has its place, under another number.
 * Pure.
 */

#include "daemon/move/observe.h"

struct absence {
	bool missing;      /* LVM lacks a PV that the pass needs */
	bool source;       /* the disk that a run comes from is gone */
	bool dest;         /* one that a run goes to */
	struct vg vg;      /* as if they were there still: all but its PVs is borrowed */
	struct vg_pv *pvs; /* owned */
};

void absence_deinit(struct absence *absence);

/*
 * Completes the group by the leg. A destination whose number the leg does not
 * tell gets one that no device has. Returns 0 or -ENOMEM.
 */
int absence_see(const struct pass_sight *sight, struct absence *absencep);

/*
 * What was seen with the completed group, made into what can be acted upon: the
 * LV can be taken off its leg, or put onto a destination that is there. All
 * else waits, for LVM changes nothing of a group that lacks a PV. A mirror that
 * has not noticed yet is in trouble all the same. What is back under another
 * number may be another disk with nothing on it: nothing counts on its content.
 */
void absence_temper(const struct absence *absence, const struct reservation *reservation,
		    struct observation *seen);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A VG of which a PV is missing, while the disk that is gone is still under a
 * live leg: by that leg its device number is known, and the LV can be taken off
 * it. Pure.
 */

#include "daemon/move/observe.h"

struct absence {
	bool source;       /* a PV that a run comes from is missing */
	bool dest;         /* one that a run goes to */
	struct vg vg;      /* as if none of them were: all but its PVs is borrowed */
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
 * has not noticed yet is in trouble all the same.
 */
void absence_temper(const struct absence *absence, const struct reservation *reservation,
		    struct observation *seen);

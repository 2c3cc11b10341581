/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Looks at a VG and takes the steps that survey.h finds, one after the other,
 * through the same adapters that the daemon uses: tables are swapped by an
 * executor, metadata is edited under LVM's locks. Unlike the daemon it waits for
 * each. What it has begun goes on if it is killed; run again, it looks anew.
 */

#include <event2/event.h>

#include "daemon/dm/dm.h"
#include "daemon/dm/list.h"
#include "daemon/lvm/lvm.h"
#include "daemon/release/survey.h"

/* How long a change of a device may take before it is left alone and reported, in seconds. */
#define ACT_PATIENCE_S 60
/* Most legs that are remembered as wedged. */
#define ACT_WEDGED_MAX 64

struct act {
	/* given */
	struct event_base *base;
	struct dm *dm;
	struct lvm *lvm;
	struct lvm_id vg_id;
	/* as last seen; owned */
	struct vg *vg;
	struct survey_device *devices;
	size_t device_count;
	struct survey survey;
	/* what is being waited for */
	struct event *timer;
	const char *vg_name; /* being looked up */
	int code;
	char message[512];
	/* the version of the metadata that is known to be on stable storage */
	bool is_stable;
	uint64_t stable_seqno;
	/* legs that were found to be wedged */
	struct dm_uuid wedged[ACT_WEDGED_MAX];
	size_t wedged_count;
};

/* base, dm, lvm are borrowed. Returns 0 or -ENOMEM. */
int act_init(struct act *act, struct event_base *base, struct dm *dm, struct lvm *lvm);
void act_deinit(struct act *act);

/*
 * Each waits, says on standard error what went wrong, and returns 0 or a negative errno.
 */
/* Finds the VG by its name; notes its id. */
int act_find_vg(struct act *act, const char *vg_name);
/* Reads the VG and its devices, and makes the survey. */
int act_look(struct act *act);
/* Takes all steps there are to take, telling of each. */
int act_release(struct act *act);

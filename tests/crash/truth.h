/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What must be true of a machine at every instant, whatever pvmoved is doing
 * and wherever it died; and what must be left when all moves have ended.
 */

#include "tests/fake/world.h"

#define TRUTH_TEXT_MAX 512
/* Most extents of a disk. */
#define TRUTH_PES_MAX 64

struct truth {
	const struct world *world;
	char broken[TRUTH_TEXT_MAX]; /* the first thing found untrue; "": nothing */
	bool disks_fail;             /* an application may get errors, never wrong data */
	bool may_stay_active;        /* deactivating an LV was made to fail */
	/* the metadata as it was last read */
	struct vg *vgs[FAKE_VGS_MAX];
	unsigned revisions[FAKE_VGS_MAX];
	/* whose each extent is; NULL: nobody's */
	const struct vg_lv *owners[WORLD_DISKS_MAX][TRUTH_PES_MAX];
	/* where each extent of each application's LV must lie when all is over */
	struct truth_place {
		unsigned disk;
		uint64_t pe;
	} places[FAKE_VGS_MAX * FAKE_LVS_MAX][TRUTH_PES_MAX];
	bool active[FAKE_VGS_MAX * FAKE_LVS_MAX];
};

/* Takes the machine as it is for the beginning. */
void truth_init(struct truth *truth, const struct world *world);
void truth_deinit(struct truth *truth);

/* Says what is broken, if nothing was before. */
__attribute__((format(printf, 2, 3))) void truth_break(struct truth *truth, const char *format,
						       ...);

/* The machine was booted: LVs are active as a boot leaves them. */
void truth_reboot(struct truth *truth);

/* At every instant. Returns false when something is broken. */
bool truth_hold(struct truth *truth);

/* When all moves have ended. Returns false when something is broken. */
bool truth_hold_at_end(struct truth *truth, const struct mover *mover);

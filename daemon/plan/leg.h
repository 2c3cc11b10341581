/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where the sectors of a pass lie: the geometry of its leg, whose sectors are
 * those of the runs laid end to end, and the tables of the LV with its moving
 * part on the source, on the leg or on the destination. Pure.
 */

#include "daemon/dm/table.h"
#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"

/* A run in sectors, with the devices as they are numbered now. */
struct leg_run {
	uint64_t leg_start_sectors;
	uint64_t lv_start_sectors;
	uint64_t len_sectors;
	dev_t source_dev;
	uint64_t source_sectors;
	dev_t dest_dev;
	uint64_t dest_sectors;
	bool rotational; /* either of the two disks turns */
};

struct leg_geometry {
	struct leg_run *runs;
	size_t count;
	uint64_t len_sectors; /* of all runs */
	/* The least of all disks: requests that one takes at a time, and their size. 0: not known.
	 */
	uint32_t queue_requests;
	uint32_t request_max_bytes;
};

/* Frees the runs and zeroes the value. */
void leg_geometry_deinit(struct leg_geometry *geometry);

/*
 * Works out the geometry from a group whose device facts are filled in.
 * Returns 0, -ENODEV when a PV of a run is missing, -ERANGE when a run is
 * empty, out of order or goes beyond its PV or sectors overflow, or -ENOMEM.
 */
int leg_geometry_make(const struct vg *vg, const struct reservation *reservation,
		      struct leg_geometry *geometryp);

enum lv_place { LV_ON_SOURCE, LV_ON_LEG, LV_ON_DEST };

/*
 * The table of the LV with its runs in one of the three places, whichever of
 * source and destination the metadata names now; one target for each stretch
 * of a segment. leg_dev matters for LV_ON_LEG alone. Returns 0, -ENODEV, -ENOENT when the
 * group has no such LV, -EINVAL when the LV is not linear or ends before its
 * runs do, -ERANGE or -ENOMEM.
 */
int leg_lv_table(const struct vg *vg, const struct reservation *reservation,
		 const struct leg_geometry *geometry, enum lv_place place, dev_t leg_dev,
		 struct dm_table *tablep);

/* The leg's table when all of it passes through to the destination. Returns 0 or -ENOMEM. */
int leg_dest_table(const struct leg_geometry *geometry, struct dm_table *tablep);

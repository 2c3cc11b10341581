/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One mirror target as Linux 6.1 runs it (dm-raid1.c, dm-log.c), over fake
 * disks. Internal to the fake device-mapper.
 */

#include "tests/fake/dm.h"

/* Born with nothing in sync, or, with nosync, with everything. */
void fake_mirror_init(struct fake_mirror *mirror, const struct dm_target *target);
void fake_mirror_deinit(struct fake_mirror *mirror);

/* sector: within the target. Return as fake_dm_write() and fake_dm_read(). */
int fake_mirror_write(struct fake_dm *dm, struct fake_mirror *mirror,
		      const struct dm_target *target, uint64_t sector, uint64_t value);
int fake_mirror_read(struct fake_dm *dm, struct fake_mirror *mirror, const struct dm_target *target,
		     uint64_t sector, uint64_t *valuep);

/* Copies the next region. Returns false when copying has come to the end. */
bool fake_mirror_copy(struct fake_dm *dm, struct fake_mirror *mirror,
		      const struct dm_target *target);

struct dm_mirror_status fake_mirror_status(const struct fake_mirror *mirror);

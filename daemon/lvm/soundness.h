/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What must hold of a VG as a whole once each of its parts was read: nothing
 * is larger than a device can be, every id is there once, and no two areas
 * share an extent. Knows nothing of the text that the VG was read from.
 */

#include "common/units.h"
#include "daemon/lvm/vg.h"

/*
 * LVM counts sectors in 64 bits, of which dm_config can say 63; the kernel counts the bytes of a
 * device in 63.
 */
#define SOUNDNESS_SECTORS_MAX ((uint64_t)INT64_MAX / SECTOR_BYTES)

/*
 * Returns 0, -EBADMSG for a VG that is not sound, or -ENOMEM. No PV may begin its extents above
 * SOUNDNESS_SECTORS_MAX.
 */
int soundness_check(const struct vg *vg);

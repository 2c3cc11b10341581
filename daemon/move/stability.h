/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * LVM (2.03.16) leaves what it writes of a VG's metadata in the caches of the
 * disks: a power cut may take the newest edit back. So before anything is
 * recorded or done on the strength of metadata, the PVs are flushed once for
 * each version of it, whoever wrote it. Internal to the mover.
 */

#include "daemon/move/drive.h"

/* What was read of the VG is what a power cut leaves. */
bool stability_is_known(const struct drive *drive);

/*
 * Flushes the PVs of the VG, one after the other, then runs the drive. It is enough when one can be
 * flushed: LVM takes the newest version that it finds, and a disk that fails must not hold up the
 * move off it. When none can be, that is an effect that failed.
 */
void stability_make(struct drive *drive);

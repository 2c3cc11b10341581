/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Holds back what the kernel's mirrors copy, by the module parameter
 * raid1_resync_throttle: percent of the time in which they may. It is one for
 * all mirrors of the host, LVM's own too. What it was before lies in a file
 * for as long as it is changed, so that whoever comes after a daemon that was
 * killed can put it back. Knows neither moves nor limits. Each call writes at
 * most two small files that are not on a disk, and does not block.
 */

#include <stdbool.h>

/* Where the parameter and the file are; others are for tests. */
#define HOLD_PARAMETER "/sys/module/dm_mirror/parameters/raid1_resync_throttle"
#define HOLD_NOTE      "/run/pvmoved-throttle"

struct hold_paths {
	const char *parameter;
	const char *note;
};

extern const struct hold_paths hold_usual_paths;

/*
 * Holds back. Returns 0, also when it is held already; -ENOENT when the module is not loaded, or
 * another negative errno: nothing is changed then.
 */
int hold_copying(const struct hold_paths *paths);

/*
 * Puts back what was, if it was changed, by this daemon or one before it. What somebody else has
 * written meanwhile stays. Returns 0 or a negative errno; the note stays then.
 */
int hold_let_go(const struct hold_paths *paths);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Marks, one for each device by its UUID, that say: a table with mirrors is
 * being swapped out just now. Whoever dies in such a swap may leave the device
 * wedged (see wedge.h), and leaves the mark, from which his successor knows.
 * They lie in a folder of /run that is no daemon's own, since what they speak
 * of is the kernel's and lives as long: until the next boot. Knows no ioctls.
 */

enum marker {
	MARKER_NONE,
	MARKER_LEFT,   /* a swap is under way, or its executor died in it */
	MARKER_WEDGED, /* the device is known to be wedged */
};

/* Returns an enum marker, -EINVAL for a UUID that is no file's name, or another negative errno. */
int marker_read(const char *uuid);
/* Returns 0 or a negative errno; the device is not to be touched then. */
int marker_set(const char *uuid, enum marker marker);
/* The swap came to an end, or the device is gone. One that is not there is no error. */
void marker_clear(const char *uuid);

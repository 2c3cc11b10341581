/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is wanted of a device-mapper device, each a few of the ioctls of
 * ioctl.h. Looking never waits for I/O; the functions that change a device may
 * block for ever and belong into an executor. libdevmapper keeps a descriptor
 * and its last words in globals: nothing is left open between two calls, so
 * that a fork inherits none of it, and it never writes to a standard stream.
 */

#include "daemon/dm/device.h"

/* Checks that device-mapper is there. Returns 0, -ENODEV, or -EPERM when not root. */
int task_init(void);

/* The first error that libdevmapper told of in the last call of one of these, or "". */
const char *task_error_text(void);

/*
 * Looks for a target of the kernel's by its name ("mirror"). Blocks while the kernel loads its
 * module. Returns 0; -ENOENT if there is none; or another negative errno if that cannot be told.
 */
int task_find_target(const char *name);

/*
 * Looks at the device with that UUID. The table and the status belong
 * together. Returns 0 (*devicep owned by the caller; not present: all zero),
 * -EAGAIN (it changed all the time while being looked at), -EBADMSG (the
 * kernel's text makes no sense) or another negative errno.
 */
int task_observe_device(const char *uuid, struct dm_device *devicep);

/*
 * Creates a hidden device, makes the table its live one and waits for udev, but
 * no longer than ten seconds. Returns 0; -EBUSY if a device with that name
 * or UUID exists; or another negative errno. On failure no device is left.
 */
int task_create_device(const char *name, const char *uuid, const struct dm_table *table);

/*
 * Makes the table the live one of a device: a load, then the one ioctl that
 * suspends without flush and lockfs, swaps and resumes. Waits for udev as
 * above. Returns 0; -ENXIO if there is no such device; -EBUSY if somebody else has
 * suspended it; -ESTALE if somebody else's table is live afterwards; -EOWNERDEAD if it is wedged
 * (see wedge.h), which takes ten seconds to see; or another negative errno. A failed load is
 * cleared away, and a device that was not suspended before does not stay so.
 */
int task_swap_table(const char *uuid, const struct dm_table *table, enum dm_visibility visibility);

/*
 * Removes a device, waits for udev as above. Returns 0, also if there is none;
 * -EBUSY if something had it open for five seconds; -EOWNERDEAD as above; or another
 * negative errno.
 */
int task_remove_device(const char *uuid);

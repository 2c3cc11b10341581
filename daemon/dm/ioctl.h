/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One ioctl of device-mapper each, by libdevmapper; and libdevmapper's globals,
 * its descriptor and its last words, kept within one call from outside. Knows
 * nothing of what several ioctls together are to achieve, or of what they leave
 * behind when one of them fails. Internal to task.c.
 */

#include <libdevmapper.h>

#include "common/cleanup.h"
#include "daemon/dm/device.h"

DEFINE_CLEANUP(struct dm_task *, ioctl_task_destroyp, dm_task_destroy)
#define _task_ cleanup(ioctl_task_destroyp) struct dm_task

/*
 * `_call_ call = ioctl_begin();` stands in each function that is called from outside: its end lets
 * go of /dev/mapper/control.
 */
int ioctl_begin(void);
void ioctl_end(const int *call);
#define _call_ cleanup(ioctl_end) int __attribute__((unused))

/* The first error of the call, or "". */
const char *ioctl_error_text(void);
/* Says in words of our own what is wrong. */
void ioctl_set_error_text(const char *text);

/*
 * All that follow return 0 or a negative errno: what the kernel says, -EINVAL or -ENOMEM when the
 * ioctl could not be made, and -EIO when it failed without a number.
 */

/* Keeps libdevmapper off the standard streams. -ENODEV without device-mapper, -EPERM if not root.
 */
int ioctl_init(void);

/*
 * Has the kernel tell the state of a device, its table too or its status: type is DM_DEVICE_INFO,
 * _TABLE or _STATUS. *taskp is owned by the caller. -ENXIO if there is none. Never waits for I/O.
 */
int ioctl_ask(int type, const char *uuid, struct dm_task **taskp, struct dm_info *info);

/*
 * Asks for a target by its name; the kernel loads the module "dm-NAME" for one that it does not
 * have yet, and waits for that. -ENOENT: there is none.
 */
int ioctl_find_target(const char *name);

/* A new device without a table. */
int ioctl_create(const char *name, const char *uuid);

/* Loads the table, which waits for a resume; drops it again. */
int ioctl_load(const char *uuid, const struct dm_table *table, bool read_only);
int ioctl_clear(const char *uuid);

/*
 * The suspend without flush and lockfs, the swap to what was loaded and the resume; waits for udev
 * as udev.h says, and may block for ever. By UUID or by name, the other one being NULL: only
 * a resume by name makes libdevmapper see to the node in /dev/mapper.
 */
int ioctl_resume(const char *uuid, const char *name, enum dm_visibility visibility);

/* Tried anew for five seconds while something has it open; waits for udev as above. */
int ioctl_remove(const char *uuid);

/* Where udev is not there to do it, the node of a device that is gone is still to be unlinked. */
void ioctl_make_nodes(const char *name);

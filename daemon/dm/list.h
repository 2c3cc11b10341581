/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which device-mapper devices there are, by their UUIDs: sysfs tells, without any ioctl. */

#include <stddef.h>

#include "daemon/dm/device.h"

struct dm_uuid {
	char text[DM_ID_MAX];
};

/*
 * The UUIDs under sysfs ("/sys") that begin with prefix, in no order. Blocks on
 * nothing. Returns 0 and an owned array (free()), or a negative errno.
 */
int list_uuids(const char *sysfs, const char *prefix, struct dm_uuid **uuidsp, size_t *countp);

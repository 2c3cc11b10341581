/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/device.h"

#include <stdlib.h>

void dm_device_deinit(struct dm_device *device)
{
	dm_table_deinit(&device->table);
	free(device->mirrors);
	*device = (struct dm_device){0};
}

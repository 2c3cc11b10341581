/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Facts about a block device, from stat() and sysfs. Nothing here opens the
 * device, so nothing waits for it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct device {
	dev_t dev;
	uint32_t logical_block_bytes;
	bool rotational;
};

/*
 * Looks at the block device with that path. sysfs: where sysfs is mounted
 * ("/sys"). Returns 0, -ENOTBLK for what is no block device, -EBADMSG for
 * nonsense in sysfs, or another negative errno.
 */
int device_look(const char *path, const char *sysfs, struct device *devicep);

/* The same for the device with that number, whatever its path. */
int device_look_by_number(dev_t dev, const char *sysfs, struct device *devicep);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Facts about a block device, from stat() and sysfs. Nothing here opens the
 * device, so nothing waits for it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/lvm/vg.h"

struct device {
	dev_t dev;
	uint32_t logical_block_bytes;
	uint32_t physical_block_bytes; /* 0: not known */
	bool read_only;
	bool degraded; /* the kernel has given a disk below it up, or an array there lacks one */
	bool rotational;
	uint32_t queue_requests;    /* 0: not known */
	uint32_t request_max_bytes; /* 0: not known */
	/* The disks below it, by way of partitions and of what is stacked; at least one. */
	struct vg_disk disks[VG_PV_DISKS_MAX];
	size_t disk_count;
};

/*
 * Looks at the block device with that path. sysfs: where sysfs is mounted
 * ("/sys"). Returns 0, -ENOTBLK for what is no block device, -EBADMSG for
 * nonsense in sysfs, or another negative errno.
 */
int device_look(const char *path, const char *sysfs, struct device *devicep);

/* The same for the device with that number, whatever its path. */
int device_look_by_number(dev_t dev, const char *sysfs, struct device *devicep);

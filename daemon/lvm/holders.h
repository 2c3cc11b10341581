/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What else uses the disk of a block device, by the counters in sysfs. Nothing
 * here opens a device, so nothing waits for one.
 */

#include <stdint.h>
#include <sys/types.h>

/*
 * Counts the I/Os that were ever begun on the devices that lie upon this one,
 * such as LVs, and on the other partitions of its disk. What goes to the device
 * itself, past all of these, is not among them: that is how dm-mirror copies.
 * Nor is what a device does not count: "queue/iostats" can switch that off, but does not tell
 * whether it did (Linux 6.1 counts for device-mapper whatever it says, and says 0).
 *
 * sysfs: where sysfs is mounted ("/sys"). Returns 0, -EBADMSG for nonsense in sysfs, or another
 * negative errno.
 */
int holders_count_io(dev_t dev, const char *sysfs, uint64_t *countp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <sys/types.h>

/*
 * Writes out what the page cache holds of a block device and flushes the
 * device's own volatile cache. Blocks as long as the device does. Returns 0,
 * -ENXIO if there is no such device, or another negative errno.
 */
int flush_device(dev_t dev);

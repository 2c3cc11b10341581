/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <sys/types.h>

/*
 * Opens the node of a block device by its number, as the kernel names it and
 * makes it in devtmpfs: /dev/block is udev's, and need not be there. flags: of
 * open(). Returns 0 with an owned descriptor, -ENXIO if there is no such
 * device, or another negative errno.
 */
int node_open(dev_t dev, int flags, int *fdp);

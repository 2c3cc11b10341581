/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <sys/types.h>

/*
 * One process at a time swaps the table of a device-mapper device: an executor
 * that an earlier daemon left behind may still be at it, and the loads and
 * resumes of two would mix. Blocks until the other is done. Returns 0 with a
 * descriptor, owned, whose close gives the lock back; -ENXIO if there is no
 * such device; or another negative errno.
 */
int lock_device(dev_t dev, int *fdp);

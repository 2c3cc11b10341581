/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* From a path that a client named to the block device behind it. */

#include <sys/types.h>

/* The block device that path leads to, or 0: also for paths not below /dev, as LVM has it. */
dev_t devpath_resolve(const char *path);

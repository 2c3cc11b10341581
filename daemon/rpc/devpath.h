/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* From a path that a client named to the block device behind it. */

#include <sys/types.h>

/*
 * The block device that path leads to, or 0. Only paths below /dev are followed, symlinks too,
 * which are all that LVM itself takes: a path that leads elsewhere could make us wait for a
 * file system of the client's choice (autofs, NFS, FUSE).
 */
dev_t devpath_resolve(const char *path);

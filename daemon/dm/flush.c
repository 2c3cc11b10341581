/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "daemon/dm/node.h"

int flush_device(dev_t dev)
{
	_close_ int fd = -1;
	int r = node_open(dev, O_RDONLY, &fd);

	if (r)
		return r;
	/* Being open for reading is enough: the kernel asks for no more (6.1, block/fops.c). */
	return fsync(fd) < 0 ? -errno : 0;
}

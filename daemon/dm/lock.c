/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"

int lock_device(dev_t dev, int *fdp)
{
	_close_ int fd = -1;
	char path[64];

	/* A file that is there as long as the device, and that nobody else has a use for locking.
	 */
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/uuid", major(dev), minor(dev));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENXIO : -errno;
	if (flock(fd, LOCK_EX) < 0)
		return -errno;
	*fdp = steal_fd(&fd);
	return 0;
}

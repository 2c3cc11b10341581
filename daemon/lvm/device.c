/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"

/* Reads a file that holds one number. */
static int read_number(const char *path, uint32_t *numberp)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[32];
	char *end;
	unsigned long number;
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, line, sizeof(line) - 1);
	if (len < 0)
		return -errno;
	line[len] = '\0';
	errno = 0;
	number = strtoul(line, &end, 10);
	if (errno || end == line || *end != '\n' || number > UINT32_MAX)
		return -EBADMSG;
	*numberp = (uint32_t)number;
	return 0;
}

/* A partition has no queue of its own: it uses its disk's, one folder up. */
static int read_queue(const char *sysfs, dev_t dev, const char *what, uint32_t *numberp)
{
	static const char *const forms[] = {"", "../"};
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms) && r == -ENOENT; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/dev/block/%u:%u/%squeue/%s", sysfs, major(dev),
			     minor(dev), forms[i], what) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		r = read_number(path, numberp);
	}
	return r;
}

int device_look_by_number(dev_t dev, const char *sysfs, struct device *devicep)
{
	struct device device = {.dev = dev};
	uint32_t rotational = 0;
	int r;

	r = read_queue(sysfs, dev, "logical_block_size", &device.logical_block_bytes);
	if (r == 0)
		r = read_queue(sysfs, dev, "rotational", &rotational);
	if (r < 0)
		return r;
	device.rotational = rotational != 0;
	*devicep = device;
	return 0;
}

int device_look(const char *path, const char *sysfs, struct device *devicep)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	return device_look_by_number(st.st_rdev, sysfs, devicep);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(FILE *, closep, fclose)

static int find_node(dev_t dev, char path[PATH_MAX])
{
	static const char key[] = "DEVNAME=";
	cleanup(closep) FILE *uevent = NULL;
	char file[64], line[256];

	snprintf(file, sizeof(file), "/sys/dev/block/%u:%u/uevent", major(dev), minor(dev));
	uevent = fopen(file, "re");
	if (!uevent)
		return -ENXIO;
	while (fgets(line, sizeof(line), uevent)) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, PATH_MAX, "/dev/%s", line + strlen(key));
		return 0;
	}
	return -ENXIO;
}

int node_open(dev_t dev, int flags, int *fdp)
{
	_close_ int fd = -1;
	char path[PATH_MAX];
	struct stat st;
	int r;

	r = find_node(dev, path);
	if (r)
		return r;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode) || st.st_rdev != dev)
		return -ENXIO;
	*fdp = steal_fd(&fd);
	return 0;
}

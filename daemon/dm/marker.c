/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/marker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"

#define FOLDER "/run/pvmoved-swaps"

/* Longer than the folder and the longest UUID. */
#define PATH_SIZE 256

static int make_path(const char *uuid, char path[PATH_SIZE])
{
	int len = snprintf(path, PATH_SIZE, FOLDER "/%s", uuid);

	return *uuid && *uuid != '.' && !strchr(uuid, '/') && len < PATH_SIZE ? 0 : -EINVAL;
}

int marker_read(const char *uuid)
{
	char path[PATH_SIZE];
	struct stat st;
	int r = make_path(uuid, path);

	if (r)
		return r;
	if (stat(path, &st) < 0)
		return errno == ENOENT ? MARKER_NONE : -errno;
	/* A file is made empty, and tells of a wedge by what is in it. */
	return st.st_size == 0 ? MARKER_LEFT : MARKER_WEDGED;
}

int marker_set(const char *uuid, enum marker marker)
{
	static const char wedged[] = "wedged\n";
	_close_ int fd = -1;
	char path[PATH_SIZE];
	int r = make_path(uuid, path);

	if (r)
		return r;
	if (mkdir(FOLDER, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (marker == MARKER_WEDGED && write(fd, wedged, strlen(wedged)) < 0)
		return -errno;
	return 0;
}

void marker_clear(const char *uuid)
{
	char path[PATH_SIZE];

	if (make_path(uuid, path) == 0)
		unlink(path);
}

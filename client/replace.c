/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"

#define FILE_MODE 0644

static int write_all(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t written = write(fd, bytes, len_bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		len_bytes -= (size_t)written;
	}
	/* mkostemp() made it for us alone */
	return fchmod(fd, FILE_MODE) < 0 ? -errno : 0;
}

/* "folder/.name.XXXXXX" for "folder/name", on the heap; NULL for want of memory. */
static char *name_temporary(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder_len = slash ? (int)(slash + 1 - path) : 0;
	char *temporary = NULL;

	if (asprintf(&temporary, "%.*s.%s.XXXXXX", folder_len, path, path + folder_len) < 0)
		return NULL;
	return temporary;
}

int replace_file(const char *path, const char *bytes, size_t len_bytes)
{
	_free_ char *temporary = name_temporary(path);
	int fd, ret;

	if (!temporary)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, bytes, len_bytes);
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	if (ret == 0 && rename(temporary, path) < 0)
		ret = -errno;
	if (ret < 0)
		(void)unlink(temporary);
	return ret;
}

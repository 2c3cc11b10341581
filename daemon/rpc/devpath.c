/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/devpath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common/cleanup.h"

static int open_beneath(int dir_fd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	/* the glibc of Debian 12 has no function for it */
	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

dev_t devpath_resolve(const char *path)
{
	static const char root[] = "/dev/";
	_close_ int dir_fd = -1;
	_close_ int fd = -1;
	struct stat status;

	if (strncmp(path, root, strlen(root)) != 0)
		return 0;
	dir_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return 0;
	path += strlen(root);
	fd = open_beneath(dir_fd, path + strspn(path, "/"));
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISBLK(status.st_mode))
		return 0;
	return status.st_rdev;
}

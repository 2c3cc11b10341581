/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/listener.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "common/cleanup.h"

static int make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

static bool is_in_use(const struct sockaddr_un *address)
{
	_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
}

/* Root alone when there is no such group. */
static int hand_to_group(const char *path)
{
	const struct group *group = getgrnam(LISTENER_GROUP);

	if (group && chown(path, (uid_t)-1, group->gr_gid) < 0)
		return -errno;
	return chmod(path, 0660) < 0 ? -errno : 0;
}

int listener_open(const char *path)
{
	_close_ int fd = -1;
	struct sockaddr_un address;
	mode_t mask;
	int r = sd_listen_fds(1);

	if (r > 0) {
		/* One is all that the unit declares; any other is not ours to use. */
		return SD_LISTEN_FDS_START;
	}
	r = make_address(path, &address);
	if (r < 0)
		return r;
	if (is_in_use(&address))
		return -EADDRINUSE;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177); /* nobody else until it is handed to the group */
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0)
		r = hand_to_group(path);
	if (r == 0 && listen(fd, SOMAXCONN) < 0)
		r = -errno;
	return r < 0 ? r : steal_fd(&fd);
}

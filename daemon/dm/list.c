/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(DIR *, closedirp, closedir)

/* Returns 0, -ENOENT for a device without a UUID or that has gone, or a negative errno. */
static int read_uuid(int dir_fd, const char *name, char uuid[DM_ID_MAX])
{
	_close_ int fd = -1;
	char path[NAME_MAX + sizeof("/dm/uuid")];
	ssize_t len_bytes;

	snprintf(path, sizeof(path), "%s/dm/uuid", name);
	fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len_bytes = read(fd, uuid, DM_ID_MAX - 1);
	if (len_bytes < 0)
		return errno == ENODEV ? -ENOENT : -errno;
	uuid[len_bytes] = '\0';
	uuid[strcspn(uuid, "\n")] = '\0';
	return *uuid ? 0 : -ENOENT;
}

static int append(struct dm_uuid **uuidsp, size_t *countp, const char *uuid)
{
	struct dm_uuid *grown = reallocarray(*uuidsp, *countp + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	snprintf(grown[*countp].text, sizeof(grown->text), "%s", uuid);
	*uuidsp = grown;
	++*countp;
	return 0;
}

int list_uuids(const char *sysfs, const char *prefix, struct dm_uuid **uuidsp, size_t *countp)
{
	_free_ struct dm_uuid *uuids = NULL;
	cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	size_t count = 0;
	int r = 0;

	snprintf(path, sizeof(path), "%s/block", sysfs);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		char uuid[DM_ID_MAX];

		if (strncmp(entry->d_name, "dm-", strlen("dm-")) != 0)
			continue;
		r = read_uuid(dirfd(dir), entry->d_name, uuid);
		if (r == 0 && strncmp(uuid, prefix, strlen(prefix)) == 0)
			r = append(&uuids, &count, uuid);
		if (r == -ENOENT)
			r = 0;
	}
	if (r < 0)
		return r;
	*uuidsp = steal_pointer(&uuids);
	*countp = count;
	return 0;
}

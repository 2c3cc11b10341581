/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/file.h"

#include <errno.h>
#include <unistd.h>

ssize_t file_read_all(int fd, void *bytes, size_t size_bytes)
{
	size_t len_bytes = 0;

	while (len_bytes < size_bytes) {
		ssize_t n = read(fd, (char *)bytes + len_bytes, size_bytes - len_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len_bytes += (size_t)n;
	}
	return (ssize_t)len_bytes;
}

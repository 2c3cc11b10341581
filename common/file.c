/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/cleanup.h"

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

int file_read_text(const char *path, char *text, size_t size)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len_bytes;

	if (fd < 0)
		return -errno;
	len_bytes = read(fd, text, size - 1);
	if (len_bytes < 0)
		return -errno;
	text[len_bytes] = '\0';
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading files. Knows nothing of what is in them. */

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads up to size_bytes, until the end of the file or an error; blocks as read() does. Returns how
 * many bytes were read, or a negative errno.
 */
ssize_t file_read_all(int fd, void *bytes, size_t size_bytes);

/*
 * Reads a short file of the kernel's, or the beginning of a longer one, as text: size counts the
 * NUL. Does not follow a link at the path's end. Returns 0 or a negative errno.
 */
int file_read_text(const char *path, char *text, size_t size);

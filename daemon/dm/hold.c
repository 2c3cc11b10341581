/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/file.h"

/*
 * The least that the kernel takes as such (0 counts as 1; dm-kcopyd.c, Linux 6.1). It does not
 * stop the copying: each read and each write of a region still begins within a second.
 */
#define HELD_PERCENT 1u

/* More than any number and its line's end. */
#define TEXT_SIZE 32

const struct hold_paths hold_usual_paths = {HOLD_PARAMETER, HOLD_NOTE};

static int read_number(const char *path, unsigned *numberp)
{
	char text[TEXT_SIZE];
	unsigned long number;
	char *end;
	int r = file_read_text(path, text, sizeof(text));

	if (r < 0)
		return r;
	number = strtoul(text, &end, 10);
	if (end == text || number > UINT_MAX)
		return -EBADMSG;
	*numberp = (unsigned)number;
	return 0;
}

static int write_number(const char *path, int flags, unsigned number)
{
	_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	char text[TEXT_SIZE];
	int len_bytes = snprintf(text, sizeof(text), "%u\n", number);

	if (fd < 0)
		return -errno;
	/* A parameter takes all or nothing; so does a file that short, or there is no room. */
	if (write(fd, text, (size_t)len_bytes) < 0)
		return -errno;
	return 0;
}

int hold_copying(const struct hold_paths *paths)
{
	unsigned was = 0;
	int r = read_number(paths->parameter, &was);

	/* What is as low as that already was made so by us, or needs no help. */
	if (r < 0 || was <= HELD_PERCENT)
		return r;
	r = write_number(paths->note, O_CREAT | O_TRUNC, was);
	if (r < 0) {
		unlink(paths->note); /* one that is empty tells nothing */
		return r;
	}
	r = write_number(paths->parameter, 0, HELD_PERCENT);
	if (r < 0)
		unlink(paths->note);
	return r;
}

int hold_let_go(const struct hold_paths *paths)
{
	unsigned was = 0, is = 0;
	int r = read_number(paths->note, &was);

	if (r == -ENOENT)
		return 0;
	if (r < 0) /* not ours, or torn: what the kernel begins with is the best guess */
		was = 100;
	r = read_number(paths->parameter, &is);
	if (r == 0 && is == HELD_PERCENT)
		r = write_number(paths->parameter, 0, was);
	if (r < 0 && r != -ENOENT)
		return r;
	/* When the module was unloaded, its parameter begins anew with it. */
	return unlink(paths->note) < 0 ? -errno : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/holders.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/file.h"

/* Room for the twenty numbers of a device's "stat". */
#define STAT_MAX_BYTES 512

/*
 * Those that have ended and those that have not. The kernel's Documentation/block/stat.rst has
 * the order of the numbers: reads, writes and discards are followed by three of their own each, and
 * what is in flight by two.
 */
static int add_numbers(const char *text, uint64_t *countp)
{
	enum { READS = 0, WRITES = 4, IN_FLIGHT = 8, DISCARDS = 11 };
	uint64_t count = 0;
	int field;

	for (field = 0; field <= DISCARDS; field++) {
		char *end;
		uint64_t number = strtoull(text, &end, 10);

		if (end == text)
			break;
		if (field == READS || field == WRITES || field == IN_FLIGHT || field == DISCARDS)
			count += number;
		text = end;
	}
	/* Linux before 4.18 does not count discards. */
	if (field <= IN_FLIGHT)
		return -EBADMSG;
	*countp += count;
	return 0;
}

static int add_begun(const char *folder, void *arg)
{
	char path[PATH_MAX];
	char text[STAT_MAX_BYTES];
	int r;

	if (snprintf(path, sizeof(path), "%s/stat", folder) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_text(path, text, sizeof(text));
	return r < 0 ? r : add_numbers(text, arg);
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls what() with each folder in a folder. Returns how many, or the first negative errno. */
static int for_each(const char *folder, int (*what)(const char *folder, void *arg), void *arg)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_entry, NULL);
	int r = count < 0 ? -errno : 0;

	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		if (r == 0)
			r = snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) >=
					    (int)sizeof(path)
				    ? -ENAMETOOLONG
				    : what(path, arg);
		free(entries[i]);
	}
	free(entries);
	return r < 0 ? r : count;
}

/* Returns how many devices lie upon this one, or a negative errno. */
static int add_holders(const char *folder, uint64_t *countp)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/holders", folder) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return for_each(path, add_begun, countp);
}

/* ---- the other partitions ---------------------------------------------- */

struct siblings {
	struct stat self;
	uint64_t *countp;
};

static bool is_partition(const char *folder)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/partition", folder) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

/* A partition that something lies upon is used through that. */
static int add_sibling(const char *folder, void *arg)
{
	const struct siblings *siblings = arg;
	struct stat st;
	int r;

	if (!is_partition(folder))
		return 0;
	if (stat(folder, &st) < 0)
		return -errno;
	if (st.st_dev == siblings->self.st_dev && st.st_ino == siblings->self.st_ino)
		return 0;
	r = add_holders(folder, siblings->countp);
	return r == 0 ? add_begun(folder, siblings->countp) : r;
}

static int add_siblings(const char *folder, uint64_t *countp)
{
	struct siblings siblings;
	char path[PATH_MAX];

	if (!is_partition(folder))
		return 0;
	if (snprintf(path, sizeof(path), "%s/..", folder) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (stat(folder, &siblings.self) < 0)
		return -errno;
	siblings.countp = countp;
	return for_each(path, add_sibling, &siblings);
}

int holders_count_io(dev_t dev, const char *sysfs, uint64_t *countp)
{
	char folder[PATH_MAX];
	uint64_t count = 0;
	int r;

	if (snprintf(folder, sizeof(folder), "%s/dev/block/%u:%u", sysfs, major(dev), minor(dev)) >=
	    (int)sizeof(folder))
		return -ENAMETOOLONG;
	r = add_holders(folder, &count);
	if (r >= 0)
		r = add_siblings(folder, &count);
	if (r < 0)
		return r;
	*countp = count;
	return 0;
}

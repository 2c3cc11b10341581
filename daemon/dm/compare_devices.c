/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/dm/compare.h"
#include "daemon/dm/node.h"

struct devices {
	int fds[2];
	uint64_t off_sectors[2];
};

static int read_device(void *arg, enum compare_side side, uint64_t off_sectors,
		       uint64_t len_sectors, void *buffer)
{
	const struct devices *devices = arg;
	char *at = buffer;
	off_t off = (off_t)((devices->off_sectors[side] + off_sectors) * SECTOR_BYTES);
	size_t left = len_sectors * SECTOR_BYTES;

	while (left > 0) {
		ssize_t n = pread(devices->fds[side], at, left, off);

		if (n <= 0)
			return n < 0 ? -errno : -ENXIO;
		at += n;
		off += n;
		left -= (size_t)n;
	}
	return 0;
}

static uint64_t now_ms(void *arg)
{
	struct timespec now;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_ms(void *arg, uint64_t ms)
{
	const struct timespec gap = {.tv_sec = (time_t)(ms / 1000),
				     .tv_nsec = (long)(ms % 1000 * 1000000)};

	(void)arg;
	nanosleep(&gap, NULL);
}

/* Opens one side, past the page cache, and checks that what is to be read lies on it. */
static int open_side(dev_t dev, uint64_t off_sectors, uint64_t len_sectors, int *fdp,
		     uint64_t *block_sectorsp)
{
	_close_ int fd = -1;
	uint64_t size_bytes;
	int block_bytes, r;

	r = node_open(dev, O_RDONLY | O_DIRECT, &fd);
	if (r)
		return r;
	if (ioctl(fd, BLKGETSIZE64, &size_bytes) < 0 || ioctl(fd, BLKSSZGET, &block_bytes) < 0)
		return -errno;
	if (off_sectors > size_bytes / SECTOR_BYTES ||
	    len_sectors > size_bytes / SECTOR_BYTES - off_sectors)
		return -ENXIO;
	if ((uint64_t)block_bytes / SECTOR_BYTES > *block_sectorsp)
		*block_sectorsp = (uint64_t)block_bytes / SECTOR_BYTES;
	*fdp = steal_fd(&fd);
	return 0;
}

int compare_devices(const struct dm_comparison *what, struct dm_comparison_result *resultp)
{
	_close_ int first = -1, second = -1;
	struct devices devices = {
		.off_sectors = {what->first_off_sectors, what->second_off_sectors}};
	struct compare_world world = {.read = read_device,
				      .now_ms = now_ms,
				      .wait_ms = wait_ms,
				      .block_sectors = 1,
				      .arg = &devices};
	int r;

	if (what->len_sectors == 0 || what->len_sectors > DM_COMPARE_MAX_SECTORS)
		return -EINVAL;
	r = open_side(what->first_dev, what->first_off_sectors, what->len_sectors, &first,
		      &world.block_sectors);
	if (!r)
		r = open_side(what->second_dev, what->second_off_sectors, what->len_sectors,
			      &second, &world.block_sectors);
	if (r)
		return r;
	if ((what->first_off_sectors | what->second_off_sectors | what->len_sectors) %
	    world.block_sectors)
		return -EINVAL;
	devices.fds[COMPARE_FIRST] = first;
	devices.fds[COMPARE_SECOND] = second;
	return compare_stretches(&world, what->len_sectors, resultp);
}

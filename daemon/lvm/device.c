/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/device.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/file.h"

#define LINE_MAX_BYTES 32
/* Layers of devices below a PV; what has more is taken for a disk there. */
#define LAYERS_MAX 8

/* Reads a file that holds one number. */
static int read_number(const char *path, uint32_t *numberp)
{
	char line[LINE_MAX_BYTES];
	char *end;
	unsigned long number;
	int r = file_read_text(path, line, sizeof(line));

	if (r < 0)
		return r;
	errno = 0;
	number = strtoul(line, &end, 10);
	if (errno || end == line || *end != '\n' || number > UINT32_MAX)
		return -EBADMSG;
	*numberp = (uint32_t)number;
	return 0;
}

/* A partition has no queue of its own: it uses its disk's, one folder up. */
static int read_queue(const char *sysfs, dev_t dev, const char *what, uint32_t *numberp)
{
	static const char *const forms[] = {"", "../"};
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms) && r == -ENOENT; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/dev/block/%u:%u/%squeue/%s", sysfs, major(dev),
			     minor(dev), forms[i], what) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		r = read_number(path, numberp);
	}
	return r;
}

/* ---- the disks below --------------------------------------------------- */

static void format_folder(const char *sysfs, dev_t dev, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/dev/block/%u:%u", sysfs, major(dev), minor(dev));
}

/* The number in a device's file "dev", "8:16\n". Returns 0 or a negative errno. */
static int read_dev(const char *folder, const char *below, dev_t *devp)
{
	char path[PATH_MAX];
	char line[LINE_MAX_BYTES];
	char *end;
	unsigned long number, second;
	int r;

	if (snprintf(path, sizeof(path), "%s/%s/dev", folder, below) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_text(path, line, sizeof(line));
	if (r < 0)
		return r;
	number = strtoul(line, &end, 10);
	if (end == line || *end != ':' || number > UINT_MAX)
		return -EBADMSG;
	second = strtoul(end + 1, &end, 10);
	if (*end != '\n' || second > UINT_MAX)
		return -EBADMSG;
	*devp = makedev((unsigned)number, (unsigned)second);
	return 0;
}

/* The kernel's name: a device's folder has it. A '!' stands for a slash. */
static void read_name(const char *folder, char name[VG_DISK_NAME_MAX])
{
	char target[PATH_MAX];
	ssize_t len = readlink(folder, target, sizeof(target) - 1);

	*name = '\0';
	if (len <= 0)
		return;
	target[len] = '\0';
	snprintf(name, VG_DISK_NAME_MAX, "%s", basename(target));
	for (char *c = name; *c; c++)
		if (*c == '!')
			*c = '/';
}

/* What SCSI and NVMe say of a disk that they have given up; of others nothing is known (6.1). */
static bool disk_is_offline(const char *folder)
{
	static const char *const states[] = {"offline",  "transport-offline", "cancel", "deleted",
					     "deleting", "deleting (no IO)",  "dead"};
	char path[PATH_MAX];
	char line[LINE_MAX_BYTES];

	if (snprintf(path, sizeof(path), "%s/device/state", folder) >= (int)sizeof(path) ||
	    file_read_text(path, line, sizeof(line)) < 0)
		return false;
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(line, states[i]) == 0)
			return true;
	return false;
}

/* Of md; arrays without redundancy have no such file. */
static bool array_is_degraded(const char *folder)
{
	char path[PATH_MAX];
	uint32_t lost = 0;

	return snprintf(path, sizeof(path), "%s/md/degraded", folder) < (int)sizeof(path) &&
	       read_number(path, &lost) == 0 && lost > 0;
}

static void add_disk(const char *sysfs, dev_t dev, struct device *device)
{
	struct vg_disk *disk = &device->disks[device->disk_count];
	uint32_t rotational = 0;
	char folder[PATH_MAX];

	for (size_t i = 0; i < device->disk_count; i++)
		if (device->disks[i].dev == dev)
			return;
	if (device->disk_count == VG_PV_DISKS_MAX)
		return;
	(void)read_queue(sysfs, dev, "rotational", &rotational);
	format_folder(sysfs, dev, folder);
	*disk = (struct vg_disk){.dev = dev, .rotational = rotational != 0};
	read_name(folder, disk->name);
	device->disk_count++;
	device->degraded |= disk_is_offline(folder);
}

static int is_device(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void find_disks(const char *sysfs, dev_t dev, unsigned layer, struct device *device);

/* What is stacked names what it is made of. Returns whether it is. */
static bool find_below(const char *sysfs, const char *folder, unsigned layer, struct device *device)
{
	char path[PATH_MAX];
	struct dirent **entries = NULL;
	int count;

	if (snprintf(path, sizeof(path), "%s/slaves", folder) >= (int)sizeof(path))
		return false;
	count = scandir(path, &entries, is_device, alphasort);
	device->degraded |= array_is_degraded(folder);
	for (int i = 0; i < count; i++) {
		dev_t below;

		if (read_dev(path, entries[i]->d_name, &below) == 0)
			find_disks(sysfs, below, layer + 1, device);
		free(entries[i]);
	}
	free(entries);
	return count > 0;
}

static void find_disks(const char *sysfs, dev_t dev, unsigned layer, struct device *device)
{
	char folder[PATH_MAX];
	char path[PATH_MAX];
	dev_t whole;

	format_folder(sysfs, dev, folder);
	if (layer < LAYERS_MAX && find_below(sysfs, folder, layer, device))
		return;
	if (snprintf(path, sizeof(path), "%s/partition", folder) < (int)sizeof(path) &&
	    access(path, F_OK) == 0 && layer < LAYERS_MAX && read_dev(folder, "..", &whole) == 0)
		find_disks(sysfs, whole, layer + 1, device);
	else
		add_disk(sysfs, dev, device);
}

/* Of what is stacked the flag is as old as its table; the disks below are asked themselves. */
static bool any_disk_turns(const struct device *device)
{
	for (size_t i = 0; i < device->disk_count; i++)
		if (device->disks[i].rotational)
			return true;
	return false;
}

/* ---- all of it --------------------------------------------------------- */

/* By its own folder: a partition or a stacked device can be read-only on a disk that is not. */
static bool device_is_read_only(const char *sysfs, dev_t dev)
{
	char folder[PATH_MAX];
	char path[PATH_MAX];
	uint32_t read_only = 0;

	format_folder(sysfs, dev, folder);
	return snprintf(path, sizeof(path), "%s/ro", folder) < (int)sizeof(path) &&
	       read_number(path, &read_only) == 0 && read_only != 0;
}

int device_look_by_number(dev_t dev, const char *sysfs, struct device *devicep)
{
	struct device device = {.dev = dev};
	uint32_t request_max_kib = 0;
	int r;

	r = read_queue(sysfs, dev, "logical_block_size", &device.logical_block_bytes);
	if (r < 0)
		return r;
	(void)read_queue(sysfs, dev, "physical_block_size", &device.physical_block_bytes);
	(void)read_queue(sysfs, dev, "nr_requests", &device.queue_requests);
	(void)read_queue(sysfs, dev, "max_sectors_kb", &request_max_kib);
	if (request_max_kib <= UINT32_MAX / 1024)
		device.request_max_bytes = request_max_kib * 1024;
	find_disks(sysfs, dev, 0, &device);
	device.rotational = any_disk_turns(&device);
	device.read_only = device_is_read_only(sysfs, dev);
	*devicep = device;
	return 0;
}

int device_look(const char *path, const char *sysfs, struct device *devicep)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	return device_look_by_number(st.st_rdev, sysfs, devicep);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "tests/fake/memory.h"

/* The major number of SCSI disks; a disk has sixteen minors. */
#define DISK_MAJOR 8

void fake_disk_init(struct fake_disk *disk, unsigned number, uint64_t cell_count)
{
	*disk = (struct fake_disk){
		.dev = makedev(DISK_MAJOR, number * 16),
		.attached = true,
		.cell_count = cell_count,
		.cached = fake_alloc(cell_count, sizeof(uint64_t)),
		.stable = fake_alloc(cell_count, sizeof(uint64_t)),
		.unreadable = fake_alloc(cell_count, sizeof(bool)),
		.unwritable = fake_alloc(cell_count, sizeof(bool)),
		.corrupting = fake_alloc(cell_count, sizeof(bool)),
		.was_restless = fake_alloc(cell_count, sizeof(bool)),
	};
	snprintf(disk->path, sizeof(disk->path), "/dev/fake%u", number);
	for (uint64_t i = 0; i < cell_count; i++)
		disk->cached[i] = FAKE_CELL_VIRGIN | (uint64_t)number << 32 | i;
	memcpy(disk->stable, disk->cached, cell_count * sizeof(uint64_t));
}

void fake_disk_deinit(struct fake_disk *disk)
{
	free(disk->cached);
	free(disk->stable);
	free(disk->unreadable);
	free(disk->unwritable);
	free(disk->corrupting);
	free(disk->was_restless);
	*disk = (struct fake_disk){0};
}

int fake_disk_read(const struct fake_disk *disk, uint64_t cell, uint64_t *valuep)
{
	if (!disk->attached || cell >= disk->cell_count || disk->unreadable[cell])
		return -EIO;
	*valuep = disk->cached[cell];
	return 0;
}

int fake_disk_write(struct fake_disk *disk, uint64_t cell, uint64_t value, bool through)
{
	if (!disk->attached || cell >= disk->cell_count || disk->unwritable[cell])
		return -EIO;
	if (disk->corrupting[cell])
		value ^= FAKE_CELL_CORRUPT;
	disk->cached[cell] = value;
	if (through)
		disk->stable[cell] = value;
	return 0;
}

int fake_disk_flush(struct fake_disk *disk)
{
	if (!disk->attached)
		return -EIO;
	memcpy(disk->stable, disk->cached, disk->cell_count * sizeof(uint64_t));
	return 0;
}

void fake_disk_cut_power(struct fake_disk *disk)
{
	memcpy(disk->cached, disk->stable, disk->cell_count * sizeof(uint64_t));
}

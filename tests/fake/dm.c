/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/dm.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "tests/fake/memory.h"
#include "tests/fake/mirror.h"

/* device-mapper's major number on the machines of today. */
#define DM_MAJOR 253

void fake_dm_init(struct fake_dm *dm, struct fake_disk *disks, size_t disk_count)
{
	*dm = (struct fake_dm){.disks = disks, .disk_count = disk_count};
}

struct fake_device *fake_dm_find(const struct fake_dm *dm, const char *uuid)
{
	for (size_t i = 0; i < dm->device_count; i++)
		if (strcmp(dm->devices[i]->uuid, uuid) == 0)
			return dm->devices[i];
	return NULL;
}

static struct fake_device *find_by_dev(const struct fake_dm *dm, dev_t dev)
{
	for (size_t i = 0; i < dm->device_count; i++)
		if (dm->devices[i]->dev == dev)
			return dm->devices[i];
	return NULL;
}

struct fake_disk *fake_dm_disk(const struct fake_dm *dm, dev_t dev)
{
	for (size_t i = 0; i < dm->disk_count; i++)
		if (dm->disks[i].dev == dev)
			return &dm->disks[i];
	return NULL;
}

/* ---- tables ------------------------------------------------------------ */

static void map_deinit(struct fake_map *map)
{
	for (size_t i = 0; i < map->table.count; i++)
		fake_mirror_deinit(&map->mirrors[i]);
	free(map->mirrors);
	dm_table_deinit(&map->table);
	*map = (struct fake_map){0};
}

static void copy_table(const struct dm_table *from, struct dm_table *to)
{
	for (size_t i = 0; i < from->count; i++)
		if (dm_table_append(to, &from->targets[i]) < 0)
			abort();
}

static void map_init(struct fake_map *map, const struct dm_table *table)
{
	*map = (struct fake_map){
		.mirrors = fake_alloc(table->count, sizeof(struct fake_mirror)),
	};
	copy_table(table, &map->table);
	for (size_t i = 0; i < table->count; i++)
		if (table->targets[i].type == DM_MIRROR)
			fake_mirror_init(&map->mirrors[i], &table->targets[i]);
}

static bool table_uses(const struct dm_table *table, dev_t dev)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->targets[i].source_dev == dev || table->targets[i].dest_dev == dev)
			return true;
	return false;
}

/* 0, or what the kernel says of a stretch of a device. */
static int check_stretch(struct fake_dm *dm, dev_t dev, uint64_t first, uint64_t len)
{
	const struct fake_disk *disk = fake_dm_disk(dm, dev);
	const struct fake_device *device = find_by_dev(dm, dev);
	uint64_t end = 0;

	if (first % FAKE_CELL_SECTORS != 0 || len % FAKE_CELL_SECTORS != 0)
		dm->outrage = "a table that does not lie on whole cells";
	if (disk && disk->attached)
		end = disk->cell_count * FAKE_CELL_SECTORS;
	else if (device)
		end = dm_table_len(&device->live.table);
	else
		return -ENXIO;
	return first + len <= end ? 0 : -EINVAL;
}

static int check_target(struct fake_dm *dm, const struct dm_target *target)
{
	uint32_t region = target->region_sectors;
	int r = check_stretch(dm, target->source_dev, target->source_sectors, target->len_sectors);

	if (r < 0 || target->len_sectors == 0)
		return r < 0 ? r : -EINVAL;
	if (target->type == DM_LINEAR)
		return 0;
	/* mirror_ctr(): whole pages, a power of two, not larger than the target */
	if (target->type != DM_MIRROR || region < 8 || (region & (region - 1)) != 0 ||
	    region > target->len_sectors)
		return -EINVAL;
	if (region % FAKE_CELL_SECTORS != 0)
		dm->outrage = "regions that are not whole cells";
	return check_stretch(dm, target->dest_dev, target->dest_sectors, target->len_sectors);
}

static int check_table(struct fake_dm *dm, const struct dm_table *table)
{
	uint64_t at = 0;

	for (size_t i = 0; i < table->count; i++) {
		int r = check_target(dm, &table->targets[i]);

		if (r < 0)
			return r;
		if (table->targets[i].start_sectors != at)
			return -EINVAL;
		at += table->targets[i].len_sectors;
	}
	return table->count > 0 ? 0 : -EINVAL;
}

/* ---- devices ----------------------------------------------------------- */

static void device_free(struct fake_device *device)
{
	map_deinit(&device->live);
	map_deinit(&device->inactive);
	free(device->held);
	free(device);
}

void fake_dm_clear(struct fake_dm *dm)
{
	while (dm->device_count > 0)
		device_free(dm->devices[--dm->device_count]);
	dm->next_minor = 0;
	dm->held = false;
	dm->event = false;
}

unsigned fake_dm_open_count(const struct fake_dm *dm, const struct fake_device *device)
{
	unsigned count = device->opens;

	for (size_t i = 0; i < dm->device_count; i++)
		count += table_uses(&dm->devices[i]->live.table, device->dev) +
			 table_uses(&dm->devices[i]->inactive.table, device->dev);
	return count;
}

int fake_dm_create(struct fake_dm *dm, const char *name, const char *uuid,
		   const struct dm_table *table)
{
	struct fake_device *device;
	int r = check_table(dm, table);

	if (r < 0)
		return r;
	for (size_t i = 0; i < dm->device_count; i++)
		if (strcmp(dm->devices[i]->uuid, uuid) == 0 ||
		    strcmp(dm->devices[i]->name, name) == 0)
			return -EBUSY;
	if (dm->device_count == FAKE_DEVICES_MAX || strlen(name) >= DM_NAME_MAX ||
	    strlen(uuid) >= DM_ID_MAX)
		return -EINVAL;
	device = fake_alloc(1, sizeof(*device));
	strcpy(device->name, name);
	strcpy(device->uuid, uuid);
	device->dev = makedev(DM_MAJOR, dm->next_minor++);
	map_init(&device->live, table);
	dm->devices[dm->device_count++] = device;
	return 0;
}

int fake_dm_load(struct fake_dm *dm, const char *uuid, const struct dm_table *table)
{
	struct fake_device *device = fake_dm_find(dm, uuid);
	int r;

	if (!device)
		return -ENXIO;
	if (device->wedged)
		return -EOWNERDEAD;
	if (table_uses(table, device->dev))
		return -EINVAL;
	r = check_table(dm, table);
	if (r < 0)
		return r;
	if (dm_table_len(table) != dm_table_len(&device->live.table))
		dm->outrage = "a swap that changes the size of a device";
	map_deinit(&device->inactive);
	map_init(&device->inactive, table);
	return 0;
}

/* With a new table the held writes go on their way again, as after a suspend with noflush. */
static void release_held(struct fake_dm *dm, struct fake_device *device)
{
	struct fake_held_write *held = device->held;
	size_t count = device->held_count;

	device->held = NULL;
	device->held_count = 0;
	for (size_t i = 0; i < count; i++)
		fake_dm_write(dm, device->dev, held[i].sector, held[i].value);
	free(held);
}

int fake_dm_resume(struct fake_dm *dm, const char *uuid)
{
	struct fake_device *device = fake_dm_find(dm, uuid);

	if (!device)
		return -ENXIO;
	if (device->wedged)
		return 0; /* somebody waits for ever */
	device->suspended = false;
	device->swap_unfinished = false;
	if (device->inactive.table.count == 0)
		return 0;
	map_deinit(&device->live);
	device->live = device->inactive;
	device->inactive = (struct fake_map){0};
	release_held(dm, device);
	return 0;
}

int fake_dm_swap(struct fake_dm *dm, const char *uuid, const struct dm_table *table)
{
	int r = fake_dm_load(dm, uuid, table);

	return r < 0 ? r : fake_dm_resume(dm, uuid);
}

static bool has_mirrors(const struct dm_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->targets[i].type == DM_MIRROR)
			return true;
	return false;
}

int fake_dm_interrupt_swap(struct fake_dm *dm, const char *uuid, const struct dm_table *table)
{
	struct fake_device *device = fake_dm_find(dm, uuid);
	int r = fake_dm_load(dm, uuid, table);

	if (r == 0)
		device->wedged = device->swap_unfinished = has_mirrors(&device->live.table);
	return r;
}

int fake_dm_remove(struct fake_dm *dm, const char *uuid)
{
	for (size_t i = 0; i < dm->device_count; i++) {
		struct fake_device *device = dm->devices[i];

		if (strcmp(device->uuid, uuid) != 0)
			continue;
		if (device->wedged)
			dm->outrage = "the removal of a wedged device";
		if (fake_dm_open_count(dm, device) > 0)
			return -EBUSY;
		device_free(device);
		dm->devices[i] = dm->devices[--dm->device_count];
		return 0;
	}
	return 0;
}

int fake_dm_observe(const struct fake_dm *dm, const char *uuid, struct dm_device *devicep)
{
	const struct fake_device *device = fake_dm_find(dm, uuid);

	*devicep = (struct dm_device){0};
	if (!device)
		return 0;
	devicep->present = true;
	devicep->dev = device->dev;
	strcpy(devicep->name, device->name);
	devicep->suspended = device->suspended;
	devicep->read_only = device->read_only;
	devicep->has_inactive = device->inactive.table.count > 0;
	devicep->swap_unfinished = device->swap_unfinished;
	devicep->open_count = fake_dm_open_count(dm, device);
	copy_table(&device->live.table, &devicep->table);
	devicep->mirrors = fake_alloc(devicep->table.count, sizeof(struct dm_mirror_status));
	for (size_t i = 0; i < devicep->table.count; i++)
		if (devicep->table.targets[i].type == DM_MIRROR)
			devicep->mirrors[i] = fake_mirror_status(&device->live.mirrors[i]);
	return 0;
}

static bool device_waits(const struct fake_dm *dm, const struct fake_device *device)
{
	if (device->held_count > 0)
		return true;
	for (size_t i = 0; i < device->live.table.count; i++) {
		const struct dm_target *target = &device->live.table.targets[i];
		const struct fake_device *below = find_by_dev(dm, target->source_dev);

		if (below && device_waits(dm, below))
			return true;
	}
	return false;
}

bool fake_dm_is_blocked(const struct fake_dm *dm, const char *uuid)
{
	const struct fake_device *device = fake_dm_find(dm, uuid);

	/* What the device holds itself goes back to its queue; what lies below is waited for. */
	return device && device->held_count == 0 && device_waits(dm, device);
}

/* ---- I/O --------------------------------------------------------------- */

bool fake_dm_copy(struct fake_dm *dm)
{
	bool copied = false;

	for (size_t i = 0; i < dm->device_count && !dm->copies_hang; i++) {
		struct fake_map *map = &dm->devices[i]->live;

		for (size_t j = 0; j < map->table.count && !dm->devices[i]->wedged; j++)
			if (map->table.targets[j].type == DM_MIRROR)
				copied |= fake_mirror_copy(dm, &map->mirrors[j],
							   &map->table.targets[j]);
	}
	return copied;
}

/* The index of the target that a sector falls into; the table is contiguous. */
static size_t find_target(const struct fake_map *map, uint64_t sector)
{
	size_t i = 0;

	while (i < map->table.count &&
	       sector >= map->table.targets[i].start_sectors + map->table.targets[i].len_sectors)
		i++;
	return i;
}

static int hold_write(struct fake_device *device, uint64_t sector, uint64_t value)
{
	device->held = realloc(device->held, (device->held_count + 1) * sizeof(*device->held));
	if (!device->held)
		abort();
	device->held[device->held_count++] = (struct fake_held_write){sector, value};
	return FAKE_HELD;
}

int fake_dm_write(struct fake_dm *dm, dev_t dev, uint64_t sector, uint64_t value)
{
	struct fake_disk *disk = fake_dm_disk(dm, dev);
	struct fake_device *device = find_by_dev(dm, dev);
	const struct dm_target *target;
	size_t i;
	int r;

	if (disk)
		return fake_disk_write(disk, sector / FAKE_CELL_SECTORS, value, true);
	i = device ? find_target(&device->live, sector) : 0;
	if (!device || i == device->live.table.count)
		return -EIO;
	target = &device->live.table.targets[i];
	sector -= target->start_sectors;
	if (target->type == DM_LINEAR)
		return fake_dm_write(dm, target->source_dev, target->source_sectors + sector,
				     value);
	r = fake_mirror_write(dm, &device->live.mirrors[i], target, sector, value);
	return r == FAKE_HELD ? hold_write(device, target->start_sectors + sector, value) : r;
}

int fake_dm_read(struct fake_dm *dm, dev_t dev, uint64_t sector, uint64_t *valuep)
{
	struct fake_disk *disk = fake_dm_disk(dm, dev);
	struct fake_device *device = find_by_dev(dm, dev);
	const struct dm_target *target;
	size_t i;

	if (disk)
		return fake_disk_read(disk, sector / FAKE_CELL_SECTORS, valuep);
	i = device ? find_target(&device->live, sector) : 0;
	if (!device || i == device->live.table.count)
		return -EIO;
	target = &device->live.table.targets[i];
	sector -= target->start_sectors;
	if (target->type == DM_LINEAR)
		return fake_dm_read(dm, target->source_dev, target->source_sectors + sector,
				    valuep);
	return fake_mirror_read(dm, &device->live.mirrors[i], target, sector, valuep);
}

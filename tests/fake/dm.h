/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The kernel's side of device-mapper over fake disks: devices by UUID with a
 * live and an inactive table, linear and mirror targets, application I/O
 * through them, and copying one region at a time. It outlives the daemon; a
 * reboot empties it. What mirrors do is taken from Linux 6.1, dm-raid1.c and
 * dm-log.c, and each time from the very parameters that dm_target_format()
 * would hand to the kernel. Knows nothing of LVM or moves.
 */

#include "daemon/dm/device.h"
#include "tests/fake/disk.h"

/* Most devices at one time. */
#define FAKE_DEVICES_MAX 32

/* The mirror target's own memory; it begins anew whenever a table is loaded. */
struct fake_mirror {
	uint64_t region_count;
	uint64_t synced_count;
	bool *synced;
	uint64_t next_region; /* copying never goes back */
	bool in_sync;
	bool keep_log;
	unsigned default_leg; /* 0: source, 1: destination */
	struct {
		bool write_failed, sync_failed, read_failed;
	} legs[2];
};

/* A live or an inactive table. */
struct fake_map {
	struct dm_table table;
	struct fake_mirror *mirrors; /* one for each target */
};

/* A write that the kernel keeps until the device gets a new table. */
struct fake_held_write {
	uint64_t sector;
	uint64_t value;
};

struct fake_device {
	char name[DM_NAME_MAX];
	char uuid[DM_ID_MAX];
	dev_t dev;
	struct fake_map live;
	struct fake_map inactive;
	bool suspended;
	bool read_only;
	bool wedged;          /* no swap and no removal of it ever comes to an end */
	bool swap_unfinished; /* as the executors remember it */
	unsigned opens;       /* by applications; those by tables are counted */
	struct fake_held_write *held;
	size_t held_count;
};

struct fake_dm {
	struct fake_disk *disks; /* borrowed */
	size_t disk_count;
	struct fake_device *devices[FAKE_DEVICES_MAX];
	size_t device_count;
	unsigned next_minor;
	bool copies_hang; /* a disk below hangs: nothing is copied */
	int hold_error;   /* the parameter cannot be written; 0: it can */
	bool held;        /* the kernel's copying, by a parameter of its module */
	bool event;       /* a mirror has something to say; whoever hears it clears it */
	/* What must never be asked of the kernel, once it was; static text, NULL: nothing. */
	const char *outrage;
};

void fake_dm_init(struct fake_dm *dm, struct fake_disk *disks, size_t disk_count);
/* A reboot: no device is left. Also for the end. */
void fake_dm_clear(struct fake_dm *dm);

/* NULL when there is none. */
struct fake_device *fake_dm_find(const struct fake_dm *dm, const char *uuid);

/* The operations of daemon/dm/dm.h, done at once. Each returns 0 or a negative errno. */
int fake_dm_create(struct fake_dm *dm, const char *name, const char *uuid,
		   const struct dm_table *table);
int fake_dm_swap(struct fake_dm *dm, const char *uuid, const struct dm_table *table);
/*
 * The same for a swap whose executor is killed: the table stays loaded and, with mirrors live, the
 * device is wedged: I/O goes through it, nothing is copied, and a swap is -EOWNERDEAD.
 */
int fake_dm_interrupt_swap(struct fake_dm *dm, const char *uuid, const struct dm_table *table);
int fake_dm_remove(struct fake_dm *dm, const char *uuid);
int fake_dm_observe(const struct fake_dm *dm, const char *uuid, struct dm_device *devicep);

/* The two halves of a swap, between which a hanging disk can keep an executor for long. */
int fake_dm_load(struct fake_dm *dm, const char *uuid, const struct dm_table *table);
/* Without an inactive table nothing changes. */
int fake_dm_resume(struct fake_dm *dm, const char *uuid);

/* True while a swap of the device would wait for writes that a device below it holds. */
bool fake_dm_is_blocked(const struct fake_dm *dm, const char *uuid);

/* Tables and applications that have it open. */
unsigned fake_dm_open_count(const struct fake_dm *dm, const struct fake_device *device);

/* Lets every mirror copy one region. Returns false when there was nothing to copy. */
bool fake_dm_copy(struct fake_dm *dm);

/* What fake_dm_write() returns for a write that is held: not acknowledged, nor failed. */
#define FAKE_HELD 1

/* Application I/O on one cell. 0, FAKE_HELD or -EIO. */
int fake_dm_write(struct fake_dm *dm, dev_t dev, uint64_t sector, uint64_t value);
int fake_dm_read(struct fake_dm *dm, dev_t dev, uint64_t sector, uint64_t *valuep);

/* NULL when there is no disk with that number. */
struct fake_disk *fake_dm_disk(const struct fake_dm *dm, dev_t dev);

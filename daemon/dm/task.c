/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"
#include "daemon/dm/answer.h"
#include "daemon/dm/ioctl.h"
#include "daemon/dm/lock.h"
#include "daemon/dm/marker.h"
#include "daemon/dm/wedge.h"

/* How often a device that changes under our eyes is looked at. */
#define OBSERVE_TRIES 5

int task_init(void)
{
	_call_ call = ioctl_begin();

	return ioctl_init();
}

const char *task_error_text(void)
{
	return ioctl_error_text();
}

int task_find_target(const char *name)
{
	_call_ call = ioctl_begin();

	return ioctl_find_target(name);
}

/*
 * The status is read between two readings of the table: with the status of another table a
 * mirror that has yet to be copied could pass for one in sync. -EAGAIN: look again.
 */
static int look_at_device(const char *uuid, struct dm_device *device)
{
	_task_ *before = NULL, *status = NULL, *after = NULL;
	struct dm_info info;
	int r;

	r = ioctl_ask(DM_DEVICE_TABLE, uuid, &before, &info);
	if (r)
		return r == -ENXIO ? 0 : r;
	r = ioctl_ask(DM_DEVICE_STATUS, uuid, &status, &info);
	if (!r)
		r = ioctl_ask(DM_DEVICE_TABLE, uuid, &after, &info);
	if (r)
		return r == -ENXIO ? -EAGAIN : r;
	if (!answer_is_same(before, after))
		return -EAGAIN;

	device->present = true;
	device->dev = makedev(info.major, info.minor);
	snprintf(device->name, sizeof(device->name), "%s", dm_task_get_name(after));
	device->suspended = info.suspended;
	device->read_only = info.read_only;
	device->open_count = (uint32_t)info.open_count;
	device->has_inactive = info.inactive_table;
	device->swap_unfinished = marker_read(uuid) > MARKER_NONE;
	r = answer_parse_table(after, &device->table);
	if (r || device->table.count == 0)
		return r;
	device->mirrors = calloc(device->table.count, sizeof(*device->mirrors));
	if (!device->mirrors)
		return -ENOMEM;
	return answer_parse_mirrors(status, &device->table, device->mirrors);
}

int task_observe_device(const char *uuid, struct dm_device *devicep)
{
	_call_ call = ioctl_begin();
	int r = -EAGAIN;

	for (int i = 0; i < OBSERVE_TRIES && r == -EAGAIN; i++) {
		struct dm_device device = {0};

		r = look_at_device(uuid, &device);
		if (r)
			dm_device_deinit(&device);
		else
			*devicep = device;
	}
	return r;
}

int task_create_device(const char *name, const char *uuid, const struct dm_table *table)
{
	_call_ call = ioctl_begin();
	int r;

	r = ioctl_create(name, uuid);
	if (r)
		return r;
	/* What is marked is an earlier one, which is gone. */
	marker_clear(uuid);
	r = ioctl_load(uuid, table, false);
	if (!r)
		r = ioctl_resume(NULL, name, DM_HIDDEN);
	if (r)
		ioctl_remove(uuid);
	return r;
}

/* After a swap that failed: no table waits, and nothing stays suspended that was not before. */
static void undo_swap(const char *uuid, bool was_suspended, enum dm_visibility visibility)
{
	_task_ *task = NULL;
	struct dm_info info;

	ioctl_clear(uuid);
	if (!ioctl_ask(DM_DEVICE_INFO, uuid, &task, &info) && info.suspended && !was_suspended)
		ioctl_resume(uuid, NULL, visibility);
}

static int read_live_table(const char *uuid, struct dm_table *tablep)
{
	_task_ *task = NULL;
	struct dm_info info;
	int r = ioctl_ask(DM_DEVICE_TABLE, uuid, &task, &info);

	return r ? r : answer_parse_table(task, tablep);
}

static int check_table(const char *uuid, const struct dm_table *table)
{
	cleanup(dm_table_deinit) struct dm_table live = {0};
	int r = read_live_table(uuid, &live);

	if (r)
		return r;
	return dm_table_equal(&live, table) ? 0 : -ESTALE;
}

static bool table_has_mirrors(const struct dm_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->targets[i].type == DM_MIRROR)
			return true;
	return false;
}

/* Whoever dies while mirrors are swapped out leaves his mark. */
static int resume_marked(const char *uuid, enum dm_visibility visibility)
{
	int r = marker_set(uuid, MARKER_LEFT);

	if (r)
		return r;
	r = ioctl_resume(uuid, NULL, visibility);
	marker_clear(uuid);
	return r;
}

static int swap_locked(const char *uuid, const struct dm_table *table,
		       enum dm_visibility visibility, bool has_mirrors)
{
	_task_ *task = NULL;
	struct dm_info info;
	int r;

	r = ioctl_ask(DM_DEVICE_INFO, uuid, &task, &info);
	if (r)
		return r;
	r = ioctl_load(uuid, table, info.read_only);
	if (!r)
		r = has_mirrors ? resume_marked(uuid, visibility)
				: ioctl_resume(uuid, NULL, visibility);
	if (r) {
		undo_swap(uuid, info.suspended, visibility);
		return r;
	}
	/* LVM may have loaded its own in between. */
	return check_table(uuid, table);
}

struct swap {
	const char *uuid;
	const struct dm_table *table;
	enum dm_visibility visibility;
	bool has_mirrors; /* what is live now */
};

/* In a child, which must not wait for udev: a udevd that is stuck would make the device look so. */
static int swap_after_death(const void *arg)
{
	const struct swap *swap = arg;

	dm_udev_set_sync_support(0);
	return swap_locked(swap->uuid, swap->table, swap->visibility, swap->has_mirrors);
}

static int remove_after_death(const void *arg)
{
	dm_udev_set_sync_support(0);
	return ioctl_remove(arg);
}

/* What is to be done with a device whose last swap somebody died in. */
static int try_after_death(const char *uuid, wedge_attempt_fn *attempt, const void *arg)
{
	cleanup(dm_table_deinit) struct dm_table live = {0};
	int r = read_live_table(uuid, &live);

	/* The child shall have its own. */
	dm_lib_release();
	if (!r)
		r = wedge_try(attempt, arg, &live);
	if (r == -EOWNERDEAD)
		marker_set(uuid, MARKER_WEDGED);
	else if (!r)
		marker_clear(uuid); /* what failed may have failed before the suspend */
	return r;
}

/* Whoever has suspended it wants it so: the swap would end in its resume. */
static int swap_running(const struct swap *swap)
{
	_task_ *task = NULL;
	struct dm_info info;
	int r = ioctl_ask(DM_DEVICE_INFO, swap->uuid, &task, &info);

	if (r)
		return r;
	if (info.suspended) {
		ioctl_set_error_text("it is suspended by somebody else");
		return -EBUSY;
	}
	return swap_locked(swap->uuid, swap->table, swap->visibility, swap->has_mirrors);
}

static int refuse_wedged(void)
{
	ioctl_set_error_text("the device is wedged until the next boot");
	return -EOWNERDEAD;
}

int task_swap_table(const char *uuid, const struct dm_table *table, enum dm_visibility visibility)
{
	_call_ call = ioctl_begin();
	cleanup(dm_table_deinit) struct dm_table live = {0};
	_task_ *task = NULL;
	_close_ int lock = -1;
	struct dm_info info;
	struct swap swap;
	int r;

	r = ioctl_ask(DM_DEVICE_INFO, uuid, &task, &info);
	if (!r)
		r = lock_device(makedev(info.major, info.minor), &lock);
	if (!r)
		r = read_live_table(uuid, &live);
	if (r)
		return r;
	swap = (struct swap){uuid, table, visibility, table_has_mirrors(&live)};
	/* Under the lock a mark is that of somebody who died. */
	r = marker_read(uuid);
	if (r == MARKER_NONE)
		return swap_running(&swap);
	if (r == MARKER_LEFT)
		r = try_after_death(uuid, swap_after_death, &swap);
	else if (r == MARKER_WEDGED)
		r = -EOWNERDEAD;
	return r == -EOWNERDEAD ? refuse_wedged() : r;
}

int task_remove_device(const char *uuid)
{
	_call_ call = ioctl_begin();
	_task_ *task = NULL;
	struct dm_info info;
	int r;

	r = ioctl_ask(DM_DEVICE_INFO, uuid, &task, &info);
	if (!r)
		r = marker_read(uuid);
	if (r == MARKER_NONE)
		r = ioctl_remove(uuid);
	else if (r == MARKER_LEFT)
		r = try_after_death(uuid, remove_after_death, uuid);
	else if (r == MARKER_WEDGED)
		r = -EOWNERDEAD;
	if (r == -EOWNERDEAD)
		return refuse_wedged();
	if (r)
		return r == -ENXIO ? 0 : r;
	ioctl_make_nodes(dm_task_get_name(task));
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/task.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "daemon/dm/answer.h"
#include "daemon/dm/lock.h"
#include "daemon/dm/marker.h"
#include "daemon/dm/udev.h"
#include "daemon/dm/wedge.h"

/* libdevmapper's levels, as syslog's; its flags stand in higher bits. */
#define LOG_LEVEL_MASK  0xf
#define LOG_LEVEL_ERROR 3

/* How often a device that changes under our eyes is looked at. */
#define OBSERVE_TRIES 5

#define HIDDEN_UDEV_FLAGS                                                         \
	(DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG | DM_UDEV_DISABLE_DISK_RULES_FLAG | \
	 DM_UDEV_DISABLE_OTHER_RULES_FLAG)

/* Part of libdevmapper's logging, which has no place for a caller's pointer. */
static char error_text[512];

/* One ioctl's worth of libdevmapper. */
DEFINE_CLEANUP(struct dm_task *, task_destroyp, dm_task_destroy)
#define _task_ cleanup(task_destroyp) struct dm_task

/* Declared in each function that is called from outside: its end lets go of /dev/mapper/control. */
static void call_end(const int *call)
{
	(void)call;
	dm_lib_release();
}
#define _call_ cleanup(call_end) int __attribute__((unused))

static int call_begin(void)
{
	error_text[0] = '\0';
	return 0;
}

__attribute__((format(printf, 5, 6))) static void
keep_first_error(int level, const char *file, int line, int errno_or_class, const char *format, ...)
{
	va_list args;

	(void)file;
	(void)line;
	(void)errno_or_class;
	if ((level & LOG_LEVEL_MASK) > LOG_LEVEL_ERROR || error_text[0])
		return;
	va_start(args, format);
	vsnprintf(error_text, sizeof(error_text), format, args);
	va_end(args);
}

const char *task_error_text(void)
{
	return error_text;
}

/* A task for the device with that UUID, or for a new one with that name too. */
static struct dm_task *new_task(int type, const char *uuid, const char *name)
{
	_task_ *task = dm_task_create(type);

	if (!task || (uuid && !dm_task_set_uuid(task, uuid)) ||
	    (name && !dm_task_set_name(task, name)))
		return NULL;
	return steal_pointer(&task);
}

static int run_task(struct dm_task *task)
{
	if (dm_task_run(task))
		return 0;
	return dm_task_get_errno(task) ? -dm_task_get_errno(task) : -EIO;
}

int task_init(void)
{
	_call_ call = call_begin();
	_task_ *task = NULL;

	dm_log_with_errno_init(keep_first_error);
	task = new_task(DM_DEVICE_VERSION, NULL, NULL);
	if (task && !run_task(task))
		return 0;
	return geteuid() == 0 ? -ENODEV : -EPERM;
}

/* Runs a task that raises a uevent. */
static int run_with_udev(struct dm_task *task, uint16_t udev_flags)
{
	uint32_t cookie = 0;
	int r;

	if (!dm_task_set_cookie(task, &cookie, udev_flags)) {
		/* Out of semaphores: udev is given the flags all the same, but not waited for. */
		dm_udev_set_sync_support(0);
		dm_task_set_cookie(task, &cookie, udev_flags);
		dm_udev_set_sync_support(1);
	}
	r = run_task(task);
	udev_wait_cookie(cookie);
	return r;
}

/* Has the kernel tell the state of a device, its table too or its status; owned by the caller. */
static int ask_kernel(int type, const char *uuid, struct dm_task **taskp, struct dm_info *info)
{
	_task_ *task = new_task(type, uuid, NULL);
	int r;

	if (!task)
		return -EINVAL;
	/* A status must not make a thin pool commit its metadata. */
	dm_task_no_flush(task);
	r = run_task(task);
	if (r)
		return r;
	if (!dm_task_get_info(task, info) || !info->exists)
		return -ENXIO;
	*taskp = steal_pointer(&task);
	return 0;
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

	r = ask_kernel(DM_DEVICE_TABLE, uuid, &before, &info);
	if (r)
		return r == -ENXIO ? 0 : r;
	r = ask_kernel(DM_DEVICE_STATUS, uuid, &status, &info);
	if (!r)
		r = ask_kernel(DM_DEVICE_TABLE, uuid, &after, &info);
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
	_call_ call = call_begin();
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

static int load_table(const char *uuid, const struct dm_table *table, bool read_only)
{
	_task_ *task = new_task(DM_DEVICE_RELOAD, uuid, NULL);
	char params[256];
	int r;

	if (!task || (read_only && !dm_task_set_ro(task)))
		return -EINVAL;
	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];

		r = dm_target_format(target, params, sizeof(params));
		if (r)
			return r;
		if (!dm_task_add_target(task, target->start_sectors, target->len_sectors,
					dm_target_type_name(target->type), params))
			return -ENOMEM;
	}
	return run_task(task);
}

/* Only a resume by name makes libdevmapper see to the node in /dev/mapper. */
static int resume_device(const char *uuid, const char *name, enum dm_visibility visibility)
{
	_task_ *task = new_task(DM_DEVICE_RESUME, uuid, name);

	if (!task || !dm_task_no_flush(task) || !dm_task_skip_lockfs(task))
		return -EINVAL;
	return run_with_udev(task, visibility == DM_HIDDEN ? HIDDEN_UDEV_FLAGS : 0);
}

static int clear_table(const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_CLEAR, uuid, NULL);

	return task ? run_task(task) : -EINVAL;
}

static int create_empty(const char *name, const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_CREATE, uuid, name);

	return task ? run_task(task) : -EINVAL;
}

static int remove_device(const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_REMOVE, uuid, NULL);

	if (!task || !dm_task_retry_remove(task))
		return -EINVAL;
	return run_with_udev(task, HIDDEN_UDEV_FLAGS);
}

int task_create_device(const char *name, const char *uuid, const struct dm_table *table)
{
	_call_ call = call_begin();
	int r;

	r = create_empty(name, uuid);
	if (r)
		return r;
	/* What is marked is an earlier one, which is gone. */
	marker_clear(uuid);
	r = load_table(uuid, table, false);
	if (!r)
		r = resume_device(NULL, name, DM_HIDDEN);
	if (r)
		remove_device(uuid);
	return r;
}

/* After a swap that failed: no table waits, and nothing stays suspended that was not before. */
static void undo_swap(const char *uuid, bool was_suspended, enum dm_visibility visibility)
{
	_task_ *task = NULL;
	struct dm_info info;

	clear_table(uuid);
	if (!ask_kernel(DM_DEVICE_INFO, uuid, &task, &info) && info.suspended && !was_suspended)
		resume_device(uuid, NULL, visibility);
}

static int read_live_table(const char *uuid, struct dm_table *tablep)
{
	_task_ *task = NULL;
	struct dm_info info;
	int r = ask_kernel(DM_DEVICE_TABLE, uuid, &task, &info);

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
	r = resume_device(uuid, NULL, visibility);
	marker_clear(uuid);
	return r;
}

static int swap_locked(const char *uuid, const struct dm_table *table,
		       enum dm_visibility visibility, bool has_mirrors)
{
	_task_ *task = NULL;
	struct dm_info info;
	int r;

	r = ask_kernel(DM_DEVICE_INFO, uuid, &task, &info);
	if (r)
		return r;
	r = load_table(uuid, table, info.read_only);
	if (!r)
		r = has_mirrors ? resume_marked(uuid, visibility)
				: resume_device(uuid, NULL, visibility);
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
	return remove_device(arg);
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
	int r = ask_kernel(DM_DEVICE_INFO, swap->uuid, &task, &info);

	if (r)
		return r;
	if (info.suspended) {
		snprintf(error_text, sizeof(error_text), "it is suspended by somebody else");
		return -EBUSY;
	}
	return swap_locked(swap->uuid, swap->table, swap->visibility, swap->has_mirrors);
}

static int refuse_wedged(void)
{
	snprintf(error_text, sizeof(error_text), "the device is wedged until the next boot");
	return -EOWNERDEAD;
}

int task_swap_table(const char *uuid, const struct dm_table *table, enum dm_visibility visibility)
{
	_call_ call = call_begin();
	cleanup(dm_table_deinit) struct dm_table live = {0};
	_task_ *task = NULL;
	_close_ int lock = -1;
	struct dm_info info;
	struct swap swap;
	int r;

	r = ask_kernel(DM_DEVICE_INFO, uuid, &task, &info);
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

/* Where udev is not there to do it, the node of a device that is gone is still to be unlinked. */
static void remove_node(const char *name)
{
	_task_ *task = new_task(DM_DEVICE_MKNODES, NULL, name);

	if (task && !run_task(task))
		dm_task_update_nodes();
}

int task_remove_device(const char *uuid)
{
	_call_ call = call_begin();
	_task_ *task = NULL;
	struct dm_info info;
	int r;

	r = ask_kernel(DM_DEVICE_INFO, uuid, &task, &info);
	if (!r)
		r = marker_read(uuid);
	if (r == MARKER_NONE)
		r = remove_device(uuid);
	else if (r == MARKER_LEFT)
		r = try_after_death(uuid, remove_after_death, uuid);
	else if (r == MARKER_WEDGED)
		r = -EOWNERDEAD;
	if (r == -EOWNERDEAD)
		return refuse_wedged();
	if (r)
		return r == -ENXIO ? 0 : r;
	remove_node(dm_task_get_name(task));
	return 0;
}

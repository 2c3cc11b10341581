/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/ioctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/dm/udev.h"

/* libdevmapper's levels, as syslog's; its flags stand in higher bits. */
#define LOG_LEVEL_MASK  0xf
#define LOG_LEVEL_ERROR 3

#define HIDDEN_UDEV_FLAGS                                                         \
	(DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG | DM_UDEV_DISABLE_DISK_RULES_FLAG | \
	 DM_UDEV_DISABLE_OTHER_RULES_FLAG)

/* Part of libdevmapper's logging, which has no place for a caller's pointer. */
static char error_text[512];

int ioctl_begin(void)
{
	error_text[0] = '\0';
	return 0;
}

void ioctl_end(const int *call)
{
	(void)call;
	dm_lib_release();
}

const char *ioctl_error_text(void)
{
	return error_text;
}

void ioctl_set_error_text(const char *text)
{
	snprintf(error_text, sizeof(error_text), "%s", text);
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

int ioctl_init(void)
{
	_task_ *task = NULL;

	dm_log_with_errno_init(keep_first_error);
	task = new_task(DM_DEVICE_VERSION, NULL, NULL);
	if (task && !run_task(task))
		return 0;
	return geteuid() == 0 ? -ENODEV : -EPERM;
}

int ioctl_ask(int type, const char *uuid, struct dm_task **taskp, struct dm_info *info)
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

int ioctl_find_target(const char *name)
{
	_task_ *task = new_task(DM_DEVICE_GET_TARGET_VERSION, NULL, name);
	int r;

	if (!task)
		return -ENOMEM;
	r = run_task(task);
	/* That is how it says so (Linux 6.1). */
	return r == -EINVAL ? -ENOENT : r;
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

int ioctl_load(const char *uuid, const struct dm_table *table, bool read_only)
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

int ioctl_resume(const char *uuid, const char *name, enum dm_visibility visibility)
{
	_task_ *task = new_task(DM_DEVICE_RESUME, uuid, name);

	if (!task || !dm_task_no_flush(task) || !dm_task_skip_lockfs(task))
		return -EINVAL;
	return run_with_udev(task, visibility == DM_HIDDEN ? HIDDEN_UDEV_FLAGS : 0);
}

int ioctl_clear(const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_CLEAR, uuid, NULL);

	return task ? run_task(task) : -EINVAL;
}

int ioctl_create(const char *name, const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_CREATE, uuid, name);

	return task ? run_task(task) : -EINVAL;
}

int ioctl_remove(const char *uuid)
{
	_task_ *task = new_task(DM_DEVICE_REMOVE, uuid, NULL);

	if (!task || !dm_task_retry_remove(task))
		return -EINVAL;
	return run_with_udev(task, HIDDEN_UDEV_FLAGS);
}

void ioctl_make_nodes(const char *name)
{
	_task_ *task = new_task(DM_DEVICE_MKNODES, NULL, name);

	if (task && !run_task(task))
		dm_task_update_nodes();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One read-modify-write of a VG under LVM's own locks. vgcfgrestore asks no
 * questions (2.03.16): it writes a stale text over newer metadata, so
 * everything from the first reading to the last happens under one lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "daemon/lvm/request.h"

/* --- the locks --- */

/* The children shall not wait for us: they lock in a folder of their own. */
static int make_private_locks(struct request *request)
{
	_free_ char *dir = NULL;

	if (request->private_locks)
		return 0;
	if (asprintf(&dir, "%s/lock/%s", request->lvm->run_dir, request->vg_id.text) < 0) {
		dir = NULL;
		return -ENOMEM;
	}
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (asprintf(&request->private_locks, "global{locking_dir=\"%s\"}", dir) < 0) {
		request->private_locks = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void on_locks(void *arg, int code, const char *path)
{
	struct request *request = arg;
	char message[512];

	if (code == 0) {
		request_read_vg(request);
		return;
	}
	snprintf(message, sizeof(message),
		 code == -ETIMEDOUT ? "%s is locked by somebody else" : "%s cannot be locked",
		 path);
	request_finish(request, code, message);
}

static void take_locks(struct request *request)
{
	const struct lvm *lvm = request->lvm;
	int r = make_private_locks(request);

	if (r == 0)
		r = vg_lock_take(lvm->base, lvm->locking_dir, request->vg_name, VG_LOCK_EDIT,
				 lvm->setup.lock_timeout_ms, on_locks, request, &request->lock);
	if (r < 0)
		request_finish(request, r, NULL);
}

/* --- the edit --- */

static void on_backed_up(struct request *request, const struct command_result *result)
{
	(void)result;
	request_finish(request, 0, NULL);
}

/* vgcfgrestore leaves the old backup in /etc/lvm/backup (2.03.16). If this fails, it stays. */
static void update_backup(struct request *request)
{
	request_run(request, (const char *const[]){"vgcfgbackup", "-qq", request->vg_name, NULL},
		    false, on_backed_up);
}

static void report_nothing(struct request *request, const struct outcome *result)
{
	(void)request;
	(void)result;
}

/* The same, as the VG's next request: nobody waits for it. */
static void update_backup_later(struct request *request)
{
	static const struct request_kind kind = {
		.begin = request_locate_vg,
		.located = update_backup,
		.report = report_nothing,
	};

	request_submit(request_new(request->lvm, &kind, &request->vg_id, NULL));
}

static void on_restored(struct request *request, const struct command_result *result)
{
	/* It goes on, and keeps the VG's lock. */
	if (result->code == -ETIMEDOUT) {
		request_finish(request, result->code, result->errors);
		return;
	}
	/* What a command says that failed counts less than what is there now. */
	if (result->code < 0)
		request->edit.failure = strdup(result->errors);
	request->edit.written = true;
	request_read_vg(request);
}

static int write_file(const char *path, const char *text)
{
	_close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t count;

	if (fd < 0)
		return -errno;
	count = write(fd, text, len);
	if (count < 0)
		return -errno;
	return (size_t)count == len ? 0 : -ENOSPC;
}

/* vgcfgrestore wants --force for a VG with thin LVs or pools. */
static bool has_thin_lvs(const struct vg *vg)
{
	for (size_t l = 0; l < vg->lv_count; l++)
		for (size_t s = 0; s < vg->lvs[l].segment_count; s++)
			if (strncmp(vg->lvs[l].segments[s].type, "thin", strlen("thin")) == 0)
				return true;
	return false;
}

static void restore(struct request *request)
{
	const char *args[] = {"vgcfgrestore",   "-qq", "--yes", "-f", request->path,
			      request->vg_name, NULL,  NULL};

	if (has_thin_lvs(request->vg))
		args[6] = "--force";
	request_run(request, args, true, on_restored);
}

/* Reserves the next in the edited text as well; it stays as it is where that cannot be done. */
static void reserve_next(struct request *request, char **textp)
{
	char *text = NULL;

	if (!request->edit.has_next)
		return;
	if (metadata_edit(*textp, strlen(*textp), METADATA_RESERVE, &request->edit.next, &text) <
	    0) {
		request->edit.has_next = false;
		return;
	}
	free(*textp);
	*textp = text;
}

static void apply_edit(struct request *request)
{
	const struct reservation *reservation = &request->edit.reservation;
	_free_ char *text = NULL;
	int r;

	if (metadata_edit_is_done(request->edit.kind, request->vg, reservation)) {
		request_finish(request, 0, NULL);
		return;
	}
	if ((request->edit.kind == METADATA_RESERVE || request->edit.kind == METADATA_COMMIT) &&
	    !vg_find_lv(request->vg, &reservation->lv)) {
		request_finish(request, -ENOENT, NULL);
		return;
	}
	if (request->edit.guard && !request->edit.guard(request->arg, request->vg)) {
		request_finish(request, -ECANCELED, "something has changed meanwhile");
		return;
	}
	r = metadata_edit(request->text, request->text_len, request->edit.kind, reservation, &text);
	if (r == 0) {
		reserve_next(request, &text);
		r = write_file(request->path, text);
	}
	if (r < 0)
		request_finish(request, r, NULL);
	else
		restore(request);
}

static bool is_as_written(const struct request *request)
{
	return metadata_edit_is_done(request->edit.kind, request->vg, &request->edit.reservation) &&
	       (!request->edit.has_next ||
		metadata_edit_is_done(METADATA_RESERVE, request->vg, &request->edit.next));
}

static void check_edit(struct request *request)
{
	enum metadata_edit kind = request->edit.kind;

	if (!is_as_written(request)) {
		request_finish(request, request->edit.failure ? -EIO : -EBADMSG,
			       request->edit.failure
				       ? request->edit.failure
				       : "vgcfgrestore did not write what it was given");
		return;
	}
	/* What was reserved is committed or released sooner or later. */
	if (kind != METADATA_RESERVE && kind != METADATA_COMMIT && !request->edit.has_next) {
		update_backup(request);
		return;
	}
	/* The tables of a committed move are swapped meanwhile. */
	if (kind == METADATA_COMMIT)
		update_backup_later(request);
	request_finish(request, 0, NULL);
}

static void use_metadata(struct request *request)
{
	if (request->edit.written)
		check_edit(request);
	else
		apply_edit(request);
}

void lvm_edit_vg(struct lvm *lvm, enum metadata_edit edit, const struct reservation *reservation,
		 const struct reservation *next, lvm_guard_fn *guard, lvm_vg_fn *done, void *arg)
{
	static const struct request_kind kind = {
		.begin = request_find_locks,
		.located = take_locks,
		.read = use_metadata,
		.report = request_report_vg,
	};
	struct request *request = request_new(lvm, &kind, &reservation->vg, arg);

	request->done.vg = done;
	request->edit.kind = edit;
	request->edit.guard = guard;
	request->edit.has_next = next != NULL;
	if (reservation_copy(reservation, &request->edit.reservation) < 0 ||
	    (next && reservation_copy(next, &request->edit.next) < 0))
		abort(); /* as request_new() */
	request_submit(request);
}

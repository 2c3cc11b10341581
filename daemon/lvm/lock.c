/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"

/*
 * The protocol (lvm2 2.03.16, lib/misc/lvm-flock.c, with prioritise_write_locks,
 * its default): each lock file F has a companion F:aux. Whoever wants F takes F:aux
 * exclusively first. A reader drops it before it waits for F; a writer holds
 * it meanwhile, so that no new readers come. A file is unlinked by whoever
 * releases it last, so a lock counts only if its inode still has the name.
 */
#define RETRY_US   20000
#define INODES_MAX 8 /* tries at a file that is unlinked each time */

struct lock_file {
	char *path;
	char *aux_path;
	int operation;
	int fd; /* −1: not held */
	int aux_fd;
};

struct vg_lock {
	struct lock_file global; /* without a path: not wanted */
	struct lock_file vg;
	struct event *timer;
	struct timespec deadline;
	vg_lock_fn *done;
	void *arg;
};

static bool is_same_inode(int fd, const char *path)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

/* Returns 0, -EAGAIN while somebody else has the lock, or another negative errno. */
static int try_flock(const char *path, int operation, int *fdp)
{
	for (int i = 0; i < INODES_MAX; i++) {
		_close_ int fd = open(path, O_CREAT | O_APPEND | O_RDWR | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		if (flock(fd, operation | LOCK_NB) < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		if (is_same_inode(fd, path)) {
			*fdp = steal_fd(&fd);
			return 0;
		}
	}
	return -EAGAIN;
}

/* Unlinks the file unless somebody else holds it too, as LVM does. */
static void drop_flock(const char *path, int *fdp)
{
	if (*fdp < 0)
		return;
	if (flock(*fdp, LOCK_EX | LOCK_NB) == 0 && is_same_inode(*fdp, path))
		unlink(path);
	close(*fdp);
	*fdp = -1;
}

static int try_lock_file(struct lock_file *file)
{
	int r;

	if (file->fd >= 0)
		return 0;
	if (file->aux_fd < 0) {
		r = try_flock(file->aux_path, LOCK_EX, &file->aux_fd);
		if (r < 0)
			return r;
	}
	if (file->operation == LOCK_SH)
		drop_flock(file->aux_path, &file->aux_fd);
	r = try_flock(file->path, file->operation, &file->fd);
	if (r == 0)
		drop_flock(file->aux_path, &file->aux_fd);
	return r;
}

static int lock_file_init(struct lock_file *file, int operation, const char *dir, const char *kind,
			  const char *name)
{
	file->operation = operation;
	file->fd = -1;
	file->aux_fd = -1;
	if (asprintf(&file->path, "%s/%s_%s", dir, kind, name) < 0)
		file->path = NULL;
	if (asprintf(&file->aux_path, "%s/%s_%s:aux", dir, kind, name) < 0)
		file->aux_path = NULL;
	return file->path && file->aux_path ? 0 : -ENOMEM;
}

static void lock_file_deinit(struct lock_file *file)
{
	cleanup_closep(&file->fd);
	cleanup_closep(&file->aux_fd);
	free(file->path);
	free(file->aux_path);
}

static bool is_over(const struct timespec *deadline)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec != deadline->tv_sec ? now.tv_sec > deadline->tv_sec
					      : now.tv_nsec >= deadline->tv_nsec;
}

/* Sets the deadline so many ms from now. */
static struct timespec deadline_in(uint32_t timeout_ms)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += timeout_ms / 1000;
	deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

static void on_retry(evutil_socket_t fd, short events, void *arg)
{
	const struct timeval retry = {.tv_usec = RETRY_US};
	struct vg_lock *lock = arg;
	struct lock_file *file = &lock->global;
	int r = 0;

	(void)fd;
	(void)events;
	if (file->path)
		r = try_lock_file(file);
	if (r == 0) {
		file = &lock->vg;
		r = try_lock_file(file);
	}
	if (r == -EAGAIN && !is_over(&lock->deadline)) {
		event_add(lock->timer, &retry);
		return;
	}
	if (r == -EAGAIN)
		r = -ETIMEDOUT;
	lock->done(lock->arg, r, r < 0 ? file->path : NULL);
}

int vg_lock_take(struct event_base *base, const char *locking_dir, const char *vg_name,
		 enum vg_lock_use use, uint32_t timeout_ms, vg_lock_fn *done, void *arg,
		 struct vg_lock **lockp)
{
	bool edits = use == VG_LOCK_EDIT;
	struct vg_lock *lock;
	int r;

	/* The folder is LVM's, which makes it when it first needs it. */
	if (mkdir(locking_dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	lock = calloc(1, sizeof(*lock));
	if (!lock)
		return -ENOMEM;
	*lock = (struct vg_lock){.global = {.fd = -1, .aux_fd = -1},
				 .done = done,
				 .arg = arg,
				 .deadline = deadline_in(timeout_ms)};
	r = lock_file_init(&lock->vg, edits ? LOCK_EX : LOCK_SH, locking_dir, "V", vg_name);
	if (edits && lock_file_init(&lock->global, LOCK_SH, locking_dir, "P", "global") < 0)
		r = -ENOMEM;
	lock->timer = event_new(base, -1, 0, on_retry, lock);
	if (r < 0 || !lock->timer) {
		vg_lock_abandon(lock);
		return -ENOMEM;
	}
	/* Not a timer of no time, for which the loop would turn once more. */
	event_active(lock->timer, EV_TIMEOUT, 0);
	*lockp = lock;
	return 0;
}

int vg_lock_fd(const struct vg_lock *lock)
{
	return lock->vg.fd;
}

void vg_lock_release(struct vg_lock *lock)
{
	if (!lock)
		return;
	drop_flock(lock->vg.path, &lock->vg.fd);
	drop_flock(lock->vg.aux_path, &lock->vg.aux_fd);
	drop_flock(lock->global.path, &lock->global.fd);
	drop_flock(lock->global.aux_path, &lock->global.aux_fd);
	vg_lock_abandon(lock);
}

void vg_lock_abandon(struct vg_lock *lock)
{
	if (!lock)
		return;
	if (lock->timer)
		event_free(lock->timer);
	lock_file_deinit(&lock->global);
	lock_file_deinit(&lock->vg);
	free(lock);
}

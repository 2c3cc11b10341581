/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * LVM's own lock files, taken as LVM takes them, without blocking. Knows
 * nothing of metadata.
 */

#include <event2/event.h>
#include <stdint.h>

struct vg_lock;

enum vg_lock_use {
	/* A read-modify-write of the VG: P_global shared, then V_<vg> exclusive. */
	VG_LOCK_EDIT,
	/*
	 * V_<vg> shared: commands that change or refresh the VG wait (they take it exclusively, to
	 * activate an LV, too: lvm2 2.03.16, vg_read()), others that share it do not.
	 */
	VG_LOCK_SHARE,
};

/*
 * code: 0, -ETIMEDOUT, or another negative errno. path: the lock file that was
 * not taken, borrowed for the call, NULL on success.
 */
typedef void vg_lock_fn(void *arg, int code, const char *path);

/*
 * Begins to take what that use takes; with timeout_ms 0 it tries once. done is called once, from
 * the event loop. Returns 0 and a lock that is to be released whatever becomes of it, or a negative
 * errno.
 */
int vg_lock_take(struct event_base *base, const char *locking_dir, const char *vg_name,
		 enum vg_lock_use use, uint32_t timeout_ms, vg_lock_fn *done, void *arg,
		 struct vg_lock **lockp);

/* The descriptor that holds V_<vg>: a child that inherits it holds the lock with us. */
int vg_lock_fd(const struct vg_lock *lock);

/* Gives back what is held, and stops taking what is not. NULL is fine. */
void vg_lock_release(struct vg_lock *lock);

/* Lets go of our share only: a child that inherited the lock keeps it to its end. NULL is fine. */
void vg_lock_abandon(struct vg_lock *lock);

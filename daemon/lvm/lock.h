/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * LVM's own lock files, taken as LVM takes them, without blocking: for a
 * read-modify-write of a VG P_global shared, then V_<vg> exclusive. Knows
 * nothing of metadata.
 */

#include <event2/event.h>
#include <stdint.h>

struct vg_lock;

/*
 * code: 0, -ETIMEDOUT, or another negative errno. path: the lock file that was
 * not taken, borrowed for the call, NULL on success.
 */
typedef void vg_lock_fn(void *arg, int code, const char *path);

/*
 * Begins to take both locks. done is called once, from the event loop. Returns
 * 0 and a lock that is to be released whatever becomes of it, or a negative errno.
 */
int vg_lock_take(struct event_base *base, const char *locking_dir, const char *vg_name,
		 uint32_t timeout_ms, vg_lock_fn *done, void *arg, struct vg_lock **lockp);

/* The descriptor that holds V_<vg>: a child that inherits it holds the lock with us. */
int vg_lock_fd(const struct vg_lock *lock);

/* Gives back what is held, and stops taking what is not. NULL is fine. */
void vg_lock_release(struct vg_lock *lock);

/* Lets go of our share only: a child that inherited the lock keeps it to its end. NULL is fine. */
void vg_lock_abandon(struct vg_lock *lock);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The lvm2 tools as an asynchronous library: children of the event loop, with
 * deadlines, under LVM's own lock files. Knows metadata and processes; does
 * not know moves, the journal or device-mapper. Nothing here blocks. Every
 * completion is called from the event loop, never from inside the call that
 * asked for it, and never after lvm_free().
 */

#include <event2/event.h>
#include <stdbool.h>

#include "common/outcome.h"
#include "daemon/lvm/lock.h"
#include "daemon/lvm/metadata.h"
#include "daemon/lvm/pv.h"
#include "daemon/lvm/reservation.h"
#include "daemon/lvm/settings.h"
#include "daemon/lvm/vg.h"

struct lvm;

/*
 * The codes of an outcome here: 0; -ETIMEDOUT (a lock or a command took too long);
 * -ENOENT (no such VG or LV now); -ESTALE, -EBUSY or -EEXIST (see metadata_edit);
 * -ECANCELED (the guard said no); -EBADMSG (LVM's output makes no sense); -EIO
 * (a command failed); another negative errno. Its message is what the failing
 * command wrote to stderr, or "": one bounded text.
 */

/* pvs: borrowed for the call, NULL on error. */
typedef void lvm_pvs_fn(void *arg, const struct outcome *result, const struct lvm_pv *pvs,
			size_t pv_count);
/* vg: owned by the callee (vg_free), NULL on error. Device facts are filled in. */
typedef void lvm_vg_fn(void *arg, const struct outcome *result, struct vg *vg);
/*
 * Asked under the VG's lock with the metadata just read; false gives the edit
 * up. Must not ask anything of the lvm.
 */
typedef bool lvm_guard_fn(void *arg, const struct vg *vg);

/*
 * run_dir: a private folder (/run/pvmoved) for temporary metadata files and the
 * children's own locking_dir; it must exist. Returns 0, -EINVAL for a path that
 * LVM would misread (with %, ", \ or a line break), or another negative errno.
 */
int lvm_new(struct event_base *base, const char *run_dir, struct lvm **lvmp);
/* How long locks are waited for and commands may take (60 s each) that begin from now on. */
void lvm_set_timeouts(struct lvm *lvm, uint32_t lock_timeout_ms, uint32_t command_timeout_ms);
/*
 * Gives up what is under way: children that only read are killed, one that
 * writes is left to finish.
 */
void lvm_free(struct lvm *lvm);

/* Lists all PVs that LVM sees. Takes note of LVM's settings first, when these may have changed. */
void lvm_list_pvs(struct lvm *lvm, lvm_pvs_fn *done, void *arg);

/*
 * LVM's settings as of the last lvm_list_pvs(); what is not known is not set. A devices file that
 * is not there is left out.
 */
void lvm_get_settings(const struct lvm *lvm, struct lvm_settings *settingsp);

/* Reads one VG, found by its UUID whatever its name is now. */
void lvm_read_vg(struct lvm *lvm, const struct lvm_id *vg, lvm_vg_fn *done, void *arg);

/*
 * One read-modify-write of a VG under LVM's locks (P_global shared, V_<vg>
 * exclusive): read, ask guard (NULL: none), edit, vgcfgrestore, read back and
 * compare. done is given the metadata that were read back. The reservation is copied. An edit whose
 * goal stage is already there succeeds and writes nothing. Requests for one VG run in turn.
 * next: NULL, or another reservation (copied) that is made in the same write, if it can be; that it
 * cannot is no error.
 */
void lvm_edit_vg(struct lvm *lvm, enum metadata_edit edit, const struct reservation *reservation,
		 const struct reservation *next, lvm_guard_fn *guard, lvm_vg_fn *done, void *arg);

/* lvchange -ay (ignoring skip flags) or -an of one LV; an LV in use is not deactivated: -EBUSY. */
void lvm_set_active(struct lvm *lvm, const struct lvm_id *vg, const struct lvm_id *lv, bool active,
		    outcome_fn *done, void *arg);

/* lock: owned by the callee (vg_lock_release); NULL: it is not to be had. */
typedef void lvm_shared_fn(void *arg, struct vg_lock *lock);

/* Long enough for a command to end, on slow machines too. */
#define LVM_SHARE_WAIT_MS 10000

/*
 * Shares the VG's lock: LVM's commands that change, activate or refresh the VG, or an LV in it, are
 * waited for, and wait until it is released. Somebody who keeps the lock for longer than
 * LVM_SHARE_WAIT_MS (a command that waits for an answer) is not waited for a second time. Does not
 * wait for other requests about the VG, nor do they for it.
 */
void lvm_share_vg(struct lvm *lvm, const struct lvm_id *vg, lvm_shared_fn *done, void *arg);

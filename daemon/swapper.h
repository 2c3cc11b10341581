/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Swaps tables while none of LVM's commands is at the same devices. lvchange
 * --refresh suspends and resumes all devices of an LV, its leg too; of two who
 * resume one at a time the kernel refuses the second (-EINVAL, Linux 6.1,
 * dm_resume()). If that is LVM, it gives up and leaves the LV suspended.
 */

#include <event2/event.h>
#include <sys/queue.h>

#include "daemon/dm/dm.h"
#include "daemon/lvm/lvm.h"

/*
 * A disk that hangs makes a swap of its LV hang. The lock is given back after so long all the same:
 * the VG may have other LVs, and other moves.
 */
#define SWAPPER_HOLD_MS 5000

struct swapper {
	struct event_base *base;
	struct lvm *lvm;
	struct dm *dm;
	uint32_t hold_ms;
	LIST_HEAD(, swap) swaps;
};

/* As dm_swap(), sharing the lock of that VG if it can be had; see lvm_share_vg(). */
void swapper_swap(struct swapper *swapper, const struct lvm_id *vg, const char *uuid,
		  const struct dm_table *table, enum dm_visibility visibility, outcome_fn *done,
		  void *arg);

/* Gives the locks back. To be called after lvm_free() and dm_free(). */
void swapper_deinit(struct swapper *swapper);

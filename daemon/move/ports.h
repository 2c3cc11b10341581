/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the mover needs of the world. The daemon binds these to the adapters
 * (daemon/wiring.c), tests to stateful fakes. Calls that take a `done` are
 * asynchronous: done is called later, exactly once, from the event loop and
 * never from inside the call. All others return at once, but for record().
 */

#include "common/outcome.h"
#include "daemon/dm/comparison.h"
#include "daemon/dm/device.h"
#include "daemon/dm/latency.h"
#include "daemon/lvm/metadata.h"
#include "daemon/lvm/pv.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/preflight.h"

/* The codes of an outcome are those of lvm.h and dm.h. */

/* pvs: borrowed, NULL on error. */
typedef void port_pvs_fn(void *arg, const struct outcome *result, const struct lvm_pv *pvs,
			 size_t pv_count);
/* vg: owned by the callee, NULL on error. */
typedef void port_vg_fn(void *arg, const struct outcome *result, struct vg *vg);
/* Asked under the VG's lock with the metadata just read; false gives the edit up (-ECANCELED). */
typedef bool port_guard_fn(void *arg, const struct vg *vg);

struct ports {
	/*
	 * The journal: on stable storage when it returns. 0, or a negative errno: for those
	 * that record_may_be_retried() knows nothing was written, all others are final.
	 */
	int (*record)(void *ctx, const char *payload, size_t len_bytes);

	/* LVM */
	void (*list_pvs)(void *ctx, port_pvs_fn *done, void *arg);
	void (*read_vg)(void *ctx, const struct lvm_id *vg, port_vg_fn *done, void *arg);
	void (*edit_vg)(void *ctx, enum metadata_edit edit, const struct reservation *reservation,
			const struct reservation *next, port_guard_fn *guard, port_vg_fn *done,
			void *arg);
	void (*set_active)(void *ctx, const struct lvm_id *vg, const struct lvm_id *lv, bool active,
			   outcome_fn *done, void *arg);

	/*
	 * How many I/Os were ever begun on what else uses a PV's disk (daemon/lvm/holders.h). At
	 * once. 0 or a negative errno.
	 */
	int (*count_io)(void *ctx, dev_t pv, uint64_t *countp);

	/* What LVM's settings say, as of the last list_pvs(): all but lacks_mirror. At once. */
	void (*look_at_host)(void *ctx, struct preflight_host *hostp);

	/* device-mapper; devices are named by their UUIDs */
	void (*find_mirror)(void *ctx, outcome_fn *done, void *arg); /* -ENOENT: there is none */
	int (*observe)(void *ctx, const char *uuid, struct dm_device *devicep);
	/* Whether mover_look() is called for what happens to devices; if not, once afterwards. */
	void (*heed)(void *ctx, bool heed);
	void (*create)(void *ctx, const char *name, const char *uuid, const struct dm_table *table,
		       outcome_fn *done, void *arg);
	/* Of a device of an LV in that VG, whose lock is shared meanwhile. */
	void (*swap)(void *ctx, const struct lvm_id *vg, const char *uuid,
		     const struct dm_table *table, enum dm_visibility visibility, outcome_fn *done,
		     void *arg);
	void (*remove)(void *ctx, const char *uuid, outcome_fn *done, void *arg);
	void (*flush)(void *ctx, dev_t dev, outcome_fn *done, void *arg);
	void (*compare)(void *ctx, const struct dm_comparison *what, dm_compare_fn *done,
			void *arg);

	void (*measure)(void *ctx, const char *uuid, uint64_t bound_us, dm_latency_fn *done,
			void *arg);

	/*
	 * Holds back what all mirrors of the host copy, or lets go of them again. 0 or a negative
	 * errno: nothing has changed.
	 */
	int (*hold)(void *ctx, bool held);

	/* Clock and chance */
	uint64_t (*now_us)(void *ctx);                    /* since the epoch */
	uint64_t (*monotonic_us)(void *ctx);              /* never goes back */
	void (*wake_after)(void *ctx, uint64_t delay_ms); /* one timer; the last call counts */
	void (*new_uuid)(void *ctx, char uuid[37]);       /* RFC 4122, random */
	struct lvm_id (*new_lvm_id)(void *ctx);
	const char *(*boot_id)(void *ctx);
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The device-mapper devices of one pass, its LV and its leg, found by UUID:
 * looking at them (at once, never blocking) and changing them (through an
 * executor, asynchronously). Knows tables; does not know LVM's metadata,
 * moves or the journal. Completions are called from the event loop, never from
 * inside the call that asked for them, and never after dm_free().
 */

#include <event2/event.h>

#include "common/outcome.h"
#include "daemon/dm/comparison.h"
#include "daemon/dm/device.h"
#include "daemon/dm/latency.h"

struct dm;

/* Something happened to some device: look again. */
typedef void dm_event_fn(void *arg);

/*
 * Opens device-mapper and starts the first executor. event may be NULL. The
 * program must ignore SIGPIPE. Returns 0; -ENODEV without device-mapper,
 * -EPERM when not root; or another negative errno.
 */
int dm_new(struct event_base *base, dm_event_fn *event, void *arg, struct dm **dmp);
/* Lets go of the executors: each finishes what it has begun, then leaves. Waits for none. */
void dm_free(struct dm *dm);

/*
 * Whether events are told of. What happens meanwhile is told as one when they are again; as long as
 * they are not, none of them wakes the program. Does not block.
 */
void dm_heed_events(struct dm *dm, bool heed);

/*
 * Looks the device with that UUID up. Does not block (no ioctl used here waits
 * for I/O). Returns 0 with *devicep filled in (present or not), or a negative
 * errno.
 */
int dm_observe(struct dm *dm, const char *uuid, struct dm_device *devicep);

/*
 * Looks for a target of the kernel's by its name ("mirror"), which loads its module if it is not
 * there yet. 0; -ENOENT if there is none; another negative errno if that cannot be told.
 */
void dm_find_target(struct dm *dm, const char *name, outcome_fn *done, void *arg);

/*
 * Creates a device with a table and makes it live; with all udev rules but
 * the basic ones disabled, so that its content is never scanned or linked to.
 * -EBUSY if a device with that name or UUID exists. On failure none is left.
 */
void dm_create(struct dm *dm, const char *name, const char *uuid, const struct dm_table *table,
	       outcome_fn *done, void *arg);

/*
 * Gives a live device a new table: load, then the one ioctl that suspends,
 * swaps and resumes inside the kernel without flush and lockfs. A device that
 * is read-only stays so. A failed load is cleared away. Swaps of one device,
 * those of executors of an earlier daemon too, come one after the other.
 * -ENXIO without such a device; -ESTALE if the table of somebody else is live
 * afterwards; -EOWNERDEAD if an executor died while it swapped mirrors out of it, and
 * it has been stuck since: the device is wedged until the next boot.
 */
void dm_swap(struct dm *dm, const char *uuid, const struct dm_table *table,
	     enum dm_visibility visibility, outcome_fn *done, void *arg);

/*
 * Removes a device. -EBUSY while something has it open; -EOWNERDEAD as above. A device that is not
 * there is success.
 */
void dm_remove(struct dm *dm, const char *uuid, outcome_fn *done, void *arg);

/* Flushes the device's volatile cache (fsync of the block device). */
void dm_flush(struct dm *dm, dev_t dev, outcome_fn *done, void *arg);

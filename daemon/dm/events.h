/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Device-mapper's events in the event loop: that something happened to some
 * device (a mirror is in sync, a leg failed), not what, nor to which.
 */

#include <event2/event.h>
#include <stdbool.h>

#include "daemon/dm/dm.h"

struct dm_events;

/*
 * Calls notify from the event loop after each event from now on; several may come as one.
 * /dev/mapper/control must exist. Returns 0 or a negative errno.
 */
int dm_events_new(struct event_base *base, dm_event_fn *notify, void *arg,
		  struct dm_events **eventsp);

/* False: none is told of; true: from now on, and at once if there was one meanwhile. */
void dm_events_heed(struct dm_events *events, bool heed);

void dm_events_free(struct dm_events *events);

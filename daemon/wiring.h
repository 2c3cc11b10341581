/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Binds the mover's ports to the adapters: LVM, device-mapper, the journal and
 * the clock. The one place that knows both sides; it decides nothing.
 */

#include <event2/event.h>

#include "daemon/dm/dm.h"
#include "daemon/journal/journal.h"
#include "daemon/lvm/lvm.h"
#include "daemon/move/mover.h"
#include "daemon/move/ports.h"
#include "daemon/notify.h"
#include "daemon/swapper.h"

struct wiring {
	struct event_base *base;
	struct lvm *lvm;
	struct dm *dm;
	struct swapper swapper;
	struct journal *journal;
	struct mover *mover;
	struct notify *notify;    /* borrowed; NULL: there is none */
	struct event *wake;       /* the mover's timer */
	struct event *compact;    /* pending while the journal is to be compacted */
	uint64_t compact_bytes;   /* compacted above this, and at twice its last compacted size */
	uint64_t compacted_bytes; /* the journal's size after the last compaction; 0: none yet */
	char boot_id[UUID_TEXT_SIZE];
	bool holds; /* it has to do with the kernel's copying: another daemon does not */
};

/* The ports; their ctx is a struct wiring. */
extern const struct ports wiring_ports;

/* What compact_bytes is until somebody sets it. */
#define WIRING_COMPACT_BYTES (UINT64_C(4) * 1024 * 1024)

/* Prepares the rest; base, lvm, dm and mover must be set. Returns 0 or a negative errno. */
int wiring_init(struct wiring *wiring);
void wiring_deinit(struct wiring *wiring);

/* Compacts the journal if it has grown beyond what it is worth keeping. */
void wiring_compact_journal(struct wiring *wiring);

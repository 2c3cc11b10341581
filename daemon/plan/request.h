/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a user asks to be moved: a source PV or ranges of it, one LV or all,
 * destinations or any. A value; it is kept with the move so that a pass can be
 * planned again when its destination was taken in the meantime.
 */

#include <stdbool.h>
#include <stddef.h>

#include "daemon/lvm/vg.h"

/* Most destinations, and most PE ranges of one PV, that a request may name. */
#define REQUEST_LIST_MAX 1024

/* The lowest limit in bytes a second that can be asked for: a small region each second. */
#define MOVE_LIMIT_MIN UINT64_C(65536)
/* A bound below the first no disk keeps, one above the last nobody notices. */
#define MOVE_MAX_LATENCY_MIN_US UINT64_C(100)
#define MOVE_MAX_LATENCY_MAX_US UINT64_C(60000000)

/* A PV somebody named, with the extents of it that are meant. */
struct pv_choice {
	char *device;            /* as it was asked for, for messages */
	dev_t dev;               /* the block device that path leads to; 0: none */
	struct lvm_id pv;        /* filled in by planner_resolve_request() */
	struct pe_range *ranges; /* none: the whole PV */
	size_t range_count;
};

struct move_request {
	struct pv_choice source;
	char *lv; /* "lv", "vg/lv", "/dev/vg/lv" or "/dev/mapper/vg-lv"; NULL: all LVs */
	struct pv_choice *destinations; /* none: every other allocatable PV of the VG */
	size_t destination_count;
	char *request_id;        /* the caller's own name for this request, NULL: none */
	bool verify;             /* compare source and destination before each commit */
	bool has_limit;          /* otherwise that is the daemon's to choose */
	uint64_t limit_bytes_s;  /* to begin with; the move's own may change. 0: none */
	bool has_max_latency;    /* as above */
	uint64_t max_latency_us; /* the same; 0: any */
};

/* Frees a request and all in it; NULL and half-built ones are fine. */
void move_request_free(struct move_request *request);

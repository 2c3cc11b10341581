/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the daemon asks of an executor and what it hears back, and their form
 * on the socket between the two. Pure. Knows neither processes nor ioctls.
 */

#include "daemon/dm/comparison.h"
#include "daemon/dm/device.h"
#include "daemon/dm/latency.h"

/* Most targets of one table that can be sent. */
#define DM_REQUEST_MAX_TARGETS 65536
/* Longest text of a reply, in bytes with the NUL. */
#define DM_REPLY_TEXT_MAX 512

enum dm_request_type {
	DM_REQUEST_CREATE,  /* name, uuid, table */
	DM_REQUEST_SWAP,    /* uuid, table, visibility */
	DM_REQUEST_REMOVE,  /* uuid */
	DM_REQUEST_FLUSH,   /* dev */
	DM_REQUEST_COMPARE, /* comparison */
	DM_REQUEST_FIND,    /* name of a target */
	DM_REQUEST_MEASURE, /* uuid, bound_us */
};

struct dm_request {
	enum dm_request_type type;
	const char *name; /* borrowed; "" where the type needs none */
	const char *uuid; /* borrowed; the same */
	struct dm_table table;
	enum dm_visibility visibility;
	dev_t dev;
	struct dm_comparison comparison;
	uint64_t bound_us;
};

/* Fixed in size: it is sent as it lies in memory. */
struct dm_reply {
	int code;
	struct dm_comparison_result found; /* of a comparison */
	struct dm_latency latency;         /* of a measurement */
	char text[DM_REPLY_TEXT_MAX];
};

/*
 * Puts a request into its wire form: its length in 4 bytes, then that many
 * bytes. Returns 0 with an owned buffer, -ENAMETOOLONG, -E2BIG (too many
 * targets), -EINVAL (a target that cannot be loaded) or -ENOMEM.
 */
int dm_request_encode(const struct dm_request *request, void **bytesp, size_t *len_bytesp);

/*
 * The checked length of what follows the 4 bytes that begin a wire form.
 * Returns 0 or -EBADMSG.
 */
int dm_request_decode_len(const void *bytes, size_t *len_bytesp);

/*
 * Reads what follows those 4 bytes. The request's texts point into it, its
 * table is owned (dm_table_deinit()). Returns 0, -EBADMSG or -ENOMEM.
 */
int dm_request_decode(const void *bytes, size_t len_bytes, struct dm_request *requestp);

/*
 * Whether a reply that was received makes sense: a code that is none but 0 or an errno, a text, a
 * verdict.
 */
bool dm_reply_is_valid(const struct dm_reply *reply);

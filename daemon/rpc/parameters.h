/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a client may pass to a method: from JSON that nobody has looked at to
 * checked values. Unknown members, missing ones, wrong types, negative numbers
 * and texts and lists beyond their bounds are refused; null is the same as missing.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/plan/request.h"

struct json_object;

/* Longest texts taken, in bytes. The first is what the kernel takes as a path. */
#define PARAMETER_DEVICE_MAX     4095
#define PARAMETER_LV_MAX         512
#define PARAMETER_REQUEST_ID_MAX 128
#define PARAMETER_INTERFACE_MAX  256

/* The parameters of all methods; each method has its own of them, the rest are zero. */
struct parameters {
	struct move_request *request; /* owned; devices are looked up */
	bool has_id;
	uint64_t id;
	uint64_t limit_bytes_s;  /* 0: none */
	uint64_t max_latency_us; /* 0: any */
	char *interface;         /* owned */
};

/* A value on its way from JSON into a struct. */
struct reading {
	const struct json_object *value; /* not null */
	size_t max_bytes;                /* of a text */
	const char **badp;               /* set by a reader that knows better which one is bad */
};

/* One parameter; a list of them ends with a name of NULL. */
struct parameter {
	const char *name;
	bool required;
	int (*read)(const struct reading *reading, void *out);
	size_t offset; /* of what read() is given, in the struct that is filled in */
	size_t max_bytes;
};

extern const struct parameter parameters_none[];
extern const struct parameter parameters_id[];
extern const struct parameter parameters_optional_id[];
extern const struct parameter parameters_limit[];
extern const struct parameter parameters_max_latency[];
extern const struct parameter parameters_host_limit[];
extern const struct parameter parameters_request[];
extern const struct parameter parameters_interface[];

/*
 * Reads an object (NULL: an empty one) by such a list. Returns 0, -ENOMEM, or -EBADMSG with *badp
 * naming the innermost parameter at fault (borrowed from the object or the list). What was
 * read by then stays for parameters_deinit(), also on failure.
 */
int parameters_read(const struct json_object *object, const struct parameter *list,
		    struct parameters *parameters, const char **badp);
void parameters_deinit(struct parameters *parameters);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a user types for a PV: a device, and behind it the extents that are
 * meant, as pvmove takes them: ":PE", ":PE-PE" (both included) or ":PE+COUNT",
 * any number of them. Many device names hold colons themselves
 * (/dev/disk/by-path/pci-0000:00:04.0-scsi-0:0:1:0), so of all ways to cut the
 * text into a device and ranges that one counts whose device has the longest
 * name that exists, and if none does the one with the shortest. "\:", which LVM's own commands need
 * in such names, is a colon of the name.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most ranges of one PV. */
#define ARGUMENT_RANGES_MAX 1024

/* Extents of a PV, the way the wire has them: start and length. */
struct pe_span {
	uint64_t first_pe;
	uint64_t extent_count;
};

struct pv_argument {
	char *device;
	struct pe_span *spans; /* none: all of the PV */
	size_t span_count;
};

enum argument_error {
	ARGUMENT_NOT_A_PATH = 1, /* a device is named by its full path */
	ARGUMENT_OPEN_RANGE,     /* "PE-" without an end */
	ARGUMENT_BAD_RANGE,      /* ends before it begins, is empty, or has no such form */
	ARGUMENT_TOO_MANY_RANGES,
};

/* Says whether there is a file of that name. */
typedef bool argument_exists_fn(const char *path);

/*
 * Reads a PV. Returns 0 and an argument to give to pv_argument_deinit(), an
 * argument_error, or -ENOMEM.
 */
int argument_parse_pv(const char *text, argument_exists_fn *exists, struct pv_argument *pvp);
void pv_argument_deinit(struct pv_argument *pv);

/* Reads a move's id, from 1 to INT64_MAX in decimal. Returns 0 or -EINVAL. */
int argument_parse_id(const char *text, uint64_t *idp);

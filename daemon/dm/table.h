/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Device-mapper tables and mirror status as values, and their text form. Pure.
 * Only the two targets that pvmoved loads are understood; any other target
 * parses as DM_OTHER and equals nothing, itself included. Kernel text is hostile until parsed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum dm_target_type { DM_LINEAR, DM_MIRROR, DM_OTHER };

struct dm_target {
	uint64_t start_sectors;
	uint64_t len_sectors;
	enum dm_target_type type;
	/* linear: where to; mirror: the source leg */
	dev_t source_dev;
	uint64_t source_sectors; /* offset on source_dev */
	/* mirror only */
	dev_t dest_dev;
	uint64_t dest_sectors;
	uint32_t region_sectors;
	bool nosync; /* born in sync: nothing is copied, writes go to both */
};

struct dm_table {
	struct dm_target *targets; /* ascending, contiguous from sector 0 */
	size_t count;
};

/* What the kernel says of one mirror target. */
enum dm_leg_health {
	DM_LEG_ALIVE,        /* A */
	DM_LEG_WRITE_FAILED, /* D */
	DM_LEG_SYNC_FAILED,  /* S: a copy failed */
	DM_LEG_READ_FAILED,  /* R */
	DM_LEG_UNKNOWN,      /* U and anything newer */
};

struct dm_mirror_status {
	uint64_t synced_regions;
	uint64_t total_regions;
	enum dm_leg_health source;
	enum dm_leg_health dest;
};

/* Frees the targets and zeroes the value. */
void dm_table_deinit(struct dm_table *table);

/* Appends a target; starts at the table's end whatever its start_sectors says. 0 or -ENOMEM. */
int dm_table_append(struct dm_table *table, const struct dm_target *target);

/* Makes a copy, to be freed with dm_table_deinit(). 0 or -ENOMEM. */
int dm_table_copy(const struct dm_table *table, struct dm_table *copyp);

/* Length in sectors. */
uint64_t dm_table_len(const struct dm_table *table);

/*
 * Same mapping: equal after adjacent linear targets that continue each other
 * are taken as one (LVM merges segments as it likes). Mirror targets must be
 * equal one by one.
 */
bool dm_table_equal(const struct dm_table *a, const struct dm_table *b);

/*
 * The parameters of a target as the kernel takes them ("8:16 2048"; "mirror"'s
 * with handle_errors). Returns 0 or -ENOSPC.
 */
int dm_target_format(const struct dm_target *target, char *params, size_t size_bytes);

/* The kernel's name of the target type; NULL for DM_OTHER. */
const char *dm_target_type_name(enum dm_target_type type);

/*
 * Parses what the kernel reports for a target's table line. Returns 0 (DM_OTHER for
 * types and parameter forms that are not ours), or -EBADMSG for nonsense.
 */
int dm_target_parse(uint64_t start_sectors, uint64_t len_sectors, const char *type,
		    const char *params, struct dm_target *targetp);

/* Parses a mirror target's status ("2 8:0 8:16 5/10 1 AA 1 core"). Returns 0 or -EBADMSG. */
int dm_mirror_status_parse(const char *params, struct dm_mirror_status *statusp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What can be configured: the values in effect, and one table of all keys with
 * their units, bounds and defaults. A new key is a member here, a row in keys.c
 * and an entry in pvmoved.conf(5); a test compares the last two. Pure.
 */

#include <stddef.h>
#include <stdint.h>

/* Room for a path, with its NUL. */
#define CONFIG_PATH_SIZE 256
/* More than there are keys. */
#define CONFIG_KEYS_MAX 32

struct config {
	uint64_t log_level;          /* as in <syslog.h> */
	uint64_t copy_limit_bytes_s; /* 0: none */
	uint64_t copy_max_latency_ms;
	uint64_t copy_stall_ms;
	uint64_t copy_ssd_mirrors;
	uint64_t copy_ssd_region_bytes;
	uint64_t copy_hdd_mirrors;
	uint64_t copy_hdd_region_bytes;
	uint64_t copy_hdd_busy_region_bytes;
	uint64_t copy_queue_percent;
	uint64_t history_moves;
	uint64_t journal_compact_bytes;
	uint64_t lvm_command_timeout_ms;
	uint64_t lvm_lock_timeout_ms;
	uint64_t rpc_connections;
	uint64_t rpc_connections_of_one;
	uint64_t rpc_stall_ms;
	char state_dir[CONFIG_PATH_SIZE];
	char run_dir[CONFIG_PATH_SIZE];
	char socket[CONFIG_PATH_SIZE]; /* "": org.pvmoved in run_dir */
};

enum config_kind {
	CONFIG_COUNT,    /* a number */
	CONFIG_BYTES,    /* "4M" */
	CONFIG_REGION,   /* the same, and a power of two */
	CONFIG_RATE,     /* "4M" a second, or "none": 0 */
	CONFIG_DURATION, /* "60s"; in milliseconds */
	CONFIG_LEVEL,    /* "info" */
	CONFIG_PATH,     /* absolute */
};

/* When a change of it comes into effect. */
enum config_change { CONFIG_AT_ONCE, CONFIG_AT_RESTART };

struct config_key {
	const char *section;
	const char *name;
	enum config_kind kind;
	enum config_change change;
	size_t offset;      /* of its value in struct config */
	uint64_t min, max;  /* of a number; both included */
	const char *preset; /* its default, as it would be typed */
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* Everything at its default. */
void config_init(struct config *config);

/* NULL when there is none. */
const struct config_key *config_find_key(const char *section, const char *name);

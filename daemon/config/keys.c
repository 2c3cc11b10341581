/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/config/keys.h"

#include <assert.h>
#include <string.h>

#include "daemon/config/value.h"

#define KIB           UINT64_C(1024)
#define MIB           (KIB * 1024)
#define MINUTE_MS     UINT64_C(60000)
#define MEMBER(field) offsetof(struct config, field)

/* section, name, kind, change, where, least, most, default */
const struct config_key config_keys[] = {
	{"log", "level", CONFIG_LEVEL, CONFIG_AT_ONCE, MEMBER(log_level), 0, 0, "info"},
	/* As low as the limit of a move may be. */
	{"copy", "limit", CONFIG_RATE, CONFIG_AT_ONCE, MEMBER(copy_limit_bytes_s), 64 * KIB,
	 INT64_MAX, "none"},
	/* 0: copying does not give way of itself. */
	{"copy", "max_latency", CONFIG_DURATION, CONFIG_AT_ONCE, MEMBER(copy_max_latency_ms), 0,
	 MINUTE_MS, "0s"},
	/* A disk that spins up, or is busy, takes some of these. */
	{"copy", "stall_after", CONFIG_DURATION, CONFIG_AT_ONCE, MEMBER(copy_stall_ms), 1000,
	 60 * MINUTE_MS, "15s"},
	/* Each mirror costs the kernel 0.75 MiB; a region is at least as large as any sector. */
	{"copy", "ssd_mirrors", CONFIG_COUNT, CONFIG_AT_ONCE, MEMBER(copy_ssd_mirrors), 1, 64, "8"},
	{"copy", "ssd_region", CONFIG_REGION, CONFIG_AT_ONCE, MEMBER(copy_ssd_region_bytes),
	 64 * KIB, 64 * MIB, "64K"},
	{"copy", "hdd_mirrors", CONFIG_COUNT, CONFIG_AT_ONCE, MEMBER(copy_hdd_mirrors), 1, 64, "1"},
	{"copy", "hdd_region", CONFIG_REGION, CONFIG_AT_ONCE, MEMBER(copy_hdd_region_bytes),
	 64 * KIB, 64 * MIB, "16M"},
	{"copy", "hdd_busy_region", CONFIG_REGION, CONFIG_AT_ONCE,
	 MEMBER(copy_hdd_busy_region_bytes), 64 * KIB, 64 * MIB, "2M"},
	{"copy", "queue_percent", CONFIG_COUNT, CONFIG_AT_ONCE, MEMBER(copy_queue_percent), 1, 100,
	 "50"},
	{"history", "moves", CONFIG_COUNT, CONFIG_AT_ONCE, MEMBER(history_moves), 10, 10000,
	 "1000"},
	/* It is read into memory at once, and cannot be longer than 256 MiB. */
	{"journal", "compact_size", CONFIG_BYTES, CONFIG_AT_ONCE, MEMBER(journal_compact_bytes),
	 MIB, 64 * MIB, "4M"},
	/* Shorter than a second would take a busy machine for a broken one. */
	{"lvm", "command_timeout", CONFIG_DURATION, CONFIG_AT_ONCE, MEMBER(lvm_command_timeout_ms),
	 5000, 60 * MINUTE_MS, "60s"},
	{"lvm", "lock_timeout", CONFIG_DURATION, CONFIG_AT_ONCE, MEMBER(lvm_lock_timeout_ms), 1000,
	 60 * MINUTE_MS, "60s"},
	/* 32 of them are kept for root. */
	{"rpc", "connections", CONFIG_COUNT, CONFIG_AT_ONCE, MEMBER(rpc_connections), 64, 4096,
	 "256"},
	{"rpc", "connections_per_user", CONFIG_COUNT, CONFIG_AT_ONCE,
	 MEMBER(rpc_connections_of_one), 1, 4096, "32"},
	{"rpc", "stall_timeout", CONFIG_DURATION, CONFIG_AT_ONCE, MEMBER(rpc_stall_ms), 1000,
	 60 * MINUTE_MS, "60s"},
	{"paths", "state_dir", CONFIG_PATH, CONFIG_AT_RESTART, MEMBER(state_dir), 0, 0,
	 "/var/lib/pvmoved"},
	{"paths", "run_dir", CONFIG_PATH, CONFIG_AT_RESTART, MEMBER(run_dir), 0, 0, "/run/pvmoved"},
	{"paths", "socket", CONFIG_PATH, CONFIG_AT_RESTART, MEMBER(socket), 0, 0, ""},
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_KEYS_MAX, "too many keys");

void config_init(struct config *config)
{
	*config = (struct config){0};
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		/* No path is a default only. */
		if (key->preset[0] != '\0' && config_set_value(config, key, key->preset))
			assert(!"a default is a good value");
	}
}

const struct config_key *config_find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < config_key_count; i++)
		if (strcmp(config_keys[i].section, section) == 0 &&
		    strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/settings.h"

#include "common/log.h"
#include "common/units.h"
#include "daemon/move/message.h"

static uint32_t sectors_of(uint64_t bytes)
{
	return (uint32_t)(bytes / SECTOR_BYTES);
}

void settings_apply(const struct settings *settings)
{
	const struct config *config = &settings->config;
	const struct rpc_limits limits = {
		.connections = (uint32_t)config->rpc_connections,
		.connections_of_one = (uint32_t)config->rpc_connections_of_one,
		.stall_ms = (uint32_t)config->rpc_stall_ms,
	};

	const struct mover_settings copying = {
		.limit_bytes_s = config->copy_limit_bytes_s,
		.max_latency_us = config->copy_max_latency_ms * 1000,
		.tuning =
			{
				.solid = {.parallel = (unsigned)config->copy_ssd_mirrors,
					  .region_sectors =
						  sectors_of(config->copy_ssd_region_bytes)},
				.turning = {.parallel = (unsigned)config->copy_hdd_mirrors,
					    .region_sectors =
						    sectors_of(config->copy_hdd_region_bytes),
					    .contended_region_sectors =
						    sectors_of(config->copy_hdd_busy_region_bytes)},
				.queue_percent_max = (unsigned)config->copy_queue_percent,
			},
		.stall_us = config->copy_stall_ms * 1000,
		.pass_runs_max = MOVER_PASS_RUNS_MAX,
	};

	log_init((int)config->log_level);
	lvm_set_timeouts(settings->wiring->lvm, (uint32_t)config->lvm_lock_timeout_ms,
			 (uint32_t)config->lvm_command_timeout_ms);
	settings->wiring->compact_bytes = config->journal_compact_bytes;
	mover_set_settings(settings->wiring->mover, &copying);
	mover_set_history(settings->wiring->mover, config->history_moves);
	rpc_server_set_limits(settings->rpc, &limits);
}

static void complain(void *arg, const char *file, unsigned line, const char *text)
{
	(void)arg;
	if (line > 0)
		log_error("%s:%u: %s", file, line, text);
	else
		log_error("%s: %s", file, text);
}

const struct config_listener settings_log = {complain, NULL};

static void tell(void *arg, const struct config_key *key, const char *value)
{
	const bool now = key->change == CONFIG_AT_ONCE;

	(void)arg;
	message_log(now ? MESSAGE_RELOADED : MESSAGE_CONFIG_WAITS, now ? LOG_INFO : LOG_WARNING,
		    "%s in [%s] is now %s%s", key->name, key->section, *value ? value : "not set",
		    now ? "" : "; that waits for a restart (systemctl restart pvmoved)");
}

void settings_reload(struct settings *settings)
{
	const struct config before = settings->config;

	if (config_load(settings->path, &settings_log, &settings->config) < 0) {
		message_log(
			MESSAGE_CONFIG_WRONG, LOG_ERR,
			"the configuration is wrong and was not taken: what was in effect stays");
		return;
	}
	settings_apply(settings);
	config_compare(&before, &settings->config, tell, NULL);
	message_log(MESSAGE_RELOADED, LOG_INFO, "the configuration was read again");
}

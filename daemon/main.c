/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "common/log.h"
#include "daemon/daemon.h"
#include "daemon/move/failpoint.h"
#include "daemon/move/fsm.h"
#include "daemon/move/message.h"
#include "daemon/options.h"
#include "daemon/release/release.h"
#include "daemon/settings.h"

static int list_failpoints(void)
{
	if (failpoint_print(stdout) == 0 && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	fputs("pvmoved: this build has no failpoints; a debug build has\n", stderr);
	return EXIT_FAILURE;
}

static int run(struct options *options)
{
	struct config config;

	if (config_load(options->config_path, &settings_log, &config) < 0) {
		message_log(MESSAGE_CONFIG_WRONG, LOG_ERR,
			    "the configuration is wrong: nothing was begun; see pvmoved.conf(5)");
		return EXIT_CONFIG;
	}
	if (options->check_config) {
		config_print(stdout, &config);
		return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	options_complete(options, &config);
	if (options->release_vg) {
		/* It speaks for itself: what the mover says is for the log of a daemon. */
		log_init(LOG_WARNING);
		return release_run(options);
	}
	if (failpoint_check() < 0)
		return EXIT_USAGE;
	return daemon_run(options, &config);
}

int main(int argc, char **argv)
{
	struct options options;

	options_parse(argc, argv, &options);
	if (options.dump_states) {
		fsm_print(stdout);
		return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (options.list_messages) {
		message_print(stdout);
		return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (options.list_failpoints)
		return list_failpoints();
	log_init(LOG_INFO);
	return run(&options);
}

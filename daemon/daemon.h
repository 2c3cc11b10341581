/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The daemon: owns the event loop and every service, starts them in order,
 * runs until a signal ends it, and takes them down again. What is under way in
 * the kernel goes on without it.
 */

#include "daemon/options.h"

/*
 * options: complete. config: as it was read from options->config_path. Runs the daemon. Blocks
 * until it is told to stop; returns the program's exit status.
 */
int daemon_run(const struct options *options, const struct config *config);

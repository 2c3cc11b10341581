/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What pvmovectl does: a command line in, an exit code out. */

#include "client/client.h"

/*
 * Reads the command line and does what it says. The client's socket path is the
 * one used if the command line names no other. Blocks as long as the command does.
 */
enum exit_code commands_run(const struct client *client, int argc, char *const argv[]);

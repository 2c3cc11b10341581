/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Puts a configuration into effect: at the start, and again when the daemon is
 * told to read it anew. Knows which service a value is for; decides nothing.
 */

#include "daemon/config/config.h"
#include "daemon/rpc/server.h"
#include "daemon/wiring.h"

struct settings {
	struct config config; /* in effect */
	const char *path;     /* borrowed; NULL: the standard one */
	struct wiring *wiring;
	struct rpc_server *rpc;
};

/* Complaints about files go to the log: standard error, or the systemd journal. */
extern const struct config_listener settings_log;

/* Applies all that can change while the daemon runs. After the journal was replayed. */
void settings_apply(const struct settings *settings);

/*
 * Reads the files again, and applies them; says in the log what has changed, and what of it waits
 * for a restart. Files with anything wrong in them change nothing. Blocks on reading.
 */
void settings_reload(struct settings *settings);

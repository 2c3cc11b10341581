/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The configuration on disk: FILE, then FILE.d/ *.conf in the order of their
 * names, where a later value counts. Reads files and applies nothing.
 */

#include <stdio.h>

#include "daemon/config/keys.h"
#include "daemon/config/text.h"

#define CONFIG_STANDARD_PATH "/etc/pvmoved/pvmoved.conf"
/* Longest file that is read, in bytes. */
#define CONFIG_FILE_MAX ((size_t)65536)

/*
 * Reads everything into *configp, beginning with the defaults; path NULL: the standard one, which
 * need not be there. Blocks on reading. Returns 0, or -EINVAL after at least one complaint, with
 * *configp as it was.
 */
int config_load(const char *path, const struct config_listener *listener, struct config *configp);

/* Writes it as a file that config_load() takes. */
void config_print(FILE *out, const struct config *config);

/*
 * Calls change() for each key whose value is not the same in both, with its new value as text
 * (borrowed for the call).
 */
typedef void config_change_fn(void *arg, const struct config_key *key, const char *value);
void config_compare(const struct config *before, const struct config *after,
		    config_change_fn *change, void *arg);

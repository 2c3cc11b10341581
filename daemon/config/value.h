/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Values of the configuration, from text and to text. Pure; knows no files. */

#include <stdbool.h>

#include "daemon/config/keys.h"

/* Room for what a complaint about a value, or a value, takes. */
#define CONFIG_TEXT_SIZE 320

/*
 * Takes a value. Returns 0; -EINVAL for one that is not of the key's kind, -ERANGE for one that is
 * out of its bounds: the value stays as it was then.
 */
int config_set_value(struct config *config, const struct config_key *key, const char *text);

/* As it would be typed; config_set_value() takes it back, but for a path that is not set (""). */
void config_format_value(const struct config *config, const struct config_key *key,
			 char text[CONFIG_TEXT_SIZE]);

/* What would be right: "a duration from 5s to 3600s". */
void config_describe_kind(const struct config_key *key, char text[CONFIG_TEXT_SIZE]);

bool config_value_equal(const struct config *a, const struct config *b,
			const struct config_key *key);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Writes what explain.h words as an error message, and with --json a document
 * besides (client/schemas). Each returns the code to exit with.
 */

#include <stdint.h>

#include "client/client.h"

struct json_object;

/* The error of a reply. */
enum exit_code report_error(const struct client *client, const char *error,
			    struct json_object *parameters);

/* A negative errno on the way to the daemon or back. */
enum exit_code report_connection(const struct client *client, int error);

/* The daemon answered, and the move is not there. */
enum exit_code report_missing_move(const struct client *client, uint64_t id);

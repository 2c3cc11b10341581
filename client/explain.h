/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Words for what the daemon refuses, for what goes wrong on the way to it, and
 * for why a pass is not as asked: one sentence each, with the next step. The
 * sentences hold text of the daemon as it came; whoever prints them cleans it.
 */

#include "client/exit.h"
#include "common/refusal.h"

struct json_object;

/* Room for any explanation, with its NUL. */
#define EXPLAIN_TEXT_MAX 2048

/* Writes the sentence for a refusal. Returns the code to exit with. */
enum exit_code explain_refusal(const struct refusal *refusal, char text[EXPLAIN_TEXT_MAX]);

/* The same for the error of a Varlink reply, ours or the standard's or an unknown one. */
enum exit_code explain_error(const char *error, const struct json_object *parameters,
			     char text[EXPLAIN_TEXT_MAX]);

/*
 * The same for a negative errno of connection_open(), connection_send() or connection_receive()
 * to the daemon at that path.
 */
enum exit_code explain_connection(int error, const char *path, char text[EXPLAIN_TEXT_MAX]);

/* What the code of a reason means, or the code itself for one that is not known. */
const char *explain_reason(const char *code);

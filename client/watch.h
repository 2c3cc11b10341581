/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Shows moves and every change of them, until the one that was asked for ends, if it was one. */

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/*
 * Blocks. id: of the move, 0: all, for ever. json: one document a line as they
 * come; otherwise a screen redrawn, or lines where output is no terminal. Returns EXIT_OK, or what
 * kept it from going on, explained.
 */
enum exit_code watch_moves(const struct client *client, uint64_t id, bool json);

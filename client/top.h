/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A terminal full of moves, live, with keys to pause, resume and abort them. */

#include "client/client.h"

/*
 * Blocks until the user has enough (EXIT_OK), or there is no going on, which it then has explained.
 * A signal that ends it ends the program, once the terminal is as it was.
 */
enum exit_code top_run(const struct client *client);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the daemon says of itself and its moves, in the text format of
 * Prometheus (version 0.0.4). Of moves that have ended there are numbers by
 * state only, and by disk where one has failed them, so that the series do not grow with the
 * history; they are gauges, since a daemon forgets the oldest. A number that is not known has no
 * sample.
 */

#include <stdio.h>

#include "client/moves.h"

/*
 * info NULL: the daemon does not answer, which is all that is said then. Returns 0 or -ENOMEM, with
 * part of it written.
 */
int metrics_write(FILE *out, const struct info_view *info, const struct moves *moves);

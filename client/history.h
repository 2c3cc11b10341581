/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Moves that have ended, and which of them are asked for. Knows nothing of how they are shown. */

#include <stdbool.h>
#include <stdint.h>

#include "client/moves.h"

/* What is not set leaves all through. */
struct history_filter {
	uint64_t since_us, until_us;      /* of their ends, since the epoch; 0: any */
	uint64_t last;                    /* only so many, the latest ones; 0: all */
	const char *vg, *lv;              /* lv: of any of their LVs: LV, VG/LV or /dev/VG/LV */
	const char *source, *destination; /* paths of devices, by any of their names */
	const char *result;               /* "done", "aborted" or "failed" */
};

/* Drops from moves all that has not ended, and all that the filter does not leave through. */
void history_filter_moves(const struct history_filter *filter, struct moves *moves);

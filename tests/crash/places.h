/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where the metadata says that extents lie. Internal to the truth. */

#include "tests/crash/truth.h"

/* Reads what has changed, finds whose each extent is, and checks that it is one LV's alone. */
void truth_read_metadata(struct truth *truth);

/* Where application's LV number lv lies; breaks the truth when not every extent has one place. */
void truth_place_lv(struct truth *truth, size_t lv, struct truth_place *places);

/* Puts the runs of a pass from their sources to their destinations. */
void truth_move_places(struct truth *truth, const struct reservation *reservation,
		       struct truth_place (*places)[TRUTH_PES_MAX]);

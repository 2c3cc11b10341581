/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A survey in words for the administrator, on standard output or error. Blocks on that only. */

#include "daemon/move/mover.h"
#include "daemon/release/survey.h"

/* Says what a release would do to each LV, reservation and unfinished move (mover NULL: none). */
void explain_release(const struct survey *survey, const struct mover *mover);

/* Says on standard error why there can be no release yet, and what is to be done first. */
void explain_trouble(const struct survey *survey, const struct survey_item *item);

/* Says that a step has been taken. */
void explain_step(const struct survey *survey, enum survey_step step,
		  const struct survey_item *item);

/* Unfinished moves of the VG; 0 without a mover. */
size_t explain_count_moves(const struct mover *mover, const struct lvm_id *vg);

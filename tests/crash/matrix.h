/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The ways in which every scenario is played: each takes the calls of an
 * undisturbed play one after the other and lets something go wrong there.
 */

#include "tests/crash/plot.h"

struct matrix_count {
	uint64_t played;
	uint64_t broken;
};

typedef void matrix_fn(const struct scenario *scenario, const struct plot_calls *calls,
		       struct matrix_count *count);

struct matrix_mode {
	const char *name;
	const char *claim; /* what holds when nothing is broken */
	matrix_fn *play;
};

const struct matrix_mode *matrix_modes(size_t *countp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A plot says what goes wrong in a play, and plays it: so many daemons die or
 * calls fail, each at a chosen call, and then one lives until the end.
 */

#include "tests/crash/play.h"

#define PLOT_POINTS_MAX 2

/* Where something goes wrong. */
struct plot_point {
	uint64_t at; /* call of this daemon, from 1 */
	enum world_trap_kind kind;
	enum world_end end; /* what a death is */
	int code;           /* of a failure */
	unsigned times;
	void (*hook)(void *world); /* of something else */
};

struct plot {
	struct plot_point points[PLOT_POINTS_MAX];
	size_t point_count;
	struct play_whim whim;
	struct play_fault fault;
	bool may_fail;    /* the moves need not end as asked for */
	bool undoes_held; /* the owner aborts what is held */
	bool must_fail;   /* no move may be done */
};

/* The calls of an undisturbed play, or those that a plot came to. */
struct plot_calls {
	enum world_call *calls; /* owned */
	uint64_t count;
};

/*
 * Plays it. Returns true when nothing was broken; prints what was otherwise.
 * callsp may be NULL.
 */
bool plot_play(const struct plot *plot, const struct scenario *scenario, struct plot_calls *callsp);

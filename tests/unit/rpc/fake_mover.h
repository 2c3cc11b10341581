/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A mover without a world: keeps moves, changes them when a test says so, and
 * answers Start and Plan when the test says so (or at once).
 */

#include "daemon/move/mover.h"

#define FAKE_PENDING_MAX 600

struct fake_pending {
	struct move_request *request;
	mover_start_fn *start;
	mover_plan_fn *plan;
	void *arg;
};

struct mover {
	struct move **moves;
	size_t move_count;
	uint64_t seq;
	mover_watch_fn *watch;
	void *watch_arg;
	struct fake_pending pending[FAKE_PENDING_MAX];
	size_t pending_count;
	bool answers_at_once;
	bool finds_nothing;     /* there is nothing to move */
	struct refusal refusal; /* what Start and Plan answer unless its code is REFUSAL_NONE */
	struct warning_list warnings; /* given with what is answered otherwise; owned */
	size_t goals_set;
	uint64_t host_limit_bytes_s;
};

void fake_mover_init(struct mover *mover);
void fake_mover_deinit(struct mover *mover);
/* Adds a move of one pass, 1 GiB, in that state. */
struct move *fake_mover_add(struct mover *mover, enum pass_state state);
/* Puts the move's pass into that state and tells the watcher. */
void fake_mover_change(struct mover *mover, struct move *move, enum pass_state state);
/* Answers the Start or Plan that waits longest. */
void fake_mover_answer(struct mover *mover);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/move.h"

#include <stdlib.h>

void move_free(struct move *move)
{
	if (!move)
		return;
	for (size_t i = 0; i < move->pass_count; i++) {
		free(move->passes[i].lv_name);
		reservation_deinit(&move->passes[i].reservation);
	}
	free(move->passes);
	free(move->vg_name);
	move_request_free(move->request);
	free(move);
}

bool pass_state_is_terminal(enum pass_state state)
{
	return state == PASS_DONE || state == PASS_ABORTED || state == PASS_FAILED;
}

bool move_is_terminal(const struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++)
		if (!pass_state_is_terminal(move->passes[i].state))
			return false;
	return true;
}

struct pass *move_current_pass(const struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++)
		if (!pass_state_is_terminal(move->passes[i].state))
			return &move->passes[i];
	return NULL;
}

static bool move_has_pass_in(const struct move *move, enum pass_state state)
{
	for (size_t i = 0; i < move->pass_count; i++)
		if (move->passes[i].state == state)
			return true;
	return false;
}

static bool move_has_begun(const struct move *move)
{
	return move->pass_count > 0 && move->passes[0].state != PASS_QUEUED;
}

enum move_state move_state(const struct move *move)
{
	if (move_is_terminal(move)) {
		if (move_has_pass_in(move, PASS_FAILED))
			return MOVE_FAILED;
		return move_has_pass_in(move, PASS_ABORTED) ? MOVE_ABORTED : MOVE_DONE;
	}
	if (move->goal == GOAL_ABORT)
		return MOVE_ABORTING;
	if (move_has_pass_in(move, PASS_HELD))
		return MOVE_HELD;
	if (move->goal == GOAL_PAUSE)
		return MOVE_PAUSED;
	return move_has_begun(move) ? MOVE_RUNNING : MOVE_QUEUED;
}

uint64_t move_total_bytes(const struct move *move)
{
	uint64_t total_bytes = 0;

	for (size_t i = 0; i < move->pass_count; i++)
		total_bytes += move->passes[i].total_bytes;
	return total_bytes;
}

bool move_is_observed(const struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++)
		if (!move->passes[i].is_observed)
			return false;
	return true;
}

uint64_t move_copied_bytes(const struct move *move)
{
	uint64_t copied_bytes = 0;

	for (size_t i = 0; i < move->pass_count; i++)
		copied_bytes += move->passes[i].copied_bytes;
	return copied_bytes;
}

uint64_t move_verified_bytes(const struct move *move)
{
	uint64_t verified_bytes = 0;

	for (size_t i = 0; i < move->pass_count; i++)
		verified_bytes += move->passes[i].verified_bytes;
	return verified_bytes;
}

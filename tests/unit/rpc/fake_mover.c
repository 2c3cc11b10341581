/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/rpc/fake_mover.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/planner.h"

#define GIB (UINT64_C(1) << 30)

static const char vg_uuid[] = "aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg";
static const struct warning_list no_warnings;
static const char lv_uuid[] = "hhhhhh-iiii-jjjj-kkkk-llll-mmmm-nnnnnn";

void fake_mover_init(struct mover *mover)
{
	*mover = (struct mover){0};
}

void fake_mover_deinit(struct mover *mover)
{
	for (size_t i = 0; i < mover->move_count; i++)
		move_free(mover->moves[i]);
	free(mover->moves);
	warning_list_deinit(&mover->warnings);
	for (size_t i = 0; i < mover->pending_count; i++)
		move_request_free(mover->pending[i].request);
}

static struct move *add_move(struct mover *mover, struct move_request *request,
			     enum pass_state state)
{
	struct move *move = calloc(1, sizeof(*move));

	move->id = mover->move_count + 1;
	snprintf(move->uuid, sizeof(move->uuid), "00000000-0000-4000-8000-%012u",
		 (unsigned)move->id);
	snprintf(move->vg.text, sizeof(move->vg.text), "%s", vg_uuid);
	move->vg_name = strdup("vg0");
	move->extent_bytes = UINT64_C(4) << 20;
	move->request = request;
	move->created_us = UINT64_C(1700000000000000);
	move->passes = calloc(1, sizeof(*move->passes));
	move->pass_count = 1;
	move->passes[0].lv_name = strdup("home");
	snprintf(move->passes[0].reservation.lv.text, sizeof(move->passes[0].reservation.lv.text),
		 "%s", lv_uuid);
	move->passes[0].state = state;
	move->passes[0].total_bytes = GIB;
	move->seq = ++mover->seq;
	mover->moves = realloc(mover->moves, (mover->move_count + 1) * sizeof(struct move *));
	mover->moves[mover->move_count++] = move;
	return move;
}

struct move *fake_mover_add(struct mover *mover, enum pass_state state)
{
	struct move_request *request = calloc(1, sizeof(*request));

	request->source.device = strdup("/dev/sda");
	return add_move(mover, request, state);
}

static void tell(struct mover *mover, struct move *move)
{
	if (mover->watch)
		mover->watch(mover->watch_arg, move);
}

void fake_mover_change(struct mover *mover, struct move *move, enum pass_state state)
{
	move->passes[0].state = state;
	move->seq = ++mover->seq;
	tell(mover, move);
}

static void answer_start(struct mover *mover, struct fake_pending *pending)
{
	struct move *move = NULL;

	if (mover->refusal.code != REFUSAL_NONE) {
		pending->start(pending->arg, &mover->refusal, NULL, &no_warnings);
	} else {
		if (!mover->finds_nothing)
			move = add_move(mover, pending->request, PASS_QUEUED);
		if (move)
			pending->request = NULL;
		pending->start(pending->arg, NULL, move, &mover->warnings);
		if (move)
			tell(mover, move);
	}
}

static void answer_plan(struct mover *mover, struct fake_pending *pending)
{
	struct run run = {
		.first_le = 0,
		.extent_count = 256,
		.source_pv.text = "SSSSSS-bbbb-cccc-dddd-eeee-ffff-gggggg",
		.source_pe = 10,
		.dest_pv.text = "DDDDDD-bbbb-cccc-dddd-eeee-ffff-gggggg",
		.dest_pe = 20,
	};
	struct planned_pass pass = {
		.lv_name = (char[]){"home"},
		.reservation = {.runs = &run, .run_count = 1},
	};
	struct plan plan = {
		.vg_name = (char[]){"vg0"},
		.extent_bytes = UINT64_C(4) << 20,
		.passes = &pass,
		.pass_count = mover->finds_nothing ? 0 : 1,
		.total_extents = mover->finds_nothing ? 0 : 256,
		.free_extents = 1000,
	};

	memcpy(pass.reservation.lv.text, lv_uuid, sizeof(lv_uuid));
	if (mover->refusal.code != REFUSAL_NONE)
		pending->plan(pending->arg, &mover->refusal, NULL, &no_warnings);
	else
		pending->plan(pending->arg, NULL, &plan, &mover->warnings);
}

void fake_mover_answer(struct mover *mover)
{
	struct fake_pending pending = mover->pending[0];

	assert(mover->pending_count > 0);
	mover->pending_count--;
	memmove(mover->pending, mover->pending + 1, mover->pending_count * sizeof(pending));
	if (pending.start)
		answer_start(mover, &pending);
	else
		answer_plan(mover, &pending);
	move_request_free(pending.request);
}

static void take(struct mover *mover, struct fake_pending pending)
{
	assert(mover->pending_count < FAKE_PENDING_MAX);
	mover->pending[mover->pending_count++] = pending;
	if (mover->answers_at_once)
		fake_mover_answer(mover);
}

void mover_plan(struct mover *mover, struct move_request *request, mover_plan_fn *done, void *arg)
{
	take(mover, (struct fake_pending){.request = request, .plan = done, .arg = arg});
}

void mover_start(struct mover *mover, struct move_request *request, mover_start_fn *done, void *arg)
{
	take(mover, (struct fake_pending){.request = request, .start = done, .arg = arg});
}

int mover_set_goal(struct mover *mover, uint64_t id, enum move_goal goal, struct refusal *refusal)
{
	struct move *move = id >= 1 && id <= mover->move_count ? mover->moves[id - 1] : NULL;

	if (!move) {
		refusal_set(refusal, REFUSAL_NO_SUCH_MOVE, NULL, NULL);
		refusal->move_id = id;
		return PLAN_REFUSED;
	}
	if (move_is_terminal(move)) {
		refusal_set(refusal, REFUSAL_MOVE_ENDED, NULL, move_state_name(move_state(move)));
		refusal->move_id = id;
		return PLAN_REFUSED;
	}
	move->goal = goal;
	mover->goals_set++;
	fake_mover_change(mover, move, move->passes[0].state);
	return 0;
}

int mover_set_limit(struct mover *mover, uint64_t id, uint64_t limit_bytes_s,
		    struct refusal *refusal)
{
	enum move_goal goal = id >= 1 && id <= mover->move_count ? mover->moves[id - 1]->goal : 0;
	int r = mover_set_goal(mover, id, goal, refusal);

	if (r == 0)
		mover->moves[id - 1]->limit_bytes_s = limit_bytes_s;
	return r;
}

int mover_set_max_latency(struct mover *mover, uint64_t id, uint64_t max_latency_us,
			  struct refusal *refusal)
{
	enum move_goal goal = id >= 1 && id <= mover->move_count ? mover->moves[id - 1]->goal : 0;
	int r = mover_set_goal(mover, id, goal, refusal);

	if (r == 0)
		mover->moves[id - 1]->max_latency_us = max_latency_us;
	return r;
}

int mover_set_host_limit(struct mover *mover, uint64_t limit_bytes_s, struct refusal *refusal)
{
	*refusal = mover->refusal;
	if (mover->refusal.code != REFUSAL_NONE)
		return PLAN_REFUSED;
	mover->host_limit_bytes_s = limit_bytes_s;
	return 0;
}

uint64_t mover_host_limit(const struct mover *mover)
{
	return mover->host_limit_bytes_s;
}

const struct move *mover_next_move(const struct mover *mover, const struct move *prev)
{
	size_t next = prev ? prev->id : 0;

	return next < mover->move_count ? mover->moves[next] : NULL;
}

const struct move *mover_find_move(const struct mover *mover, uint64_t id)
{
	return id >= 1 && id <= mover->move_count ? mover->moves[id - 1] : NULL;
}

uint64_t mover_seq(const struct mover *mover)
{
	return mover->seq;
}

const struct move *mover_next_change(const struct mover *mover, uint64_t seq)
{
	const struct move *found = NULL;

	for (size_t i = 0; i < mover->move_count; i++)
		if (mover->moves[i]->seq > seq && (!found || mover->moves[i]->seq < found->seq))
			found = mover->moves[i];
	return found;
}

void mover_set_watch(struct mover *mover, mover_watch_fn *watch, void *arg)
{
	mover->watch = watch;
	mover->watch_arg = arg;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/guard.h"

/* Of a thousand I/Os so many may be slow: a little less than the hundredth that is promised. */
#define EARNED_PER_IO INT64_C(8)
#define COST_OF_SLOW  INT64_C(1000)
/* The budget forgets what is further back than so many looks, … */
#define BUDGET_LOOKS INT64_C(60)
/* … but an LV that is hardly used may always have that many slow I/Os. */
#define BUDGET_MIN (4 * COST_OF_SLOW)
/* So much more slow I/Os than there may be are no chance. */
#define EVIDENCE (3 * COST_OF_SLOW)
/* In one look, and four times what may be: two steps at once. */
#define FAR_OFF (5 * COST_OF_SLOW)
/* A change of the copy is itself seen in the latencies for so long. */
#define SETTLE_US UINT64_C(1000000)
/* A copy that was widened and stays fast for so long has proved itself. */
#define TRIAL_US UINT64_C(10000000)
/* Each time it does not, the next trial comes only after twice as long. */
#define PATIENCE_MIN_US UINT64_C(1000000)
#define PATIENCE_MAX_US UINT64_C(128000000)
/* Without a slow I/O for so long it is widened, however few I/Os there are to go by. */
#define QUIET_US UINT64_C(10000000)
/* It stands aside so long at most: the copy is to end one day, whatever slows the I/O. */
#define ASIDE_MAX_US UINT64_C(10000000)

void guard_begin(struct guard *guard, uint64_t now_us, unsigned narrowest)
{
	*guard = (struct guard){
		.narrowest = narrowest,
		.steps = narrowest,
		.since_us = now_us,
		.slow_us = now_us,
		.patience_us = PATIENCE_MIN_US,
		.change_cost = 4 * COST_OF_SLOW,
	};
}

/* No real LV does so many in a look, and no sum of them overflows. */
static int64_t bounded(uint64_t ios)
{
	return ios > UINT32_MAX ? (int64_t)UINT32_MAX : (int64_t)ios;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static uint64_t since(uint64_t now_us, uint64_t then_us)
{
	return now_us > then_us ? now_us - then_us : 0;
}

static void enter(struct guard *guard, uint64_t now_us, unsigned steps)
{
	guard->is_on_trial = steps < guard->steps;
	guard->steps = steps;
	guard->since_us = now_us;
	guard->here = 0;
	guard->settle_cost = 0;
}

/* One on trial was fast one step back. */
static void narrow(struct guard *guard, uint64_t now_us, bool is_far_off)
{
	unsigned steps = guard->steps + (is_far_off && !guard->is_on_trial ? 2 : 1);

	if (guard->is_on_trial && guard->patience_us < PATIENCE_MAX_US)
		guard->patience_us *= 2;
	enter(guard, now_us, steps <= guard->narrowest ? steps : guard->narrowest + 1);
}

/*
 * To make it wider, to see that this is too wide, and to go back, is to be affordable. An LV that
 * is hardly used never earns that much.
 */
static bool is_affordable(const struct guard *guard, uint64_t now_us, int64_t earned)
{
	const int64_t price = 2 * guard->change_cost + 2 * EVIDENCE;

	if (earned * BUDGET_LOOKS >= price)
		return guard->budget >= price;
	return earned == 0 || (guard->budget >= 0 && since(now_us, guard->slow_us) >= QUIET_US);
}

static bool may_widen(const struct guard *guard, uint64_t now_us, int64_t earned)
{
	return guard->steps > 0 && guard->here >= 0 &&
	       since(now_us, guard->since_us) >= guard->patience_us &&
	       is_affordable(guard, now_us, earned);
}

static void take_into_budget(struct guard *guard, int64_t earned, int64_t cost)
{
	int64_t bound = most(earned * BUDGET_LOOKS, BUDGET_MIN);

	guard->budget = most(-bound, least(bound, guard->budget + earned - cost));
}

/* The change is over: what it has cost tells what the next one will. */
static void settle(struct guard *guard)
{
	if (guard->settle_cost < 0)
		return;
	guard->change_cost = (guard->change_cost + guard->settle_cost) / 2;
	guard->settle_cost = -1;
}

static void end_trial(struct guard *guard)
{
	guard->is_on_trial = false;
	guard->patience_us = PATIENCE_MIN_US;
}

bool guard_note(struct guard *guard, uint64_t now_us, uint64_t ios, uint64_t slow_ios)
{
	const unsigned before = guard->steps;
	const uint64_t age_us = since(now_us, guard->since_us);
	const int64_t earned = bounded(ios) * EARNED_PER_IO;
	const int64_t cost = bounded(slow_ios) * COST_OF_SLOW;

	/* What was counted before anybody looked is not known to be of now. */
	if (!guard->has_sample) {
		guard->has_sample = true;
		return false;
	}
	if (cost > 0)
		guard->slow_us = now_us;
	take_into_budget(guard, earned, cost);
	if (age_us < SETTLE_US) {
		guard->settle_cost += cost;
		return false;
	}
	settle(guard);
	guard->here = least(EVIDENCE, guard->here + earned - cost);
	if (guard->is_on_trial && age_us >= TRIAL_US)
		end_trial(guard);

	if (guard->here < -EVIDENCE && !guard_is_aside(guard))
		narrow(guard, now_us, cost >= FAR_OFF && cost > 4 * earned);
	else if (guard_is_aside(guard) && age_us >= ASIDE_MAX_US)
		enter(guard, now_us, guard->narrowest);
	else if (may_widen(guard, now_us, earned))
		enter(guard, now_us, guard->steps - 1);
	return guard->steps != before;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/guard.h"

/* Of a thousand I/Os so many may be slow: a little less than the hundredth that is promised. */
#define EARNED_PER_IO INT64_C(8)
#define COST_OF_SLOW  INT64_C(1000)
/* The account forgets what is further back than so many looks, … */
#define BUDGET_LOOKS INT64_C(20)
/* … but an LV that is hardly used may always have that many slow I/Os. */
#define BUDGET_SLOW_IOS_MIN INT64_C(4)
/* A change of the copy is itself seen in the latencies for so long. */
#define SETTLE_US UINT64_C(1000000)
/* A copy that was widened and stays fast for so long has proved itself. */
#define TRIAL_US UINT64_C(10000000)
/* Each time it does not, the next trial comes only after twice as long. */
#define PATIENCE_MIN_US UINT64_C(1000000)
#define PATIENCE_MAX_US UINT64_C(128000000)
/* So many slow I/Os in a look that are four times what may be are no chance: two steps at once. */
#define FAR_OFF_SLOW_IOS INT64_C(5)
/* It stands aside so long at most: the copy is to end one day, whatever slows the I/O. */
#define ASIDE_MAX_US UINT64_C(10000000)

void guard_begin(struct guard *guard, uint64_t now_us, unsigned narrowest)
{
	*guard = (struct guard){.narrowest = narrowest,
				.steps = narrowest,
				.since_us = now_us,
				.patience_us = PATIENCE_MIN_US};
}

/* No real LV does so many in a look, and no sum of them overflows. */
static int64_t bounded(uint64_t ios)
{
	return ios > UINT32_MAX ? (int64_t)UINT32_MAX : (int64_t)ios;
}

static int64_t between(int64_t value, int64_t least, int64_t most)
{
	if (value < least)
		return least;
	return value > most ? most : value;
}

static void enter(struct guard *guard, uint64_t now_us, unsigned steps)
{
	guard->is_on_trial = steps < guard->steps;
	guard->steps = steps;
	guard->since_us = now_us;
}

/* One on trial was fast one step back. */
static void narrow(struct guard *guard, uint64_t now_us, bool is_far_off)
{
	unsigned steps = guard->steps + (is_far_off && !guard->is_on_trial ? 2 : 1);

	if (guard->is_on_trial && guard->patience_us < PATIENCE_MAX_US)
		guard->patience_us *= 2;
	enter(guard, now_us, steps <= guard->narrowest ? steps : guard->narrowest + 1);
}

static void settle_trial(struct guard *guard, uint64_t age_us)
{
	if (!guard->is_on_trial || age_us < TRIAL_US)
		return;
	guard->is_on_trial = false;
	guard->patience_us = PATIENCE_MIN_US;
}

bool guard_note(struct guard *guard, uint64_t now_us, uint64_t ios, uint64_t slow_ios)
{
	const unsigned before = guard->steps;
	uint64_t age_us = now_us > guard->since_us ? now_us - guard->since_us : 0;
	int64_t earned = bounded(ios) * EARNED_PER_IO;
	int64_t cost = bounded(slow_ios) * COST_OF_SLOW;
	int64_t most = earned * BUDGET_LOOKS;
	bool is_slow = cost > earned;

	if (most < BUDGET_SLOW_IOS_MIN * COST_OF_SLOW)
		most = BUDGET_SLOW_IOS_MIN * COST_OF_SLOW;
	guard->budget = between(guard->budget + earned - cost, -most, most);
	/* Nobody is there to be slowed down. */
	if (earned == 0)
		guard->budget /= 2;
	settle_trial(guard, age_us);

	if (is_slow && guard->budget < 0 && age_us >= SETTLE_US && !guard_is_aside(guard))
		narrow(guard, now_us, cost > 4 * earned && cost >= FAR_OFF_SLOW_IOS * COST_OF_SLOW);
	else if (guard_is_aside(guard) && age_us >= ASIDE_MAX_US)
		enter(guard, now_us, guard->narrowest);
	else if (!is_slow && guard->budget >= 0 && age_us >= guard->patience_us && guard->steps > 0)
		enter(guard, now_us, guard->steps - 1);
	return guard->steps != before;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/throttle.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* What is kept of time that could not be used. Over 10 s it makes 3 %. */
#define CREDIT_US UINT64_C(300000)
/*
 * As much time as a table is drawn for. What it holds is the most that a copy can be ahead by,
 * however late the daemon looks and whatever the kernel makes of being held: 5 % over 10 s.
 */
#define WINDOW_US UINT64_C(500000)
/*
 * The same for a copy that loses time: its disks hardly do more, or each new table takes long. It
 * is drawn so for a while, since with the longer windows nothing is lost any more.
 */
#define WINDOW_SLOW_US UINT64_C(1500000)
#define SLOW_FOR_US    UINT64_C(10000000)
/* A copy is ahead by its window at most, when all goes well, and by what was in flight. */
#define RUNAWAY_US    UINT64_C(2000000)
#define RUNAWAY_BYTES (UINT64_C(4) << 20)
/* A region that is copied at a time should not be a large part of a window. */
#define REGION_US UINT64_C(125000)
/* What sleeps when it is let go wakes up so much later at most (kcopyd, Linux 6.1). */
#define WAKE_US UINT64_C(100000)
/* How often to look while the kernel copies at full speed, and at most while it is held. */
#define LOOK_US     UINT64_C(20000)
#define LOOK_MAX_US UINT64_C(200000)

/* No 64 bits hold the product of all rates and times. */
static uint64_t bytes_in(uint64_t rate_bytes_s, uint64_t time_us)
{
	unsigned __int128 bytes = (unsigned __int128)rate_bytes_s * time_us / USEC_PER_SEC;

	return bytes > INT64_MAX ? INT64_MAX : (uint64_t)bytes;
}

void throttle_set(struct throttle *throttle, uint64_t rate_bytes_s, uint64_t now_us)
{
	*throttle = (struct throttle){.rate_bytes_s = rate_bytes_s, .last_us = now_us};
}

void throttle_advance(struct throttle *throttle, uint64_t now_us)
{
	unsigned __int128 due;
	int64_t credit_max;

	if (now_us <= throttle->last_us)
		return;
	due = (unsigned __int128)throttle->rate_bytes_s * (now_us - throttle->last_us) +
	      throttle->rest;
	throttle->last_us = now_us;
	throttle->rest = (uint64_t)(due % USEC_PER_SEC);
	due /= USEC_PER_SEC;
	credit_max = (int64_t)bytes_in(throttle->rate_bytes_s, CREDIT_US);
	if (due > INT64_MAX ||
	    __builtin_add_overflow(throttle->balance_bytes, (int64_t)due,
				   &throttle->balance_bytes) ||
	    throttle->balance_bytes > credit_max) {
		throttle->balance_bytes = credit_max;
		throttle->has_lost = true;
	}
}

void throttle_charge(struct throttle *throttle, uint64_t bytes)
{
	if (throttle->rate_bytes_s == 0)
		return;
	if (bytes > INT64_MAX || __builtin_sub_overflow(throttle->balance_bytes, (int64_t)bytes,
							&throttle->balance_bytes))
		throttle->balance_bytes = -INT64_MAX;
}

static uint64_t ahead_bytes(const struct throttle *throttle)
{
	return throttle->balance_bytes < 0 ? -(uint64_t)throttle->balance_bytes : 0;
}

uint64_t throttle_wait_us(const struct throttle *throttle)
{
	unsigned __int128 wait;

	if (throttle->rate_bytes_s == 0 || throttle->balance_bytes >= 0)
		return 0;
	wait = (unsigned __int128)ahead_bytes(throttle) * USEC_PER_SEC / throttle->rate_bytes_s + 1;
	return wait > INT64_MAX ? INT64_MAX : (uint64_t)wait;
}

bool throttle_is_runaway(const struct throttle *throttle)
{
	return throttle->rate_bytes_s != 0 &&
	       ahead_bytes(throttle) > bytes_in(throttle->rate_bytes_s, RUNAWAY_US) + RUNAWAY_BYTES;
}

uint64_t throttle_begin_window(struct throttle *throttle)
{
	if (throttle->has_begun && throttle->has_lost)
		throttle->slow_until_us = throttle->last_us + SLOW_FOR_US;
	throttle->has_begun = true;
	throttle->has_lost = false;
	return bytes_in(throttle->rate_bytes_s,
			throttle->last_us < throttle->slow_until_us ? WINDOW_SLOW_US : WINDOW_US);
}

uint64_t throttle_region_bytes_max(const struct throttle *throttle)
{
	return bytes_in(throttle->rate_bytes_s, REGION_US);
}

uint64_t throttle_meter_advance(struct throttle_meter *meter, uint64_t copied_bytes)
{
	uint64_t grown = 0;

	if (meter->has_sample && copied_bytes > meter->last_bytes)
		grown = copied_bytes - meter->last_bytes;
	*meter = (struct throttle_meter){.has_sample = true, .last_bytes = copied_bytes};
	return grown;
}

/* While held: in time to let go for the first that is due. */
static uint64_t look_in_time(uint64_t wait_us)
{
	if (wait_us < LOOK_US)
		return LOOK_US;
	return wait_us < LOOK_MAX_US ? wait_us : LOOK_MAX_US;
}

struct throttle_advice throttle_advise(const struct throttle_view *views, size_t count)
{
	struct throttle_advice advice = {0};
	bool any_limited = false, all_ahead = true;
	uint64_t wait_us = UINT64_MAX;

	for (size_t i = 0; i < count; i++) {
		const struct throttle_view *view = &views[i];

		if (!view->is_copying && !view->is_swapping)
			continue;
		any_limited |= view->is_limited;
		all_ahead &= view->is_limited && !view->is_swapping && view->wait_us > WAKE_US;
		if (view->is_limited && view->wait_us < wait_us)
			wait_us = view->wait_us;
	}
	if (!any_limited)
		return advice;
	advice.hold = all_ahead;
	advice.look_us = all_ahead ? look_in_time(wait_us - WAKE_US) : LOOK_US;
	return advice;
}

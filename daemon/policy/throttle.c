/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/throttle.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* What is kept of time that could not be used. More is lost, … */
#define CREDIT_US UINT64_C(400000)
/* … and who loses so much was stalled: nothing is kept, for its window is rushed through anyway. */
#define STALL_US UINT64_C(500000)
/*
 * As much time as a table is drawn for. What it holds is the most that a copy can be ahead by,
 * however late the daemon looks and whatever the kernel makes of being held: 5 % over 10 s.
 */
#define WINDOW_MIN_US UINT64_C(480000)
/*
 * To draw a table and copy what it holds may take longer than what it is for, with slow tables or
 * near the speed of the disks; then the next ones are for more. Where copying alone takes longer
 * they are not: no window helps against slow disks, and when those are free again a large one is a
 * rush.
 */
#define WINDOW_MAX_US UINT64_C(3000000)
#define GROW_BY       4
#define SHRINK_BY     8
/* A window is copied in time with a 16th of it to spare, for it is of whole regions. */
#define SPARE 16
/* What takes longer to begin than that is begun too late: too early would be too much. */
#define LEAD_MIN_US UINT64_C(50000)
#define LEAD_MAX_US UINT64_C(600000)
/* A copy is ahead by its window at most, when all goes well, and by what was in flight. */
#define RUNAWAY_US    UINT64_C(4000000)
#define RUNAWAY_BYTES (UINT64_C(4) << 20)
/* A region should not be a large part of a window, which is of whole ones. */
#define REGION_US (WINDOW_MIN_US / 4)
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
	__int128 credit_max = bytes_in(throttle->rate_bytes_s, CREDIT_US);
	__int128 balance;
	unsigned __int128 due;

	if (now_us <= throttle->last_us)
		return;
	due = (unsigned __int128)throttle->rate_bytes_s * (now_us - throttle->last_us) +
	      throttle->rest;
	throttle->last_us = now_us;
	throttle->rest = (uint64_t)(due % USEC_PER_SEC);
	balance = throttle->balance_bytes + (__int128)(due / USEC_PER_SEC);
	if (balance > credit_max) {
		throttle->lost_us += (uint64_t)((balance - credit_max) * (int64_t)USEC_PER_SEC /
						throttle->rate_bytes_s);
		balance = credit_max;
	}
	throttle->balance_bytes = (int64_t)balance;
}

/* Something was copied: whatever stalled does so no more. */
static void note_copying(struct throttle *throttle)
{
	if (throttle->lost_us > STALL_US && throttle->balance_bytes > 0)
		throttle->balance_bytes = 0;
	throttle->has_lost |= throttle->lost_us > 0;
	throttle->lost_us = 0;
}

void throttle_note_drawn(struct throttle *throttle)
{
	uint64_t took_us = throttle->last_us - throttle->begun_us;

	if (throttle->begun_us == 0)
		return;
	/* Slowly up and at once down: what is begun too early is too much. */
	if (took_us > throttle->lead_us)
		took_us = throttle->lead_us + (took_us - throttle->lead_us) / 4;
	throttle->lead_us = took_us;
	throttle->begun_us = 0;
	throttle->drawn_us = throttle->last_us;
}

void throttle_charge(struct throttle *throttle, uint64_t bytes)
{
	if (bytes > 0)
		note_copying(throttle);
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

uint64_t throttle_wait_after_us(const struct throttle *throttle, uint64_t bytes)
{
	__int128 ahead = (__int128)bytes - throttle->balance_bytes;
	unsigned __int128 wait;

	if (throttle->rate_bytes_s == 0 || ahead <= 0)
		return 0;
	wait = (unsigned __int128)ahead * USEC_PER_SEC / throttle->rate_bytes_s + 1;
	return wait > INT64_MAX ? INT64_MAX : (uint64_t)wait;
}

uint64_t throttle_wait_us(const struct throttle *throttle)
{
	return throttle_wait_after_us(throttle, 0);
}

bool throttle_is_runaway(const struct throttle *throttle)
{
	return throttle->rate_bytes_s != 0 &&
	       ahead_bytes(throttle) > bytes_in(throttle->rate_bytes_s, RUNAWAY_US) + RUNAWAY_BYTES;
}

static uint64_t clamp(uint64_t value, uint64_t min, uint64_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

uint64_t throttle_lead_us(const struct throttle *throttle)
{
	return clamp(throttle->lead_us, LEAD_MIN_US, LEAD_MAX_US);
}

/* It begins late, though all of the last one was copied in time once its table was drawn. */
static bool is_late_for_tables(const struct throttle *throttle)
{
	bool is_late = throttle->has_lost || throttle->balance_bytes > 0;
	uint64_t copied_us = throttle->last_us - throttle->drawn_us;

	return is_late && copied_us < throttle->window_us - throttle->window_us / SPARE;
}

uint64_t throttle_begin_window(struct throttle *throttle)
{
	uint64_t window_us = throttle->window_us;

	if (is_late_for_tables(throttle))
		window_us += window_us / GROW_BY;
	else
		window_us -= window_us / SHRINK_BY;
	throttle->has_lost = false;
	throttle->window_us = clamp(window_us, WINDOW_MIN_US, WINDOW_MAX_US);
	throttle->begun_us = throttle->last_us;
	return bytes_in(throttle->rate_bytes_s, throttle->window_us);
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
	bool is_in_question = false, all_ahead = true;
	uint64_t wait_us = UINT64_MAX;

	for (size_t i = 0; i < count; i++) {
		const struct throttle_view *view = &views[i];

		if (!view->is_copying && !view->is_swapping)
			continue;
		is_in_question |= view->is_limited && !view->is_metered;
		all_ahead &= view->is_limited && !view->is_swapping && view->wait_us > WAKE_US;
		if (view->is_limited && view->wait_us < wait_us)
			wait_us = view->wait_us;
	}
	if (!is_in_question)
		return advice;
	advice.hold = all_ahead;
	advice.look_us = all_ahead ? look_in_time(wait_us - WAKE_US) : LOOK_US;
	return advice;
}

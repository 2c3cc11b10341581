/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Keeps an LV's 99th percentile of latency under a bound while it is copied, by
 * giving way. A copy begins as narrow as can be and is widened step by step while
 * the applications' I/O stays fast, narrowed when too much of it is slow, and
 * stands aside when even the narrowest copy is too much. What is too much is an
 * account: each I/O earns a little, each slow one costs a whole, so that in the
 * long run fewer than one in a hundred is slow. Knows neither clocks nor moves
 * nor what a step narrows. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* How often to look at the latencies. */
#define GUARD_LOOK_US UINT64_C(600000)

/*
 * Embedded by its owner, begun by guard_begin(). Accounts are in thousandths of an I/O that may be
 * slow yet; below 0: too many were.
 */
struct guard {
	unsigned narrowest;   /* so many steps can the copy be narrowed */
	unsigned steps;       /* so many it is just now; one more than can be: it stands aside */
	uint64_t since_us;    /* when that was last changed */
	uint64_t slow_us;     /* when an I/O was last seen to be slow */
	uint64_t patience_us; /* so long I/O must have been fast before it is widened again */
	bool is_on_trial;     /* it was widened, and has not proved itself yet */
	int64_t budget;       /* in all */
	int64_t here;         /* since it is as wide as it is */
	int64_t change_cost;  /* what a change itself costs */
	int64_t settle_cost;  /* what the last one has cost so far; -1: that is known */
	bool has_sample;
};

/* Of a copy that is as narrow as can be. now_us is of a monotonic clock, here and below. */
void guard_begin(struct guard *guard, uint64_t now_us, unsigned narrowest);

/*
 * Takes in how many I/Os the LV has done since the last time, and how many of them were slower than
 * the bound. Returns whether the copy is to be narrowed or widened: guard->steps has changed.
 */
bool guard_note(struct guard *guard, uint64_t now_us, uint64_t ios, uint64_t slow_ios);

static inline bool guard_is_aside(const struct guard *guard)
{
	return guard->steps > guard->narrowest;
}

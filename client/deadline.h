/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Points in time, in milliseconds of the monotonic clock, up to which one waits. */

#include <limits.h>
#include <stdint.h>
#include <time.h>

/* Never comes. */
#define DEADLINE_NONE INT64_MAX

static inline int64_t deadline_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* −1: for ever. */
static inline int64_t deadline_after(int timeout_ms)
{
	return timeout_ms < 0 ? DEADLINE_NONE : deadline_now_ms() + timeout_ms;
}

/* What is left of it, as poll() takes it: 0 when it is over, −1 for DEADLINE_NONE. */
static inline int deadline_left_ms(int64_t deadline_ms)
{
	int64_t left_ms;

	if (deadline_ms == DEADLINE_NONE)
		return -1;
	left_ms = deadline_ms - deadline_now_ms();
	return left_ms <= 0 ? 0 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

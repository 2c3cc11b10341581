/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/stall.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* Steps that a copy held to a rate may be behind. */
#define STEPS 3

uint64_t stall_patience_us(uint64_t least_us, uint64_t step_bytes, uint64_t limit_bytes_s)
{
	uint64_t steps_us;

	if (limit_bytes_s == 0)
		return least_us;
	if (__builtin_mul_overflow(step_bytes, STEPS * USEC_PER_SEC, &steps_us))
		return UINT64_MAX;
	steps_us /= limit_bytes_s;
	return steps_us > least_us ? steps_us : least_us;
}

void stall_forget(struct stall *stall)
{
	*stall = (struct stall){.is_watching = false};
}

enum stall_news stall_note(struct stall *stall, uint64_t now_us, uint64_t copied_bytes,
			   uint64_t patience_us)
{
	bool was_stalled = stall->is_stalled;

	if (!stall->is_watching || stall->copied_bytes != copied_bytes ||
	    now_us < stall->progress_us) {
		*stall = (struct stall){
			.is_watching = true, .progress_us = now_us, .copied_bytes = copied_bytes};
		return was_stalled ? STALL_ENDED : STALL_NO_NEWS;
	}
	if (was_stalled || now_us - stall->progress_us < patience_us)
		return STALL_NO_NEWS;
	stall->is_stalled = true;
	return STALL_BEGAN;
}

uint64_t stall_due_us(const struct stall *stall, uint64_t patience_us)
{
	uint64_t due_us;

	if (!stall->is_watching || stall->is_stalled ||
	    __builtin_add_overflow(stall->progress_us, patience_us, &due_us))
		return UINT64_MAX;
	return due_us;
}

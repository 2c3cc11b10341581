/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/eta.h"

#define USEC_PER_SEC 1e6
/* In this time what was seen before fades to less than half its weight. */
#define FADE_US (10 * USEC_PER_SEC)
/* Over less time, a region more or less would make all the difference. */
#define SPAN_MIN_US 1000000u

void eta_reset(struct eta *eta)
{
	*eta = (struct eta){0};
}

void eta_interrupt(struct eta *eta)
{
	eta->has_sample = false;
	eta->waited_us = 0;
}

/* There was progress: it took as long as it was waited for. */
static void add_step(struct eta *eta, uint64_t copied_bytes)
{
	const double step_us = (double)eta->waited_us;
	/*
	 * Bytes and time fade alike and are divided only in the end, so that
	 * neither the pace of sampling nor the first interval weighs too much.
	 * The factor is near exp(−elapsed/FADE) for short intervals; after long
	 * ones it keeps a little more.
	 */
	const double kept = FADE_US / (FADE_US + step_us);

	eta->recent_us = eta->recent_us * kept + step_us;
	eta->recent_bytes = eta->recent_bytes * kept + (double)(copied_bytes - eta->last_bytes);
	eta->step_us = eta->waited_us;
	eta->waited_us = 0;
}

void eta_add_sample(struct eta *eta, uint64_t now_us, uint64_t copied_bytes)
{
	if (eta->has_sample && (now_us < eta->last_us || copied_bytes < eta->last_bytes))
		eta_reset(eta);
	if (eta->has_sample) {
		eta->measured_us += now_us - eta->last_us;
		eta->waited_us += now_us - eta->last_us;
		if (copied_bytes > eta->last_bytes)
			add_step(eta, copied_bytes);
	}
	eta->has_sample = true;
	eta->last_us = now_us;
	eta->last_bytes = copied_bytes;
}

bool eta_rate(const struct eta *eta, uint64_t *rate_bytes_sp)
{
	/* Within a step nothing is to be seen of it; what takes longer than the last one slows. */
	const uint64_t late_us = eta->waited_us > eta->step_us ? eta->waited_us - eta->step_us : 0;
	double rate_bytes_s;

	if (eta->measured_us < SPAN_MIN_US || eta->recent_us + (double)late_us <= 0)
		return false;
	rate_bytes_s = eta->recent_bytes / (eta->recent_us + (double)late_us) * USEC_PER_SEC;
	if (rate_bytes_s >= (double)UINT64_MAX)
		return false;
	*rate_bytes_sp = (uint64_t)rate_bytes_s;
	return true;
}

bool eta_remaining(const struct eta *eta, uint64_t remaining_bytes, uint64_t *eta_usp)
{
	uint64_t rate_bytes_s;
	double eta_us;

	if (!eta_rate(eta, &rate_bytes_s) || rate_bytes_s == 0)
		return false;
	eta_us = (double)remaining_bytes / (double)rate_bytes_s * USEC_PER_SEC;
	if (eta_us >= (double)UINT64_MAX)
		return false;
	*eta_usp = (uint64_t)eta_us;
	return true;
}

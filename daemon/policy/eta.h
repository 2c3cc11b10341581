/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Estimates how fast a copy goes and how long the rest will take, from samples
 * of what is copied. Samples may come at any pace; those of the last ten seconds
 * or so count most, so that the estimate follows changes. Knows neither clocks
 * nor moves. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* Embedded by its owner; all zero, as eta_reset() leaves it, has seen nothing. */
struct eta {
	bool has_sample;
	uint64_t first_us; /* when the first sample was taken */
	uint64_t last_us;
	uint64_t last_bytes;
	double recent_bytes; /* copied, and */
	double recent_us;    /* the time it took, both fading with age */
};

/* Forgets all samples: before the first, and after a pause. */
void eta_reset(struct eta *eta);

/*
 * Takes in what is copied at a time of a monotonic clock. When either has gone
 * back, counting has been restarted: all earlier samples are forgotten.
 */
void eta_add_sample(struct eta *eta, uint64_t now_us, uint64_t copied_bytes);

/* Returns whether the rate is known: there are samples at least a second apart. */
bool eta_rate(const struct eta *eta, uint64_t *rate_bytes_sp);

/*
 * Returns whether the time for the remaining bytes is known: the rate is known
 * and at least 1 byte/s, and the time fits.
 */
bool eta_remaining(const struct eta *eta, uint64_t remaining_bytes, uint64_t *eta_usp);

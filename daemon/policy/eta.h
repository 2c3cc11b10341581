/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Estimates how fast a copy goes and how long the rest will take, from samples
 * of what is copied. Samples may come at any pace; those of the last ten seconds
 * or so count most, so that the estimate follows changes. Time in which nothing
 * is meant to be copied is left out, and a copy that goes in large steps is
 * measured from step to step. Knows neither clocks nor moves. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* Embedded by its owner; all zero, as eta_reset() leaves it, has seen nothing. */
struct eta {
	bool has_sample;
	uint64_t last_us;
	uint64_t last_bytes;
	uint64_t measured_us; /* time measured in all */
	uint64_t waited_us;   /* … of it since the last byte */
	uint64_t step_us;     /* so long the last progress was waited for */
	double recent_bytes;  /* copied, and */
	double recent_us;     /* the time it took, both fading with age */
};

/* Forgets all samples. */
void eta_reset(struct eta *eta);

/*
 * Nothing is meant to be copied for a while (a pause, the end of a pass): the time until the next
 * sample does not count, and neither does what is copied meanwhile. What was measured stands.
 */
void eta_interrupt(struct eta *eta);

/*
 * Takes in what is copied at a time of a monotonic clock. When either has gone
 * back, counting has been restarted: all earlier samples are forgotten.
 */
void eta_add_sample(struct eta *eta, uint64_t now_us, uint64_t copied_bytes);

/* Returns whether the rate is known: at least a second was measured. */
bool eta_rate(const struct eta *eta, uint64_t *rate_bytes_sp);

/*
 * Returns whether the time for the remaining bytes is known: the rate is known
 * and at least 1 byte/s, and the time fits.
 */
bool eta_remaining(const struct eta *eta, uint64_t remaining_bytes, uint64_t *eta_usp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Chance that can be had again: the same seed gives the same numbers (xorshift64*). */

#include <stdint.h>

struct fake_random {
	uint64_t state;
};

static inline struct fake_random fake_random_seed(uint64_t seed)
{
	return (struct fake_random){seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
}

/* A number below end, which is not 0. */
static inline uint64_t fake_random_below(struct fake_random *random, uint64_t end)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return (x * UINT64_C(0x2545f4914f6cdd1d) >> 32) % end;
}

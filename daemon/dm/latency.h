/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How many of a device's I/Os take longer than a bound, as the kernel counts
 * them. Knows neither moves nor what follows from the numbers.
 */

#include <stdint.h>

#include "common/outcome.h"

struct dm;

/* Since it was last asked for. */
struct dm_latency {
	uint64_t ios;
	uint64_t slow_ios;
};

/* latency: borrowed, NULL on error. */
typedef void dm_latency_fn(void *arg, const struct outcome *result,
			   const struct dm_latency *latency);

/*
 * Has the latencies of the device with that UUID measured in an executor, which blocks while the
 * device is being suspended: see measure_latency().
 */
void dm_measure(struct dm *dm, const char *uuid, uint64_t bound_us, dm_latency_fn *done, void *arg);

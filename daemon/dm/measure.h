/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Has the kernel count how many I/Os of a device are slow, by dm-stats
 * (Documentation/admin-guide/device-mapper/statistics.rst). For the executor.
 */

#include "daemon/dm/latency.h"

/*
 * Reads how many I/Os were done since the last call, and how many of them took longer than
 * bound_us. Where that is not counted yet, or by another bound, the counting begins with this call,
 * which waits for the I/O that is under way. bound_us 0: what we count is not counted any more.
 * What others have counted is left alone. Returns 0, -ENXIO without such a device, or another
 * negative errno.
 */
int measure_latency(const char *uuid, uint64_t bound_us, struct dm_latency *latencyp);

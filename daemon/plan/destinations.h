/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* From the destinations of a request to the free extents on them. */

#include "daemon/plan/planning.h"
#include "daemon/plan/space.h"

/*
 * Checks the destinations and finds what is free on them and not claimed by
 * another pass; the source must be resolved. Returns 0 and the space, owned,
 * PLAN_REFUSED (SAME_PV, BLOCK_SIZE, PV_NOT_IN_VG, BAD_RANGE) or -ENOMEM.
 */
int destinations_open(struct planning *planning, struct space *spacep);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A dashboard as the lines of a screen. Pure: from state and size to text. */

#include "client/dashboard.h"
#include "client/style.h"

/*
 * Makes exactly as many lines as the style has, which is one at least, none wider than its
 * columns; all but the last with a line feed. What there is no room for is left out, columns and
 * disks before moves, and the selected move stays in sight. Colours and reversal apart there are
 * no control characters. Returns 0 with *linesp owned by the caller, or -ENOMEM.
 */
int dashboard_draw(const struct dashboard *dashboard, const struct style *style, char **linesp);

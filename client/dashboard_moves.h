/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The moves of a dashboard as a table. Pure. */

#include <stdio.h>

#include "client/dashboard.h"
#include "client/style.h"

/*
 * Writes titles and as many moves as fit into the style's lines, two at least, the selected one
 * among them. What is too wide is left out column by column. Returns 0 or -ENOMEM.
 */
int dashboard_draw_moves(FILE *out, const struct dashboard *dashboard, const struct style *style);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How output is to look: what the renderers may know of where it goes. */

#include <stdbool.h>

struct style {
	unsigned columns, lines; /* longer output is cut; 0: no limit */
	bool colour;
};

enum colour {
	COLOUR_NONE,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How output is to look: what the renderers may know of where it goes. */

#include <stdbool.h>

struct style {
	unsigned columns, lines; /* longer output is cut; 0: no limit */
	bool colour;
	bool utf8; /* more than ASCII can be shown */
};

enum colour {
	COLOUR_NONE,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
};

/* What ends a colour, or reversal, on a terminal. */
#define STYLE_PLAIN    "\033[0m"
#define STYLE_REVERSED "\033[7m"

/* What begins a colour; for COLOUR_NONE nothing does. */
static inline const char *style_escape(enum colour colour)
{
	static const char *const escapes[] = {"", "\033[31m", "\033[32m", "\033[33m"};

	return escapes[colour];
}

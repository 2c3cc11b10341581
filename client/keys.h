/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a terminal sends for keys. A key that has a character is that character, as an int; the
 * others have the names below. Pure.
 */

enum key {
	KEY_UP = 256,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_ESCAPE,
	KEY_OTHER, /* that nothing here has a use for, and what is not ASCII */
};

/*
 * Takes the first key off the bytes from *bytesp up to end, of which there is one at least. An
 * escape sequence is one key; one that is cut off at the end is taken for what it is so far.
 */
int keys_take(const char **bytesp, const char *end);

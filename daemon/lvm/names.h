/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Names or ids, borrowed, with the index of what each is the name of; sorted to be found fast. */

#include <stdbool.h>
#include <stddef.h>

struct name {
	const char *text;
	size_t index;
	bool is_pvmove; /* of an LV that LVM's pvmove made */
};

/* Sorts. Returns 0, or -EBADMSG when two texts are alike. */
int names_sort(struct name *names, size_t count);

/* Finds a text among sorted names; NULL when it is not there. */
const struct name *names_find(const struct name *names, size_t count, const char *text);

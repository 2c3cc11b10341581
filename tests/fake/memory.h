/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Memory for tests, which have nothing better to do than stop when there is none. */

#include <stdlib.h>
#include <string.h>

static inline void *fake_alloc(size_t count, size_t size_bytes)
{
	void *memory = calloc(count ? count : 1, size_bytes);

	if (!memory)
		abort();
	return memory;
}

static inline char *fake_strndup(const char *text, size_t len)
{
	char *copy = fake_alloc(len + 1, 1);

	memcpy(copy, text, len);
	return copy;
}

static inline char *fake_strdup(const char *text)
{
	return fake_strndup(text, strlen(text));
}

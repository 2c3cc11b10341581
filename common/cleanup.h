/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Scope-bound release of what a function owns, by GCC's and clang's cleanup
 * attribute. A variable declared with one of these is released on every way
 * out of its scope; steal_pointer() hands it on instead.
 */

#include <stdlib.h>
#include <unistd.h>

/* Runs func(&variable) when the variable leaves its scope. */
#define cleanup(func) __attribute__((cleanup(func)))

/* Defines a cleanup function name(type *) that calls release() unless the value is NULL. */
#define DEFINE_CLEANUP(type, name, release) \
	static inline void name(type *p)    \
	{                                   \
		if (*p)                     \
			release(*p);        \
	}

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A heap pointer freed at the end of the scope: `_free_ char *text = NULL;`. */
#define _free_ cleanup(cleanup_freep)
/* A file descriptor closed at the end of the scope; −1 means none. */
#define _close_ cleanup(cleanup_closep)

/* Takes the pointer out of *pp, leaving NULL, so that no cleanup releases it. */
#define steal_pointer(pp)                         \
	({                                        \
		__typeof__(*(pp)) _taken = *(pp); \
		*(pp) = NULL;                     \
		_taken;                           \
	})

/* The same for a file descriptor, leaving −1. */
static inline int steal_fd(int *fdp)
{
	int fd = *fdp;

	*fdp = -1;
	return fd;
}

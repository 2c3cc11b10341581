/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One file of the configuration, as text: taken apart by libinih, whose lines
 * are counted here, so that every complaint names its own (the library tells
 * handlers no number, and callers that of the first error only). Pure.
 */

#include <stddef.h>

#include "daemon/config/keys.h"

/* file and text: borrowed for the call; line 0: the file as a whole. text is one printable line. */
typedef void config_complain_fn(void *arg, const char *file, unsigned line, const char *text);

struct config_listener {
	config_complain_fn *complain;
	void *arg;
};

/* As the listener's function with a format; what cannot be printed becomes '?'. */
__attribute__((format(printf, 4, 5))) void config_complain(const struct config_listener *listener,
							   const char *file, unsigned line,
							   const char *format, ...);

/*
 * Takes the text's values into config, each good one, and complains of everything else. Returns
 * the number of complaints.
 */
size_t config_parse(const char *file, const char *text, size_t len_bytes, struct config *config,
		    const struct config_listener *listener);

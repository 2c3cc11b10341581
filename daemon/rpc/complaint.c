/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/complaint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "common/log.h"

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

void complaints_say(struct complaints *complaints, const char *format, ...)
{
	char text[LOG_TEXT_MAX];
	va_list arguments;
	int error = errno;

	if (now_s() >= complaints->window_end_s) {
		if (complaints->kept > 0)
			log_warning("rpc: %zu more complaints about clients were not logged",
				    complaints->kept);
		*complaints = (struct complaints){.window_end_s = now_s() + COMPLAINTS_WINDOW_S};
	}
	if (complaints->said == COMPLAINTS_MAX) {
		complaints->kept++;
		return;
	}
	complaints->said++;
	errno = error;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_warning("%s", text);
}

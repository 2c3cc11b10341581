/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/lvm/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	*(bool *)arg = true;
}

void loop_until(struct event_base *base, const bool *done)
{
	const struct timeval timeout = {.tv_sec = 30};
	bool timed_out = false;
	struct event *event = event_new(base, -1, 0, on_timeout, &timed_out);

	assert_non_null(event);
	event_add(event, &timeout);
	while (!*done && !timed_out)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(event);
	assert_false(timed_out);
}

void loop_once(struct event_base *base)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/events.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTROL "/dev/" DM_DIR "/" DM_CONTROL_NODE

struct dm_events {
	int fd;
	struct event *event;
	dm_event_fn *notify;
	void *arg;
};

/* From now on the descriptor is readable once an event has happened after this call. */
static int arm_poll(int fd)
{
	/* 4.37 of the interface, Linux 4.14, brought DM_DEV_ARM_POLL. */
	struct dm_ioctl io = {
		.version = {4, 37, 0},
		.data_size = sizeof(io),
		.data_start = sizeof(io),
	};

	return ioctl(fd, DM_DEV_ARM_POLL, &io) < 0 ? -errno : 0;
}

static void on_readable(int fd, short what, void *arg)
{
	struct dm_events *events = arg;

	(void)what;
	/* Armed before anybody looks, so that what happens while they look is not lost. */
	if (arm_poll(fd))
		event_del(events->event);
	events->notify(events->arg);
}

int dm_events_new(struct event_base *base, dm_event_fn *notify, void *arg,
		  struct dm_events **eventsp)
{
	struct dm_events *events = calloc(1, sizeof(*events));
	int r = -ENOMEM;

	if (!events)
		return r;
	events->notify = notify;
	events->arg = arg;
	events->fd = open(CONTROL, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (events->fd < 0) {
		r = -errno;
		goto fail;
	}
	r = arm_poll(events->fd);
	if (r)
		goto fail;
	events->event = event_new(base, events->fd, EV_READ | EV_PERSIST, on_readable, events);
	if (!events->event || event_add(events->event, NULL) < 0) {
		r = -ENOMEM;
		goto fail;
	}
	*eventsp = events;
	return 0;
fail:
	dm_events_free(events);
	return r;
}

void dm_events_heed(struct dm_events *events, bool heed)
{
	if (!events)
		return;
	/* The descriptor stays readable from the first event on. */
	if (heed)
		event_add(events->event, NULL);
	else
		event_del(events->event);
}

void dm_events_free(struct dm_events *events)
{
	if (!events)
		return;
	if (events->event)
		event_free(events->event);
	if (events->fd >= 0)
		close(events->fd);
	free(events);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What systemd is told: that the daemon is ready, reloads, stops, is alive (the
 * watchdog, from the event loop alone: a loop that hangs is a daemon that
 * hangs), and in one line what it is at (systemctl status). Without systemd
 * nothing happens.
 */

#include <event2/event.h>

#include "daemon/move/mover.h"

/* How often the line is looked at while moves run; it is sent when it has changed. */
#define NOTIFY_STATUS_MS   10000
#define NOTIFY_STATUS_SIZE 160

struct notify {
	const struct mover *mover; /* borrowed */
	struct event *watchdog;
	struct event *changed;
	struct event *status;
	char said[NOTIFY_STATUS_SIZE];
};

/* Begins to serve the watchdog, if there is one. Returns 0 or -ENOMEM. */
int notify_init(struct notify *notify, struct event_base *base);
void notify_deinit(struct notify *notify);

/* The daemon serves; from now on there is a status. Returns 0 or -ENOMEM. */
int notify_ready(struct notify *notify, struct event_base *base, const struct mover *mover);
/*
 * Something of a move changes: the line is looked at, as soon as whoever changes it is through if
 * none was due or no move runs any more.
 */
void notify_change(struct notify *notify);
/* Around reading the configuration again. */
void notify_reloading(void);
void notify_reloaded(void);
void notify_stopping(void);

/* The line: "2 moves (1 copying, 1 waiting), 1.50 GiB of 4.00 GiB". */
void notify_format_status(const struct mover_sum *sum, char text[NOTIFY_STATUS_SIZE]);

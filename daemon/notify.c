/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "common/units.h"

static struct timeval interval_us(uint64_t us)
{
	return (struct timeval){.tv_sec = (time_t)(us / 1000000),
				.tv_usec = (suseconds_t)(us % 1000000)};
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	sd_notify(0, "WATCHDOG=1");
}

int notify_init(struct notify *notify, struct event_base *base)
{
	uint64_t watchdog_us = 0;
	struct timeval half;

	if (sd_watchdog_enabled(0, &watchdog_us) <= 0)
		return 0;
	half = interval_us(watchdog_us / 2);
	notify->watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, NULL);
	return notify->watchdog && event_add(notify->watchdog, &half) == 0 ? 0 : -ENOMEM;
}

void notify_deinit(struct notify *notify)
{
	if (notify->watchdog)
		event_free(notify->watchdog);
	if (notify->changed)
		event_free(notify->changed);
	if (notify->status)
		event_free(notify->status);
}

void notify_format_status(const struct mover_sum *sum, char text[NOTIFY_STATUS_SIZE])
{
	char copied[UNITS_TEXT_MAX], total[UNITS_TEXT_MAX];
	size_t len;

	if (sum->unfinished == 0) {
		snprintf(text, NOTIFY_STATUS_SIZE, "No moves under way");
		return;
	}
	len = (size_t)snprintf(text, NOTIFY_STATUS_SIZE, "%" PRIu64 " move%s", sum->unfinished,
			       sum->unfinished == 1 ? "" : "s");
	for (int state = 0, told = 0; state < MOVE_STATE_COUNT && len < NOTIFY_STATUS_SIZE; state++)
		if (sum->count[state] > 0)
			len += (size_t)snprintf(text + len, NOTIFY_STATUS_SIZE - len,
						"%s%" PRIu64 " %s", told++ ? ", " : " (",
						sum->count[state],
						move_state_name((enum move_state)state));
	units_format_bytes(sum->copied_bytes, copied);
	units_format_bytes(sum->total_bytes, total);
	if (len < NOTIFY_STATUS_SIZE)
		snprintf(text + len, NOTIFY_STATUS_SIZE - len, "), %s of %s copied", copied, total);
}

static void tell_status(struct notify *notify)
{
	struct mover_sum sum;
	char text[NOTIFY_STATUS_SIZE];

	mover_sum_up(notify->mover, &sum);
	notify_format_status(&sum, text);
	if (strcmp(text, notify->said) == 0)
		return;
	memcpy(notify->said, text, sizeof(text));
	sd_notifyf(0, "STATUS=%s", text);
}

/* What is paused changes by an order only. */
static bool any_runs(const struct notify *notify)
{
	struct mover_sum sum;

	mover_sum_up(notify->mover, &sum);
	return sum.unfinished > sum.count[MOVE_PAUSED];
}

/* Comes back for the next look, unless it would find nothing new. */
static void look(struct notify *notify)
{
	const struct timeval interval = interval_us(NOTIFY_STATUS_MS * UINT64_C(1000));

	tell_status(notify);
	if (any_runs(notify))
		event_add(notify->status, &interval);
	else
		event_del(notify->status);
}

static void on_status(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look(arg);
}

static void on_change(evutil_socket_t fd, short what, void *arg)
{
	struct notify *notify = arg;

	(void)fd;
	(void)what;
	if (!event_pending(notify->status, EV_TIMEOUT, NULL) || !any_runs(notify))
		look(notify);
}

void notify_change(struct notify *notify)
{
	/* Not from in here: what changes is recorded before the mover's list says so. */
	if (notify->changed)
		event_active(notify->changed, EV_TIMEOUT, 0);
}

int notify_ready(struct notify *notify, struct event_base *base, const struct mover *mover)
{
	notify->mover = mover;
	sd_notify(0, "READY=1");
	notify->status = event_new(base, -1, 0, on_status, notify);
	if (!notify->status)
		return -ENOMEM;
	notify->changed = event_new(base, -1, 0, on_change, notify);
	if (!notify->changed)
		return -ENOMEM;
	look(notify);
	return 0;
}

/* systemd tells by the time whether it is the answer to its own signal. */
void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

void notify_reloaded(void)
{
	sd_notify(0, "READY=1");
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=The kernel goes on copying");
}

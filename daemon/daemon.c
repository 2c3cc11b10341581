/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/protocol.h"
#include "daemon/listener.h"
#include "daemon/move/message.h"
#include "daemon/notify.h"
#include "daemon/rpc/server.h"
#include "daemon/settings.h"
#include "daemon/wiring.h"

struct daemon {
	const struct options *options;
	struct event_base *base;
	struct wiring wiring;
	struct rpc_server *rpc;
	struct settings settings;
	struct event *on_term;
	struct event *on_int;
	struct event *on_hup;
	struct notify notify;
	char socket_path[256];
	int listen_fd;
};

static void on_signal(evutil_socket_t signal_number, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)what;
	message_log(MESSAGE_STOPPING, LOG_INFO, "stopping on signal %d; the kernel goes on copying",
		    (int)signal_number);
	event_base_loopbreak(daemon->base);
}

static void on_reload(evutil_socket_t signal_number, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)signal_number;
	(void)what;
	notify_reloading();
	settings_reload(&daemon->settings);
	notify_reloaded();
}

static void on_dm_event(void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->wiring.mover)
		mover_look(daemon->wiring.mover);
}

/* Says what could not be done, and gives the exit status back. */
static int fail(int error, const char *what, const char *name)
{
	log_error("cannot %s %s: %s", what, name, strerror(-error));
	return EXIT_FAILURE;
}

/*
 * By a clock that is neither coarse (4 ms) nor of when the loop last woke, as is libevent's default
 * (2.1.12): a timer that is early finds nothing due, and wakes the daemon again and again.
 */
static struct event_base *new_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER |
							    EVENT_BASE_FLAG_NO_CACHE_TIME) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}

static int start_loop(struct daemon *daemon)
{
	/* A peer that goes away is an error of write(), not the end of the daemon. */
	signal(SIGPIPE, SIG_IGN);
	daemon->base = new_loop();
	if (!daemon->base)
		return fail(-ENOMEM, "make", "the event loop");
	daemon->on_term = evsignal_new(daemon->base, SIGTERM, on_signal, daemon);
	daemon->on_int = evsignal_new(daemon->base, SIGINT, on_signal, daemon);
	daemon->on_hup = evsignal_new(daemon->base, SIGHUP, on_reload, daemon);
	if (!daemon->on_term || !daemon->on_int || !daemon->on_hup ||
	    event_add(daemon->on_term, NULL) < 0 || event_add(daemon->on_int, NULL) < 0 ||
	    event_add(daemon->on_hup, NULL) < 0)
		return fail(-ENOMEM, "watch for", "signals");
	return notify_init(&daemon->notify, daemon->base) < 0
		       ? fail(-ENOMEM, "serve", "the watchdog")
		       : EXIT_SUCCESS;
}

static int start_journal(struct daemon *daemon)
{
	const char *state_dir = daemon->options->state_dir;
	struct journal_damage damage = {0};
	int r = journal_open(state_dir, mover_replay, daemon->wiring.mover, &damage,
			     &daemon->wiring.journal);

	if (r == -EWOULDBLOCK) {
		log_error("another pvmoved has the state folder %s", state_dir);
		return EXIT_BUSY;
	}
	if (r == -EBADMSG) {
		message_log(MESSAGE_JOURNAL_DAMAGED, LOG_ERR,
			    "the journal %s/journal is damaged at byte %" PRIu64
			    " (%s) and was left as "
			    "it is; see 'damaged journal' in pvmoved(8)",
			    state_dir, damage.off_bytes, damage.what);
		return EXIT_DAMAGED;
	}
	if (r < 0)
		return fail(r, "open the journal in", state_dir);
	if (journal_torn_size(daemon->wiring.journal) > 0)
		message_log(MESSAGE_JOURNAL_TORN, LOG_WARNING,
			    "the journal in %s was torn: its last %" PRIu64 " bytes are no record",
			    state_dir, journal_torn_size(daemon->wiring.journal));
	return EXIT_SUCCESS;
}

static int start_adapters(struct daemon *daemon)
{
	struct wiring *wiring = &daemon->wiring;
	const char *run_dir = daemon->options->run_dir;
	int r;

	if (mkdir(run_dir, 0755) < 0 && errno != EEXIST)
		return fail(-errno, "make the folder", run_dir);
	/* First of all, while the process is small: it forks the executor. */
	r = dm_new(daemon->base, on_dm_event, daemon, &wiring->dm);
	if (r < 0)
		return fail(r, "use", "device-mapper");
	r = lvm_new(daemon->base, run_dir, &wiring->lvm);
	if (r < 0)
		return fail(r, "use LVM with the folder", run_dir);
	r = mover_new(&wiring_ports, wiring, &wiring->mover);
	if (r < 0)
		return fail(r, "make", "the mover");
	wiring->base = daemon->base;
	r = wiring_init(wiring);
	return r < 0 ? fail(r, "prepare", "the timers") : EXIT_SUCCESS;
}

static int start_rpc(struct daemon *daemon)
{
	struct rpc_options options = {
		.base = daemon->base,
		.service = {.mover = daemon->wiring.mover,
			    .info = {.version = PVMOVED_VERSION,
				     .boot_id = daemon->wiring.boot_id,
				     .state_dir = daemon->options->state_dir,
				     .started_us = wiring_ports.now_us(NULL)}},
	};
	int r;

	daemon->listen_fd = listener_open(daemon->socket_path);
	if (daemon->listen_fd == -EADDRINUSE) {
		log_error("somebody listens on %s already", daemon->socket_path);
		return EXIT_BUSY;
	}
	if (daemon->listen_fd < 0)
		return fail(daemon->listen_fd, "listen on", daemon->socket_path);
	options.listen_fd = daemon->listen_fd;
	r = rpc_server_new(&options, &daemon->rpc);
	return r < 0 ? fail(r, "serve", daemon->socket_path) : EXIT_SUCCESS;
}

static int start(struct daemon *daemon)
{
	int status = start_loop(daemon);

	if (status == EXIT_SUCCESS)
		status = start_adapters(daemon);
	if (status == EXIT_SUCCESS)
		status = start_journal(daemon);
	if (status == EXIT_SUCCESS)
		status = start_rpc(daemon);
	return status;
}

/*
 * In the order of who may still call whom; nothing here waits. The socket stays: it may be
 * systemd's, and one that nobody listens on is replaced at the next start.
 */
static void stop(struct daemon *daemon)
{
	notify_stopping();
	rpc_server_free(daemon->rpc);
	if (daemon->listen_fd >= 0)
		close(daemon->listen_fd);
	lvm_free(daemon->wiring.lvm);
	dm_free(daemon->wiring.dm);
	wiring_deinit(&daemon->wiring);
	mover_free(daemon->wiring.mover);
	journal_close(daemon->wiring.journal);
	if (daemon->on_term)
		event_free(daemon->on_term);
	if (daemon->on_int)
		event_free(daemon->on_int);
	if (daemon->on_hup)
		event_free(daemon->on_hup);
	notify_deinit(&daemon->notify);
	if (daemon->base)
		event_base_free(daemon->base);
	libevent_global_shutdown();
}

static int run(struct daemon *daemon)
{
	daemon->settings.wiring = &daemon->wiring;
	daemon->settings.rpc = daemon->rpc;
	settings_apply(&daemon->settings);
	wiring_compact_journal(&daemon->wiring);
	mover_begin(daemon->wiring.mover);
	daemon->wiring.notify = &daemon->notify;
	if (notify_ready(&daemon->notify, daemon->base, daemon->wiring.mover) < 0)
		return fail(-ENOMEM, "prepare", "the status");
	message_log(MESSAGE_READY, LOG_INFO, "pvmoved " PVMOVED_VERSION " is ready on %s",
		    daemon->socket_path);
	return event_base_dispatch(daemon->base) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int daemon_run(const struct options *options, const struct config *config)
{
	struct daemon daemon = {.options = options,
				.settings = {.config = *config, .path = options->config_path},
				.listen_fd = -1};
	int status;

	if (options->socket_path)
		snprintf(daemon.socket_path, sizeof(daemon.socket_path), "%s",
			 options->socket_path);
	else
		snprintf(daemon.socket_path, sizeof(daemon.socket_path), "%s/%s", options->run_dir,
			 PROTOCOL_INTERFACE);
	status = start(&daemon);
	if (status == EXIT_SUCCESS)
		status = run(&daemon);
	stop(&daemon);
	return status;
}

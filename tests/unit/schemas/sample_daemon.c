/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: sample_daemon SOCKET [COUNT]
 * The daemon's real server over a mover without a world, whose moves have between them every value
 * that may be there and every null. Move 7 copies once it is resumed, and is then done. With COUNT:
 * so many moves that are done, instead. Until SIGTERM.
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/plan/warning.h"
#include "daemon/rpc/server.h"
#include "tests/unit/rpc/fake_mover.h"

#define TICK_US    10000
#define TICK_BYTES (UINT64_C(256) << 20)

static int be_root(int fd, uid_t *uidp)
{
	(void)fd;
	*uidp = 0;
	return 0;
}

static void say(char *text, size_t size, const char *words)
{
	snprintf(text, size, "%s", words);
}

static void add_running(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_COPYING);

	move->passes[0].is_observed = true;
	move->passes[0].copied_bytes = 4096;
	eta_add_sample(&move->eta, 1000000, 0);
	eta_add_sample(&move->eta, 3000000, 4096);
	move->limit_bytes_s = 65536;
	move->max_latency_us = 20000;
	move->latency = (struct move_latency){
		.is_known = true, .ios = 100, .slow_ios = 1, .is_aside = true};
	move->request->lv = strdup("home");
	move->request->request_id = strdup("mine");
}

static void add_queued(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_QUEUED);

	move->queue = (struct move_queue){.place = 1, .behind_id = 1, .disk = "sda"};
	move->request->destinations = calloc(1, sizeof(*move->request->destinations));
	move->request->destinations[0].device = strdup("/dev/sdb");
	move->request->destination_count = 1;
}

static void add_failed(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_FAILED);
	struct pass *pass = &move->passes[0];

	move->finished_us = move->created_us + 1;
	pass->reason = REASON_SOURCE_UNREADABLE;
	say(pass->reason_text, sizeof(pass->reason_text), "sector 8 \xff");
	pass->trouble = (struct pass_trouble){.side = TROUBLE_SOURCE,
					      .pv = {"the PV"},
					      .device = "/dev/sda",
					      .le_count = 1,
					      .sector_count = 8,
					      .is_exact = true};
}

static void add_done(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_DONE);
	struct pass *pass = &move->passes[0];

	move->request->verify = true;
	pass->verified_bytes = 1;
	say(pass->unverified, sizeof(pass->unverified), "sectors 1 to 2");
	say(pass->wedged, sizeof(pass->wedged), "vg0-home-pvmoved");
}

static void add_undoing(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_UNDOING);
	struct pass *pass = &move->passes[0];

	move->waiting = true;
	pass->reason = REASON_DEST_FAILED;
	pass->waits_for = REASON_PV_MISSING;
	pass->trouble = (struct pass_trouble){
		.side = TROUBLE_DEST, .pv = {"the PV"}, .le_count = 1, .sector_count = 8192};
}

static void add_stalled(struct mover *mover)
{
	struct move *move = fake_mover_add(mover, PASS_COPYING);

	move->stalled_since_us = move->created_us;
}

static void add_moves(struct mover *mover)
{
	add_running(mover);
	add_queued(mover);
	add_failed(mover);
	add_done(mover);
	add_undoing(mover);
	add_stalled(mover);
	fake_mover_add(mover, PASS_COPYING)->goal = GOAL_PAUSE;
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct mover *mover = arg;
	struct move *move = mover->moves[6];
	struct pass *pass = &move->passes[0];

	(void)fd;
	(void)what;
	if (move->goal == GOAL_PAUSE || pass->state == PASS_DONE)
		return;
	pass->is_observed = true;
	pass->copied_bytes += TICK_BYTES;
	fake_mover_change(mover, move,
			  pass->copied_bytes < pass->total_bytes ? PASS_COPYING : PASS_DONE);
}

static void stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

/* Nobody finds the socket before it listens. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, SOMAXCONN) < 0 || rename(address.sun_path, path) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

int main(int argc, char *argv[])
{
	struct mover mover;
	struct rpc_server *server = NULL;
	struct event_base *base = event_base_new();
	struct event *ticking = event_new(base, -1, EV_PERSIST, tick, &mover);
	struct event *stopping = evsignal_new(base, SIGTERM, stop, base);
	struct rpc_options options = {.base = base, .peer = be_root};

	if (argc != 2 && argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	fake_mover_init(&mover);
	mover.answers_at_once = true;
	(void)warning_append(&mover.warnings, WARNING_SAME_DISK, "both are on %s", "/dev/sdb");
	if (argc == 2)
		add_moves(&mover);
	for (int i = argc == 2 ? 0 : atoi(argv[2]); i > 0; i--)
		add_done(&mover);
	options.listen_fd = listen_at(argv[1]);
	options.service.mover = &mover;
	options.service.info.version = "1.2.3";
	options.service.info.boot_id = "b007";
	options.service.info.state_dir = "/state";
	options.service.info.started_us = 77;
	if (rpc_server_new(&options, &server) < 0)
		return 1;
	if (argc == 2)
		event_add(ticking, &(struct timeval){.tv_usec = TICK_US});
	event_add(stopping, NULL);
	event_base_dispatch(base);
	rpc_server_free(server);
	fake_mover_deinit(&mover);
	event_free(ticking);
	event_free(stopping);
	event_base_free(base);
	close(options.listen_fd);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client at a real connection, whose calls a fake mover answers. A line is a message; one that
 * begins with an exclamation mark is something else that happens:
 *
 *	!g  from here on the client is not root (at the beginning only)
 *	!a  the mover answers the call that waits longest
 *	!c  a move changes          !e  a move ends
 *	!o  the mover answers at once from now on
 *	!h  the client sends no more
 *	!p  the next line is sent without its end
 *
 * Whatever comes, all that is sent back are messages with parameters, a client that is not
 * root changes nothing, another client is served in between, and all is given back at the end.
 */
#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/frame.h"
#include "common/protocol.h"
#include "daemon/rpc/connection.h"
#include "tests/fuzz/input.h"
#include "tests/unit/rpc/fake_mover.h"

#define GUEST 1000

struct scene {
	struct connection_pool pool;
	struct mover mover;
	int client_fd;
	struct frame_reader replies;
	bool is_guest;
	bool is_closed; /* by the daemon */
	bool is_piece;  /* the next line is sent without its NUL */
};

static struct event_base *base;

/* Device paths are looked up: no input may look at this machine's disks. The fuzzer itself may. */
static bool is_input;
int __real_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status)
{
	if (!is_input)
		return __real_stat(path, status);
	CLAIM(strncmp(path, "/dev/", 5) == 0);
	CLAIM(!strstr(path, "/../"));
	*status = (struct stat){.st_mode = S_IFBLK, .st_rdev = strlen(path)};
	return 0;
}

static void on_change(void *arg, const struct move *move)
{
	(void)move;
	connection_pool_advance(arg);
}

static int connect_client(struct connection_pool *pool, uid_t uid)
{
	int fds[2];

	CLAIM(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	CLAIM(connection_open(pool, fds[0], uid) == 0);
	return fds[1];
}

static void check_reply(const char *text, size_t len_bytes)
{
	cleanup(protocol_put) struct json_object *reply = NULL;

	CLAIM(protocol_parse(text, len_bytes, &reply) == 0);
	CLAIM(json_object_is_type(json_object_object_get(reply, "parameters"), json_type_object));
}

/* Lets the daemon do all that it can do without waiting, what it puts off to its next turn too. */
static void settle(void)
{
	for (int turn = 0; turn < 3; turn++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void run(struct scene *scene)
{
	char bytes[4096];
	ssize_t n;

	event_base_loop(base, EVLOOP_NONBLOCK);
	while ((n = read(scene->client_fd, bytes, sizeof(bytes))) > 0) {
		const char *reply;
		size_t len_bytes;
		int r;

		CLAIM(frame_reader_push(&scene->replies, bytes, (size_t)n) == 0);
		while ((r = frame_reader_next(&scene->replies, &reply, &len_bytes)) > 0)
			check_reply(reply, len_bytes);
		CLAIM(r == 0);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	scene->is_closed |= n == 0 || errno != EAGAIN;
}

static void send_bytes(struct scene *scene, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0 && !scene->is_closed) {
		ssize_t n = write(scene->client_fd, bytes, len_bytes);

		if (n < 0)
			break; /* it is not read from: a call waits */
		bytes += n;
		len_bytes -= (size_t)n;
		run(scene);
	}
}

static void happen(struct scene *scene, char what)
{
	struct mover *mover = &scene->mover;

	if (what == 'a' && mover->pending_count > 0)
		fake_mover_answer(mover);
	else if (what == 'c')
		fake_mover_change(mover, mover->moves[0], PASS_COPYING);
	else if (what == 'e')
		fake_mover_change(mover, mover->moves[0], PASS_DONE);
	else if (what == 'o')
		mover->answers_at_once = true;
	else if (what == 'h')
		shutdown(scene->client_fd, SHUT_WR);
	else if (what == 'p')
		scene->is_piece = true;
	run(scene);
}

static void play(struct scene *scene, struct input *input)
{
	size_t len_bytes;
	char *line;

	while ((line = input_line(input, &len_bytes))) {
		if (line[0] == '!') {
			happen(scene, line[1]);
		} else {
			send_bytes(scene, line, len_bytes + !scene->is_piece);
			scene->is_piece = false;
		}
		free(line);
	}
}

static void serve_another(struct scene *scene)
{
	static const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	int fd = connect_client(&scene->pool, GUEST);
	char reply[1024];
	ssize_t n;

	CLAIM(write(fd, call, sizeof(call)) == sizeof(call));
	settle();
	n = read(fd, reply, sizeof(reply));
	CLAIM(n > 0 && reply[n - 1] == '\0');
	check_reply(reply, (size_t)n - 1);
	close(fd);
	settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static struct scene scene;
	static const struct rpc_service service = {.mover = &scene.mover,
						   .info = {"1", "b007", "/state", 77}};
	struct input input = input_begin(bytes, len_bytes);

	if (!base) {
		signal(SIGPIPE, SIG_IGN);
		base = event_base_new();
	}
	scene = (struct scene){0};
	connection_pool_init(&scene.pool, base, &service, 60000);
	fake_mover_init(&scene.mover);
	mover_set_watch(&scene.mover, on_change, &scene.pool);
	fake_mover_add(&scene.mover, PASS_COPYING);
	fake_mover_add(&scene.mover, PASS_DONE);
	scene.is_guest = len_bytes >= 3 && memcmp(bytes, "!g\n", 3) == 0;
	scene.client_fd = connect_client(&scene.pool, scene.is_guest ? GUEST : 0);
	frame_reader_init(&scene.replies, PROTOCOL_REPLY_MAX);

	is_input = true;
	play(&scene, &input);
	is_input = false;
	serve_another(&scene);
	if (scene.is_guest) {
		CLAIM(scene.mover.goals_set == 0);
		CLAIM(scene.mover.move_count == 2);
		for (size_t i = 0; i < scene.mover.pending_count; i++)
			CLAIM(!scene.mover.pending[i].start);
	}
	close(scene.client_fd);
	settle();
	/* what waits for the mover stays until its answer comes */
	CLAIM(scene.pool.count == scene.mover.pending_count);
	CLAIM(scene.mover.pending_count <= 1);
	while (scene.mover.pending_count > 0)
		fake_mover_answer(&scene.mover);
	settle();
	CLAIM(scene.pool.count == 0);
	connection_pool_deinit(&scene.pool);
	frame_reader_deinit(&scene.replies);
	mover_set_watch(&scene.mover, NULL, NULL);
	fake_mover_deinit(&scene.mover);
	return 0;
}

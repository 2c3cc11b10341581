/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/rpc/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

/* Longest that a socket may live on after its close. */
#define CLOSE_WAIT_MS 5000

static uid_t next_uid;
static size_t peer_count;

static int tell_uid(int fd, uid_t *uidp)
{
	(void)fd;
	peer_count++;
	*uidp = next_uid;
	return 0;
}

static int setup(void **state, rpc_peer_fn *peer, uint32_t stall_ms)
{
	struct harness *harness = calloc(1, sizeof(*harness));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct rpc_options options = {
		.peer = peer,
		.stall_ms = stall_ms,
		.service.info = {.version = "1.2.3",
				 .boot_id = "b007",
				 .state_dir = "/state",
				 .started_us = 77},
	};

	signal(SIGPIPE, SIG_IGN);
	fake_mover_init(&harness->mover);
	harness->base = event_base_new();
	harness->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* an address without a name: the kernel gives one of its own */
	assert_int_equal(
		bind(harness->listen_fd, (struct sockaddr *)&address, sizeof(address.sun_family)),
		0);
	assert_int_equal(listen(harness->listen_fd, SOMAXCONN), 0);
	options.base = harness->base;
	options.listen_fd = harness->listen_fd;
	options.service.mover = &harness->mover;
	assert_int_equal(rpc_server_new(&options, &harness->server), 0);
	*state = harness;
	return 0;
}

int harness_setup(void **state)
{
	return setup(state, tell_uid, 0);
}

int harness_setup_with_peercred(void **state)
{
	return setup(state, NULL, 0);
}

int harness_setup_impatient(void **state)
{
	return setup(state, tell_uid, HARNESS_STALL_MS);
}

int harness_teardown(void **state)
{
	struct harness *harness = *state;

	rpc_server_free(harness->server);
	fake_mover_deinit(&harness->mover);
	event_base_free(harness->base);
	close(harness->listen_fd);
	free(harness);
	return 0;
}

size_t harness_peer_count(void)
{
	return peer_count;
}

void harness_run(struct harness *harness)
{
	event_base_loop(harness->base, EVLOOP_NONBLOCK);
}

char *message_quote(const char *text)
{
	char *message = strdup(text);

	for (char *c = message; *c; c++)
		if (*c == '\'')
			*c = '"';
	return message;
}

struct client client_knock(struct harness *harness, uid_t uid)
{
	struct client client = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	struct sockaddr_un address;
	socklen_t len = sizeof(address);

	assert_true(client.fd >= 0);
	next_uid = uid;
	assert_int_equal(getsockname(harness->listen_fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(connect(client.fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(fcntl(client.fd, F_SETFL, O_NONBLOCK), 0);
	frame_reader_init(&client.reader, PROTOCOL_REPLY_MAX);
	return client;
}

struct client client_open(struct harness *harness, uid_t uid)
{
	struct client client = client_knock(harness, uid);

	harness_run(harness);
	return client;
}

void client_close(struct client *client)
{
	frame_reader_deinit(&client->reader);
	close(client->fd);
}

size_t client_write(struct harness *harness, struct client *client, const void *bytes, size_t len)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < len && (n = write(client->fd, (const char *)bytes + sent, len - sent)) > 0) {
		sent += (size_t)n;
		harness_run(harness);
	}
	return sent;
}

void client_send(struct harness *harness, struct client *client, const char *text)
{
	_free_ char *message = message_quote(text);
	size_t size = strlen(text) + 1;

	assert_int_equal(client_write(harness, client, message, size), size);
}

struct json_object *client_receive(struct harness *harness, struct client *client)
{
	struct json_object *answer;
	const char *message;
	char buffer[65536];
	size_t len_bytes;

	while (frame_reader_next(&client->reader, &message, &len_bytes) == 0) {
		ssize_t n;

		harness_run(harness);
		n = read(client->fd, buffer, sizeof(buffer));
		client->closed = n == 0 || (n < 0 && errno != EAGAIN);
		if (n <= 0)
			return NULL;
		assert_int_equal(frame_reader_push(&client->reader, buffer, (size_t)n), 0);
	}
	assert_int_equal(protocol_parse(message, len_bytes, &answer), 0);
	return answer;
}

struct json_object *client_call(struct harness *harness, struct client *client, const char *text)
{
	struct json_object *answer;

	client_send(harness, client, text);
	answer = client_receive(harness, client);
	assert_non_null(answer);
	return answer;
}

bool client_is_open(struct harness *harness, struct client *client)
{
	_json_ answer = client_receive(harness, client);

	return !answer && !client->closed;
}

bool client_is_closed(struct harness *harness, struct client *client)
{
	struct pollfd end = {.fd = client->fd, .events = POLLIN};

	/* who looks at our descriptors just then (lsof) keeps a closed socket for a moment more */
	while (client_is_open(harness, client))
		if (poll(&end, 1, CLOSE_WAIT_MS) <= 0)
			return false;
	return client->closed;
}

static struct json_object *value_at(struct json_object *answer, const char *pointer)
{
	struct json_object *value = NULL;

	if (json_pointer_get(answer, pointer, &value) < 0)
		fail_msg("nothing at %s in %s", pointer, json_object_to_json_string(answer));
	return value;
}

void assert_text_at(struct json_object *answer, const char *pointer, const char *expected)
{
	struct json_object *value = value_at(answer, pointer);

	assert_true(json_object_is_type(value, json_type_string));
	assert_string_equal(json_object_get_string(value), expected);
}

void assert_number_at(struct json_object *answer, const char *pointer, uint64_t expected)
{
	struct json_object *value = value_at(answer, pointer);

	assert_true(json_object_is_type(value, json_type_int));
	assert_int_equal(json_object_get_uint64(value), expected);
}

void assert_null_at(struct json_object *answer, const char *pointer)
{
	assert_null(value_at(answer, pointer));
}

void assert_count_at(struct json_object *answer, const char *pointer, size_t expected)
{
	struct json_object *value = value_at(answer, pointer);

	assert_true(json_object_is_type(value, json_type_array));
	assert_int_equal(json_object_array_length(value), expected);
}

void assert_nothing_at(struct json_object *answer, const char *pointer)
{
	assert_true(json_pointer_get(answer, pointer, NULL) < 0);
}

void assert_call_fails(struct harness *harness, struct client *client, const char *text,
		       const char *error, const char *parameter, const char *value)
{
	cleanup(protocol_put) struct json_object *answer = client_call(harness, client, text);
	char pointer[64];

	assert_text_at(answer, "/error", error);
	if (!parameter)
		return;
	snprintf(pointer, sizeof(pointer), "/parameters/%s", parameter);
	assert_text_at(answer, pointer, value);
}

void assert_serving(struct harness *harness)
{
	struct client client = client_open(harness, ROOT);
	cleanup(protocol_put) struct json_object *answer =
		client_call(harness, &client, CALL_GET_INFO);

	assert_text_at(answer, "/parameters/version", "1.2.3");
	client_close(&client);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/rpc/harness.h"

/* The connection ends; nobody else notices. */
static void assert_drops(struct harness *harness, const void *bytes, size_t len)
{
	struct client client = client_open(harness, ROOT);

	client_write(harness, &client, bytes, len);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
	assert_serving(harness);
}

static void what_is_no_call_ends_the_connection(void **state)
{
	static const char *const messages[] = {
		"",
		" ",
		"x",
		"null",
		"1",
		"[]",
		"\"org.pvmoved.GetInfo\"",
		"{",
		"}",
		"{}",
		"{}{}",
		"{\"method\"}",
		"{\"method\":null}",
		"{\"method\":1}",
		"{\"method\":{}}",
		"{\"method\":\"org.pvmoved.GetInfo\\u0000\"}",
		"{\"method\":\"org.pvmoved.GetInfo\"",
		"{\"method\":\"org.pvmoved.GetInfo\"}x",
		"{\"method\":\"org.pvmoved.GetInfo\",\"parameters\":[]}",
		"{\"method\":\"org.pvmoved.GetInfo\",\"parameters\":\"\"}",
		"{\"method\":\"org.pvmoved.GetInfo\",\"more\":1}",
		"{\"method\":\"org.pvmoved.GetInfo\",\"oneway\":\"yes\"}",
		"{\"method\":\"org.pvmoved.GetInfo\",\"upgrade\":{}}",
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		/* not UTF-8: a lone continuation, an overlong slash, a surrogate, beyond the last
		 */
		"{\"method\":\"org.pvmoved.GetInfo\x80\"}",
		"{\"method\":\"org.pvmoved.GetInfo\xc0\xaf\"}",
		"{\"method\":\"org.pvmoved.GetInfo\xed\xa0\x80\"}",
		"{\"method\":\"org.pvmoved.GetInfo\xf4\x90\x80\x80\"}",
		"{\"method\":\"org.pvmoved.GetInfo\xe2\x82",
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		assert_drops(*state, messages[i], strlen(messages[i]) + 1);
}

static void deep_nesting_ends_the_connection(void **state)
{
	enum { DEPTH = 100000 };
	_free_ char *message = NULL;
	_free_ char *brackets = malloc(DEPTH + 1);

	memset(brackets, '[', DEPTH);
	brackets[DEPTH] = '\0';
	assert_true(asprintf(&message,
			     "{\"method\":\"org.pvmoved.GetInfo\",\"parameters\":{\"x\":%s",
			     brackets) > 0);
	assert_drops(*state, message, strlen(message) + 1);
}

static void an_oversized_message_ends_the_connection(void **state)
{
	enum { SIZE = 2 * PROTOCOL_CALL_MAX };
	_free_ char *message = malloc(SIZE);

	/* with its end, and without one ever */
	memset(message, ' ', SIZE);
	message[SIZE - 1] = '\0';
	assert_drops(*state, message, SIZE);
	message[SIZE - 1] = ' ';
	assert_drops(*state, message, SIZE);
}

static void the_longest_message_is_taken(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_free_ char *message = malloc(PROTOCOL_CALL_MAX + 1);
	const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	_json_ answer = NULL;

	memset(message, ' ', PROTOCOL_CALL_MAX);
	message[PROTOCOL_CALL_MAX] = '\0';
	memcpy(message + PROTOCOL_CALL_MAX - strlen(call), call, strlen(call));
	assert_int_equal(client_write(harness, &client, message, PROTOCOL_CALL_MAX + 1),
			 PROTOCOL_CALL_MAX + 1);
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	client_close(&client);
}

static void answers_to_what_came_before_garbage_are_sent(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ answer = NULL;

	client_send(harness, &client, CALL_GET_INFO);
	client_send(harness, &client, "garbage");
	client_write(harness, &client, CALL_GET_INFO, sizeof(CALL_GET_INFO));
	answer = client_receive(harness, &client);
	assert_text_at(answer, "/parameters/version", "1.2.3");
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
}

static void messages_may_come_in_pieces(void **state)
{
	const char calls[] = "{\"method\":\"org.pvmoved.GetInfo\"}\0"
			     "{\"method\":\"org.pvmoved.List\"}";
	struct harness *harness = *state;

	for (size_t cut = 0; cut <= sizeof(calls); cut++) {
		struct client client = client_open(harness, GUEST);
		_json_ info = NULL;
		_json_ list = NULL;

		client_write(harness, &client, calls, cut);
		harness_run(harness);
		client_write(harness, &client, calls + cut, sizeof(calls) - cut);
		info = client_receive(harness, &client);
		list = client_receive(harness, &client);
		assert_text_at(info, "/parameters/version", "1.2.3");
		assert_count_at(list, "/parameters/moves", 0);
		client_close(&client);
	}
}

static void half_a_message_disturbs_nobody(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);

	client_write(harness, &client, "{\"method\":", 10);
	assert_serving(harness);
	shutdown(client.fd, SHUT_WR);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
}

static void a_client_that_leaves_during_its_call_is_forgotten(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);

	client_send(harness, &client, CALL_START(REQUEST_SDA));
	client_close(&client);
	harness_run(harness);
	assert_int_equal(harness->mover.pending_count, 1);
	fake_mover_answer(&harness->mover);
	harness_run(harness);
	assert_int_equal(harness->mover.move_count, 1);
	assert_serving(harness);
}

/* Closing with an answer unread makes an error of it instead of an end. */
static void a_client_that_leaves_its_answers_unread_is_forgotten(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);

	client_send(harness, &client, CALL_GET_INFO);
	client_send(harness, &client, CALL_START(REQUEST_SDA));
	harness_run(harness);
	client_close(&client);
	harness_run(harness);
	fake_mover_answer(&harness->mover);
	harness_run(harness);
	assert_serving(harness);
}

static void a_server_may_end_with_calls_and_streams_open(void **state)
{
	struct harness *harness = *state;
	struct client caller = client_open(harness, ROOT);
	struct client gone = client_open(harness, ROOT);
	struct client watcher = client_open(harness, ROOT);

	client_send(harness, &caller, CALL_START(REQUEST_SDA));
	client_send(harness, &gone, CALL_START(REQUEST_SDA));
	client_send(harness, &watcher, CALL_WATCH);
	client_close(&gone);
	harness_run(harness);
	client_close(&caller);
	client_close(&watcher);
}

static void a_client_that_reads_nothing_is_not_read_from_and_then_dropped(void **state)
{
	enum { CALLS = 100000 };
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_free_ char *call = message_quote(CALL_DESCRIBE("org.pvmoved"));
	const size_t size = strlen(call) + 1;
	struct json_object *answer;
	size_t sent = 0;

	for (size_t i = 0; i < CALLS; i++) {
		size_t n = client_write(harness, &client, call, size);

		sent += n;
		if (n < size)
			break;
	}
	/* two sockets' buffers and what is read ahead, but never all of it */
	assert_true(sent < CALLS * size / 4);
	assert_serving(harness);
	event_base_loopexit(harness->base, &(struct timeval){.tv_usec = 3000L * HARNESS_STALL_MS});
	event_base_dispatch(harness->base);
	/* what the kernel holds can still be read */
	while ((answer = client_receive(harness, &client)))
		json_object_put(answer);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
	assert_serving(harness);
}

/* A machine that slept, a stopped process: the deadline is long over when it goes on. */
static void a_daemon_that_was_not_run_for_a_while_drops_nobody(void **state)
{
	const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;

	/* one turn: the answer is made, and not written */
	assert_true(write(client.fd, call, sizeof(call)) > 0);
	event_base_loop(harness->base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	poll(NULL, 0, 2 * HARNESS_STALL_MS);
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	client_close(&client);
}

static void a_client_is_not_read_from_while_its_call_waits(void **state)
{
	enum { SIZE = 8 << 20 };
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_free_ char *ahead = calloc(1, SIZE);

	client_send(harness, &client, CALL_START(REQUEST_SDA));
	assert_true(client_write(harness, &client, ahead, SIZE) < SIZE / 4);
	client_close(&client);
}

static void a_long_message_behind_a_waiting_call_is_taken(void **state)
{
	enum { SIZE = PROTOCOL_CALL_MAX / 2 };
	const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_free_ char *message = malloc(SIZE);
	_json_ start = NULL;
	_json_ info = NULL;

	memset(message, ' ', SIZE);
	memcpy(message + SIZE - sizeof(call), call, sizeof(call));
	client_send(harness, &client, CALL_START(REQUEST_SDA));
	assert_int_equal(client_write(harness, &client, message, SIZE), SIZE);
	fake_mover_answer(&harness->mover);
	start = client_receive(harness, &client);
	assert_number_at(start, "/parameters/move/id", 1);
	info = client_receive(harness, &client);
	assert_text_at(info, "/parameters/version", "1.2.3");
	client_close(&client);
}

static void an_answer_beyond_all_bounds_ends_the_connection(void **state)
{
	enum { NAME = 1 << 20 };
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	for (size_t total = 0; total < PROTOCOL_REPLY_MAX; total += NAME) {
		struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);

		free(move->vg_name);
		move->vg_name = malloc(NAME + 1);
		memset(move->vg_name, 'x', NAME);
		move->vg_name[NAME] = '\0';
	}
	client_send(harness, &client, CALL_LIST);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
	assert_serving(harness);
}

/* The whole history of a daemon that had much to do, asked for over and over by who never reads. */
static void what_guests_leave_unread_is_bounded_and_the_oldest_goes(void **state)
{
	enum { NAME = 1 << 20, MOVES = 6, HOGS = 12 };
	struct harness *harness = *state;
	struct client hogs[HOGS];
	struct client root = client_open(harness, ROOT);
	struct client watcher = client_open(harness, GUEST + 2);
	_json_ first = NULL;
	_json_ last = NULL;

	client_send(harness, &root, CALL_GET_INFO);
	client_send(harness, &watcher, CALL_WATCH);
	first = client_receive(harness, &watcher);
	for (int i = 0; i < MOVES; i++) {
		struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);

		free(move->vg_name);
		move->vg_name = malloc(NAME + 1);
		memset(move->vg_name, 'x', NAME);
		move->vg_name[NAME] = '\0';
	}
	for (int i = 0; i < HOGS; i++) {
		hogs[i] = client_open(harness, GUEST);
		client_send(harness, &hogs[i], CALL_LIST);
		harness_run(harness);
	}
	/* five answers of 6 MiB are below the bound, and with a sixth the first is given up */
	for (int i = 0; i < HOGS; i++) {
		_json_ answer = client_receive(harness, &hogs[i]);

		assert_int_equal(answer != NULL, i >= HOGS - 5);
		assert_int_equal(client_is_open(harness, &hogs[i]), i >= HOGS - 5);
		client_close(&hogs[i]);
	}
	/* who reads has lost nothing */
	json_object_put(client_receive(harness, &root));
	last = client_call(harness, &root, CALL_LIST);
	assert_count_at(last, "/parameters/moves", MOVES);
	assert_true(client_is_open(harness, &watcher));
	client_close(&watcher);
	client_close(&root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_call_ends_the_connection),
		TEST(deep_nesting_ends_the_connection),
		TEST(an_oversized_message_ends_the_connection),
		TEST(the_longest_message_is_taken),
		TEST(answers_to_what_came_before_garbage_are_sent),
		TEST(messages_may_come_in_pieces),
		TEST(half_a_message_disturbs_nobody),
		TEST(a_client_that_leaves_during_its_call_is_forgotten),
		TEST(a_client_that_leaves_its_answers_unread_is_forgotten),
		TEST(a_server_may_end_with_calls_and_streams_open),
		cmocka_unit_test_setup_teardown(
			a_client_that_reads_nothing_is_not_read_from_and_then_dropped,
			harness_setup_impatient, harness_teardown),
		cmocka_unit_test_setup_teardown(a_daemon_that_was_not_run_for_a_while_drops_nobody,
						harness_setup_impatient, harness_teardown),
		TEST(a_client_is_not_read_from_while_its_call_waits),
		TEST(a_long_message_behind_a_waiting_call_is_taken),
		TEST(an_answer_beyond_all_bounds_ends_the_connection),
		TEST(what_guests_leave_unread_is_bounded_and_the_oldest_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/rpc/harness.h"

#define WATCH_1 "{'method':'org.pvmoved.List','parameters':{'id':1},'more':true}"

static bool continues(struct json_object *answer)
{
	return json_object_get_boolean(json_object_object_get(answer, "continues"));
}

static uint64_t number_at(struct json_object *answer, const char *pointer)
{
	struct json_object *value = NULL;

	assert_int_equal(json_pointer_get(answer, pointer, &value), 0);
	return json_object_get_uint64(value);
}

/* The next answer is one move with that id, in that state. */
static void assert_receives(struct harness *harness, struct client *client, uint64_t id,
			    const char *state, bool more_follow)
{
	_json_ answer = client_receive(harness, client);

	assert_non_null(answer);
	assert_count_at(answer, "/parameters/moves", 1);
	assert_number_at(answer, "/parameters/moves/0/id", id);
	assert_text_at(answer, "/parameters/moves/0/state", state);
	assert_int_equal(continues(answer), more_follow);
}

static void a_stream_begins_with_all_moves_and_goes_on_with_changes(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	struct move *first = fake_mover_add(&harness->mover, PASS_COPYING);
	struct move *second = fake_mover_add(&harness->mover, PASS_DONE);
	struct move *third;
	_json_ answer = client_call(harness, &client, CALL_WATCH);

	(void)second;
	assert_count_at(answer, "/parameters/moves", 2);
	assert_true(continues(answer));
	assert_null(client_receive(harness, &client));
	fake_mover_change(&harness->mover, first, PASS_HELD);
	assert_receives(harness, &client, 1, "held", true);
	third = fake_mover_add(&harness->mover, PASS_QUEUED);
	fake_mover_change(&harness->mover, third, PASS_QUEUED);
	assert_receives(harness, &client, 3, "queued", true);
	/* the end of a move does not end the stream of all */
	fake_mover_change(&harness->mover, first, PASS_FAILED);
	assert_receives(harness, &client, 1, "failed", true);
	assert_null(client_receive(harness, &client));
	assert_false(client.closed);
	client_close(&client);
}

static void a_stream_of_nothing_begins_empty(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	struct move *move;
	_json_ answer = client_call(harness, &client, CALL_WATCH);

	assert_count_at(answer, "/parameters/moves", 0);
	assert_true(continues(answer));
	move = fake_mover_add(&harness->mover, PASS_QUEUED);
	fake_mover_change(&harness->mover, move, PASS_RESERVING);
	assert_receives(harness, &client, 1, "running", true);
	client_close(&client);
}

static void the_stream_of_a_move_ends_with_it(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	struct move *watched = fake_mover_add(&harness->mover, PASS_COPYING);
	struct move *other = fake_mover_add(&harness->mover, PASS_COPYING);
	_json_ begin = client_call(harness, &client, WATCH_1);
	_json_ info = NULL;

	assert_count_at(begin, "/parameters/moves", 1);
	assert_true(continues(begin));
	fake_mover_change(&harness->mover, other, PASS_DONE);
	assert_null(client_receive(harness, &client));
	fake_mover_change(&harness->mover, watched, PASS_SWITCHING);
	assert_receives(harness, &client, 1, "running", true);
	fake_mover_change(&harness->mover, watched, PASS_DONE);
	assert_receives(harness, &client, 1, "done", false);
	/* and the connection serves again */
	fake_mover_change(&harness->mover, watched, PASS_DONE);
	info = client_call(harness, &client, CALL_GET_INFO);
	assert_text_at(info, "/parameters/version", "1.2.3");
	client_close(&client);
}

static void the_stream_of_an_ended_move_is_one_answer(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	fake_mover_add(&harness->mover, PASS_ABORTED);
	client_send(harness, &client, WATCH_1);
	assert_receives(harness, &client, 1, "aborted", false);
	client_close(&client);
}

static void calls_behind_a_stream_wait_for_its_end(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);
	_json_ begin = NULL;
	_json_ info = NULL;

	client_send(harness, &client, WATCH_1);
	client_send(harness, &client, CALL_GET_INFO);
	begin = client_receive(harness, &client);
	assert_true(continues(begin));
	assert_null(client_receive(harness, &client));
	fake_mover_change(&harness->mover, move, PASS_DONE);
	assert_receives(harness, &client, 1, "done", false);
	info = client_receive(harness, &client);
	assert_text_at(info, "/parameters/version", "1.2.3");
	client_close(&client);
}

/*
 * What is in the sockets' buffers when the reader wakes is history and may be
 * long; but it is bounded, and behind it stands the latest state of each move.
 */
static void a_slow_watcher_gets_the_latest_state_of_each_move(void **state)
{
	enum { CHANGES = 20000 };
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	struct move *moves[] = {
		fake_mover_add(&harness->mover, PASS_COPYING),
		fake_mover_add(&harness->mover, PASS_COPYING),
	};
	uint64_t seen_seq[2] = {0, 0};
	size_t received = 0;

	client_send(harness, &client, CALL_WATCH);
	for (size_t i = 0; i < CHANGES; i++) {
		fake_mover_change(&harness->mover, moves[i % 2], PASS_COPYING);
		harness_run(harness);
	}
	/* longer than a client that does not watch would be given */
	event_base_loopexit(harness->base, &(struct timeval){.tv_usec = 2000L * HARNESS_STALL_MS});
	event_base_dispatch(harness->base);
	for (;;) {
		_json_ answer = client_receive(harness, &client);

		if (!answer)
			break;
		if (received++ == 0)
			continue;
		seen_seq[number_at(answer, "/parameters/moves/0/id") - 1] =
			number_at(answer, "/parameters/moves/0/seq");
	}
	assert_false(client.closed);
	assert_true(received < CHANGES / 4);
	assert_int_equal(seen_seq[0], moves[0]->seq);
	assert_int_equal(seen_seq[1], moves[1]->seq);
	client_close(&client);
}

static void watchers_that_leave_are_forgotten(void **state)
{
	struct harness *harness = *state;
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);

	/* more than there is room for, were they not */
	for (int i = 0; i < 2 * RPC_CONNECTIONS_MAX; i++) {
		struct client client = client_open(harness, GUEST);
		_json_ answer = client_call(harness, &client, CALL_WATCH);

		assert_true(continues(answer));
		if (i % 2)
			fake_mover_change(&harness->mover, move, PASS_COPYING);
		client_close(&client);
		harness_run(harness);
	}
	fake_mover_change(&harness->mover, move, PASS_DONE);
	assert_serving(harness);
}

static void a_watcher_that_stops_sending_is_let_go(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;

	client_send(harness, &client, CALL_WATCH);
	shutdown(client.fd, SHUT_WR);
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
}

static void every_watcher_is_told(void **state)
{
	enum { WATCHERS = 20 };
	struct harness *harness = *state;
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);
	struct client clients[WATCHERS];

	for (int i = 0; i < WATCHERS; i++) {
		_json_ answer = NULL;

		clients[i] = client_open(harness, GUEST);
		answer = client_call(harness, &clients[i], i % 2 ? CALL_WATCH : WATCH_1);
		assert_true(continues(answer));
	}
	fake_mover_change(&harness->mover, move, PASS_DONE);
	for (int i = 0; i < WATCHERS; i++) {
		assert_receives(harness, &clients[i], 1, "done", i % 2);
		client_close(&clients[i]);
	}
}

/* Start makes a change while the daemon is inside a method. */
static void a_watcher_sees_the_move_that_another_client_starts(void **state)
{
	struct harness *harness = *state;
	struct client watcher = client_open(harness, GUEST);
	struct client starter = client_open(harness, ROOT);
	_json_ begin = client_call(harness, &watcher, CALL_WATCH);
	_json_ started = NULL;

	assert_true(continues(begin));
	harness->mover.answers_at_once = true;
	started = client_call(harness, &starter, CALL_START(REQUEST_SDA));
	assert_number_at(started, "/parameters/move/id", 1);
	assert_receives(harness, &watcher, 1, "queued", true);
	client_close(&watcher);
	client_close(&starter);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_begins_with_all_moves_and_goes_on_with_changes),
		TEST(a_stream_of_nothing_begins_empty),
		TEST(the_stream_of_a_move_ends_with_it),
		TEST(the_stream_of_an_ended_move_is_one_answer),
		TEST(calls_behind_a_stream_wait_for_its_end),
		cmocka_unit_test_setup_teardown(a_slow_watcher_gets_the_latest_state_of_each_move,
						harness_setup_impatient, harness_teardown),
		TEST(watchers_that_leave_are_forgotten),
		TEST(a_watcher_that_stops_sending_is_let_go),
		TEST(every_watcher_is_told),
		TEST(a_watcher_sees_the_move_that_another_client_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

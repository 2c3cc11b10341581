/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/rpc/harness.h"

static const char *const changing[] = {
	CALL_START(REQUEST_SDA),
	"{'method':'org.pvmoved.Abort','parameters':{'id':1}}",
	"{'method':'org.pvmoved.Pause','parameters':{'id':1}}",
	"{'method':'org.pvmoved.Resume','parameters':{'id':1}}",
	"{'method':'org.pvmoved.SetLimit','parameters':{'id':1}}",
	"{'method':'org.pvmoved.SetHostLimit'}",
	/* and the permission comes before anything is said about the parameters */
	"{'method':'org.pvmoved.Start','parameters':{'nonsense':1}}",
};

static const char *const looking[] = {
	CALL_PLAN(REQUEST_SDA),
	CALL_LIST,
	CALL_GET_INFO,
	"{'method':'org.varlink.service.GetInfo'}",
	CALL_DESCRIBE("org.pvmoved"),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void only_root_may_change_things(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	harness->mover.answers_at_once = true;
	fake_mover_add(&harness->mover, PASS_COPYING);
	for (size_t i = 0; i < COUNT(changing); i++)
		assert_call_fails(harness, &client, changing[i], VARLINK_PERMISSION_DENIED, NULL,
				  NULL);
	assert_int_equal(harness->mover.goals_set, 0);
	assert_int_equal(harness->mover.move_count, 1);
	client_close(&client);
}

static void everyone_who_connects_may_look(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	harness->mover.answers_at_once = true;
	for (size_t i = 0; i < COUNT(looking); i++) {
		_json_ answer = client_call(harness, &client, looking[i]);

		assert_nothing_at(answer, "/error");
	}
	client_close(&client);
}

static void a_denied_oneway_call_changes_nothing_and_says_nothing(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	fake_mover_add(&harness->mover, PASS_COPYING);
	client_send(harness, &client,
		    "{'method':'org.pvmoved.Abort','parameters':{'id':1},'oneway':true}");
	assert_null(client_receive(harness, &client));
	assert_false(client.closed);
	assert_int_equal(harness->mover.goals_set, 0);
	client_close(&client);
}

static void the_kernel_says_who_the_peer_is(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;

	fake_mover_add(&harness->mover, PASS_COPYING);
	answer = client_call(harness, &client,
			     "{'method':'org.pvmoved.Pause','parameters':{'id':1}}");
	if (getuid() == 0)
		assert_nothing_at(answer, "/error");
	else
		assert_text_at(answer, "/error", VARLINK_PERMISSION_DENIED);
	client_close(&client);
}

/* Guests, each with as many connections as one may have. */
static uid_t one_of_many(int i)
{
	return GUEST + (uid_t)(i / RPC_CONNECTIONS_OF_ONE_MAX);
}

static void nobody_but_root_may_have_more_than_a_share_of_the_connections(void **state)
{
	struct harness *harness = *state;
	struct client clients[RPC_CONNECTIONS_OF_ONE_MAX + 1];
	struct client other;

	for (int i = 0; i < RPC_CONNECTIONS_OF_ONE_MAX; i++) {
		clients[i] = client_open(harness, GUEST);
		assert_true(client_is_open(harness, &clients[i]));
	}
	clients[RPC_CONNECTIONS_OF_ONE_MAX] = client_open(harness, GUEST);
	assert_true(client_is_closed(harness, &clients[RPC_CONNECTIONS_OF_ONE_MAX]));
	other = client_open(harness, GUEST + 1);
	assert_true(client_is_open(harness, &other));
	client_close(&other);
	for (int i = 0; i <= RPC_CONNECTIONS_OF_ONE_MAX; i++)
		client_close(&clients[i]);
	for (int i = 0; i <= RPC_CONNECTIONS_OF_ONE_MAX; i++)
		clients[i] = client_open(harness, ROOT);
	assert_true(client_is_open(harness, &clients[RPC_CONNECTIONS_OF_ONE_MAX]));
	for (int i = 0; i <= RPC_CONNECTIONS_OF_ONE_MAX; i++)
		client_close(&clients[i]);
}

static void the_last_connections_are_kept_for_root(void **state)
{
	enum { GUESTS = RPC_CONNECTIONS_MAX - RPC_CONNECTIONS_RESERVED };
	struct harness *harness = *state;
	struct client clients[RPC_CONNECTIONS_MAX];
	struct client extra;

	for (int i = 0; i < GUESTS; i++)
		clients[i] = client_open(harness, one_of_many(i));
	extra = client_open(harness, GUEST - 1);
	assert_true(client_is_closed(harness, &extra));
	client_close(&extra);
	for (int i = GUESTS; i < RPC_CONNECTIONS_MAX; i++) {
		clients[i] = client_open(harness, ROOT);
		assert_true(client_is_open(harness, &clients[i]));
	}
	extra = client_open(harness, ROOT);
	assert_true(client_is_closed(harness, &extra));
	client_close(&extra);
	/* room again as soon as somebody leaves */
	for (int i = 0; i < RPC_CONNECTIONS_MAX; i++)
		client_close(&clients[i]);
	harness_run(harness);
	assert_serving(harness);
}

static void clients_that_left_count_until_the_mover_is_done_with_them(void **state)
{
	struct harness *harness = *state;
	_free_ char *start = message_quote(CALL_START(REQUEST_SDA));
	_free_ char *info = message_quote(CALL_GET_INFO);
	struct client clients[RPC_CONNECTIONS_MAX];

	harness->mover.finds_nothing = true;
	for (int i = 0; i < RPC_CONNECTIONS_MAX + 10; i++) {
		struct client client = client_open(harness, ROOT);

		/* with an answer unread the daemon sees an error when we leave, else an end */
		if (i % 2)
			client_write(harness, &client, info, strlen(info) + 1);
		client_write(harness, &client, start, strlen(start) + 1);
		harness_run(harness);
		client_close(&client);
		harness_run(harness);
	}
	assert_int_equal(harness->mover.pending_count, RPC_CONNECTIONS_MAX);
	while (harness->mover.pending_count > 0)
		fake_mover_answer(&harness->mover);
	harness_run(harness);
	/* now there is room for as many again */
	for (int i = 0; i < RPC_CONNECTIONS_MAX; i++) {
		clients[i] = client_open(harness, ROOT);
		assert_true(client_is_open(harness, &clients[i]));
	}
	for (int i = 0; i < RPC_CONNECTIONS_MAX; i++)
		client_close(&clients[i]);
}

static void plans_of_guests_wait_for_their_turn_and_those_of_root_do_not(void **state)
{
	enum { GUESTS = 6 };
	struct harness *harness = *state;
	struct client guests[GUESTS];
	struct client root = client_open(harness, ROOT);
	struct client looker = client_open(harness, GUEST + 1);

	for (int i = 0; i < GUESTS; i++) {
		guests[i] = client_open(harness, GUEST);
		client_send(harness, &guests[i], CALL_PLAN(REQUEST_SDA));
	}
	assert_int_equal(harness->mover.pending_count, TURNS_MAX);
	client_send(harness, &root, CALL_PLAN(REQUEST_SDA));
	assert_int_equal(harness->mover.pending_count, TURNS_MAX + 1);
	/* who looks at moves does not wait at all */
	json_object_put(client_call(harness, &looker, CALL_LIST));
	/* who waits and leaves is no longer in the queue; one that leaves later is answered to no
	 * one */
	client_close(&guests[TURNS_MAX]);
	client_close(&guests[0]);
	harness_run(harness);
	for (int i = 0; i < GUESTS; i++)
		fake_mover_answer(&harness->mover);
	assert_int_equal(harness->mover.pending_count, 0);
	for (int i = 1; i < GUESTS; i++) {
		_json_ answer = NULL;

		if (i == TURNS_MAX)
			continue;
		answer = client_receive(harness, &guests[i]);
		assert_text_at(answer, "/parameters/vg", "vg0");
		client_close(&guests[i]);
	}
	json_object_put(client_receive(harness, &root));
	client_close(&root);
	client_close(&looker);
}

/* As with a mover that refuses at once. */
static void plans_that_are_made_at_once_are_all_made(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	harness->mover.answers_at_once = true;
	for (int i = 0; i < 3 * TURNS_MAX; i++)
		json_object_put(client_call(harness, &client, CALL_PLAN(REQUEST_SDA)));
	client_close(&client);
}

static void a_server_may_end_with_plans_in_the_queue(void **state)
{
	struct harness *harness = *state;
	struct client clients[2 * TURNS_MAX];

	for (int i = 0; i < 2 * TURNS_MAX; i++) {
		clients[i] = client_open(harness, GUEST);
		client_send(harness, &clients[i], CALL_PLAN(REQUEST_SDA));
	}
	for (int i = 0; i < 2 * TURNS_MAX; i++)
		client_close(&clients[i]);
}

static void those_who_are_in_are_served_while_many_others_knock(void **state)
{
	enum { MANY = 200 };
	const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	struct harness *harness = *state;
	struct client inside = client_open(harness, ROOT);
	struct client knocking[MANY];
	size_t before = harness_peer_count();
	char answer[1024];

	for (int i = 0; i < MANY; i++)
		knocking[i] = client_knock(harness, ROOT);
	assert_true(write(inside.fd, call, sizeof(call)) == sizeof(call));
	/* turn by turn */
	while (read(inside.fd, answer, sizeof(answer)) < 0)
		event_base_loop(harness->base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	assert_in_range(harness_peer_count() - before, 1, MANY - 1);
	while (harness_peer_count() - before < MANY)
		harness_run(harness);
	for (int i = 0; i < MANY; i++)
		client_close(&knocking[i]);
	client_close(&inside);
}

static void running_out_of_descriptors_passes(void **state)
{
	struct harness *harness = *state;
	struct rlimit before;
	struct rlimit tight;
	struct client client;
	_json_ answer = NULL;
	int lowest;

	getrlimit(RLIMIT_NOFILE, &before);
	lowest = fcntl(harness->listen_fd, F_DUPFD_CLOEXEC, 0);
	close(lowest);
	/* room for the client's socket, none for the daemon's side of it */
	tight = (struct rlimit){.rlim_cur = (rlim_t)lowest + 1, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	client = client_open(harness, ROOT);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	client_send(harness, &client, CALL_GET_INFO);
	assert_null(client_receive(harness, &client));
	/* the daemon waits for its own timer, not for us */
	event_base_loop(harness->base, EVLOOP_ONCE);
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	client_close(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_root_may_change_things),
		TEST(everyone_who_connects_may_look),
		TEST(a_denied_oneway_call_changes_nothing_and_says_nothing),
		cmocka_unit_test_setup_teardown(the_kernel_says_who_the_peer_is,
						harness_setup_with_peercred, harness_teardown),
		TEST(nobody_but_root_may_have_more_than_a_share_of_the_connections),
		TEST(the_last_connections_are_kept_for_root),
		TEST(clients_that_left_count_until_the_mover_is_done_with_them),
		TEST(plans_of_guests_wait_for_their_turn_and_those_of_root_do_not),
		TEST(plans_that_are_made_at_once_are_all_made),
		TEST(a_server_may_end_with_plans_in_the_queue),
		TEST(those_who_are_in_are_served_while_many_others_knock),
		TEST(running_out_of_descriptors_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

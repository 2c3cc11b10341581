/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/rpc/harness.h"

static void the_service_says_who_it_is(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = client_call(harness, &client, "{'method':'org.varlink.service.GetInfo'}");

	assert_text_at(answer, "/parameters/product", "pvmoved");
	assert_text_at(answer, "/parameters/version", "1.2.3");
	assert_text_at(answer, "/parameters/interfaces/0", "org.pvmoved");
	assert_text_at(answer, "/parameters/interfaces/1", "org.varlink.service");
	assert_nothing_at(answer, "/error");
	assert_nothing_at(answer, "/continues");
	client_close(&client);
}

static void the_interface_is_described_as_its_file_stands(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = client_call(harness, &client, CALL_DESCRIBE("org.pvmoved"));
	_json_ standard = client_call(harness, &client, CALL_DESCRIBE("org.varlink.service"));
	char text[32768] = "";
	FILE *file = fopen("../../../daemon/rpc/org.pvmoved.varlink", "re");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_text_at(answer, "/parameters/description", text);
	assert_non_null(strstr(json_object_to_json_string(standard), "interface org.varlink."));
	client_close(&client);
}

static void what_is_not_there_is_named(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);

	assert_call_fails(harness, &client, "{'method':'org.pvmoved.Fly'}",
			  VARLINK_METHOD_NOT_FOUND, "method", "org.pvmoved.Fly");
	assert_call_fails(harness, &client, "{'method':'org.example.Start'}",
			  VARLINK_INTERFACE_NOT_FOUND, "interface", "org.example");
	assert_call_fails(harness, &client, "{'method':'Start'}", VARLINK_INTERFACE_NOT_FOUND,
			  "interface", "Start");
	assert_call_fails(harness, &client, "{'method':''}", VARLINK_INTERFACE_NOT_FOUND,
			  "interface", "");
	assert_call_fails(harness, &client, CALL_DESCRIBE("org.example"),
			  VARLINK_INTERFACE_NOT_FOUND, "interface", "org.example");
	client_close(&client);
}

static void the_daemon_says_how_it_is(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;

	fake_mover_add(&harness->mover, PASS_DONE);
	fake_mover_add(&harness->mover, PASS_COPYING);
	answer = client_call(harness, &client, "{'method':'org.pvmoved.GetInfo','parameters':{}}");
	assert_text_at(answer, "/parameters/version", "1.2.3");
	assert_text_at(answer, "/parameters/boot_id", "b007");
	assert_text_at(answer, "/parameters/state_dir", "/state");
	assert_number_at(answer, "/parameters/started_us", 77);
	assert_number_at(answer, "/parameters/moves_unfinished", 1);
	client_close(&client);
}

static void start_answers_when_the_mover_does(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ answer = NULL;

	client_send(harness, &client, CALL_START(REQUEST_SDA));
	assert_null(client_receive(harness, &client));
	fake_mover_answer(&harness->mover);
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	assert_number_at(answer, "/parameters/move/id", 1);
	assert_text_at(answer, "/parameters/move/source", "/dev/sda");
	assert_text_at(answer, "/parameters/move/state", "queued");
	client_close(&client);
}

static void start_of_nothing_answers_null(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ answer = NULL;

	harness->mover.answers_at_once = true;
	harness->mover.finds_nothing = true;
	answer = client_call(harness, &client, CALL_START(REQUEST_SDA));
	assert_nothing_at(answer, "/error");
	assert_null_at(answer, "/parameters/move");
	client_close(&client);
}

static void a_refusal_is_an_error_with_its_numbers(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	struct refusal *refusal = &harness->mover.refusal;
	_json_ start = NULL;
	_json_ plan = NULL;

	harness->mover.answers_at_once = true;
	refusal_set(refusal, REFUSAL_NO_SPACE, "vg0", NULL);
	refusal->needed_extents = 100;
	refusal->free_extents = 7;
	refusal->extent_bytes = 4194304;
	start = client_call(harness, &client, CALL_START(REQUEST_SDA));
	assert_text_at(start, "/error", "org.pvmoved.NoSpace");
	assert_text_at(start, "/parameters/vg", "vg0");
	assert_number_at(start, "/parameters/needed_extents", 100);
	assert_number_at(start, "/parameters/free_extents", 7);
	plan = client_call(harness, &client, CALL_PLAN(REQUEST_SDA));
	assert_text_at(plan, "/error", "org.pvmoved.NoSpace");
	client_close(&client);
}

static void a_plan_shows_what_would_move(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;
	_json_ nothing = NULL;

	harness->mover.answers_at_once = true;
	answer = client_call(harness, &client, CALL_PLAN(REQUEST_SDA));
	assert_text_at(answer, "/parameters/vg", "vg0");
	assert_number_at(answer, "/parameters/total_bytes", 1 << 30);
	assert_number_at(answer, "/parameters/peak_bytes", 1 << 30);
	assert_number_at(answer, "/parameters/free_bytes", UINT64_C(4194304000));
	assert_text_at(answer, "/parameters/passes/0/lv", "home");
	assert_number_at(answer, "/parameters/passes/0/total_bytes", 1 << 30);
	assert_number_at(answer, "/parameters/passes/0/runs/0/source_pe", 10);
	assert_number_at(answer, "/parameters/passes/0/runs/0/destination_pe", 20);
	harness->mover.finds_nothing = true;
	nothing = client_call(harness, &client, CALL_PLAN(REQUEST_SDA));
	assert_count_at(nothing, "/parameters/passes", 0);
	client_close(&client);
}

static void goals_reach_the_mover(void **state)
{
	static const char *const methods[] = {"Abort", "Pause", "Resume"};
	static const enum move_goal goals[] = {GOAL_ABORT, GOAL_PAUSE, GOAL_RUN};
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);
	char call[128];

	for (size_t i = 0; i < 3; i++) {
		_json_ answer = NULL;

		snprintf(call, sizeof(call), "{'method':'org.pvmoved.%s','parameters':{'id':1}}",
			 methods[i]);
		answer = client_call(harness, &client, call);
		assert_number_at(answer, "/parameters/move/id", 1);
		assert_int_equal(move->goal, goals[i]);
	}
	assert_int_equal(harness->mover.goals_set, 3);
	client_close(&client);
}

static void bounds_of_latency_reach_the_mover(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);
	_json_ bounded = client_call(harness, &client,
				     "{'method':'org.pvmoved.SetMaxLatency','parameters':"
				     "{'id':1,'max_latency_us':20000}}");
	_json_ low = client_call(harness, &client,
				 "{'method':'org.pvmoved.SetMaxLatency','parameters':"
				 "{'id':1,'max_latency_us':0}}");
	_json_ none = NULL;

	assert_number_at(bounded, "/parameters/move/max_latency_us", 20000);
	assert_text_at(low, "/parameters/parameter", "max_latency_us");
	assert_int_equal(move->max_latency_us, 20000);
	none = client_call(harness, &client,
			   "{'method':'org.pvmoved.SetMaxLatency','parameters':{'id':1}}");
	assert_number_at(none, "/parameters/move/id", 1);
	assert_int_equal(move->max_latency_us, 0);
	client_close(&client);
}

static void limits_reach_the_mover(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	struct move *move = fake_mover_add(&harness->mover, PASS_COPYING);
	_json_ limited = client_call(harness, &client,
				     "{'method':'org.pvmoved.SetLimit','parameters':"
				     "{'id':1,'limit_bytes_s':1048576}}");
	_json_ host = client_call(harness, &client,
				  "{'method':'org.pvmoved.SetHostLimit','parameters':"
				  "{'limit_bytes_s':65536}}");
	_json_ info = client_call(harness, &client, CALL_GET_INFO);
	_json_ low = client_call(harness, &client,
				 "{'method':'org.pvmoved.SetLimit','parameters':"
				 "{'id':1,'limit_bytes_s':65535}}");
	_json_ unknown = client_call(harness, &client,
				     "{'method':'org.pvmoved.SetLimit','parameters':{'id':2}}");
	_json_ none = NULL;

	assert_number_at(limited, "/parameters/move/limit_bytes_s", 1048576);
	assert_number_at(host, "/parameters/limit_bytes_s", 65536);
	assert_number_at(info, "/parameters/limit_bytes_s", 65536);
	assert_text_at(low, "/error", VARLINK_INVALID_PARAMETER);
	assert_text_at(low, "/parameters/parameter", "limit_bytes_s");
	assert_text_at(unknown, "/error", "org.pvmoved.NoSuchMove");
	assert_int_equal(move->limit_bytes_s, 1048576);
	none = client_call(harness, &client,
			   "{'method':'org.pvmoved.SetLimit','parameters':{'id':1}}");
	assert_number_at(none, "/parameters/move/id", 1);
	assert_int_equal(move->limit_bytes_s, 0);
	client_close(&client);
}

static void refused_goals_name_the_move(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ unknown = NULL;
	_json_ ended = NULL;

	fake_mover_add(&harness->mover, PASS_DONE);
	unknown = client_call(harness, &client,
			      "{'method':'org.pvmoved.Abort','parameters':{'id':42}}");
	assert_text_at(unknown, "/error", "org.pvmoved.NoSuchMove");
	assert_number_at(unknown, "/parameters/id", 42);
	ended = client_call(harness, &client,
			    "{'method':'org.pvmoved.Pause','parameters':{'id':1}}");
	assert_text_at(ended, "/error", "org.pvmoved.MoveEnded");
	assert_text_at(ended, "/parameters/state", "done");
	client_close(&client);
}

static void list_without_more_answers_once(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ none = client_call(harness, &client, CALL_LIST);
	_json_ all = NULL;
	_json_ one = NULL;
	_json_ unknown = NULL;

	assert_count_at(none, "/parameters/moves", 0);
	fake_mover_add(&harness->mover, PASS_DONE);
	fake_mover_add(&harness->mover, PASS_COPYING);
	all = client_call(harness, &client,
			  "{'method':'org.pvmoved.List','parameters':{'id':null},'more':false}");
	assert_count_at(all, "/parameters/moves", 2);
	assert_nothing_at(all, "/continues");
	assert_number_at(all, "/parameters/moves/0/id", 1);
	assert_number_at(all, "/parameters/moves/1/id", 2);
	one = client_call(harness, &client, "{'method':'org.pvmoved.List','parameters':{'id':2}}");
	assert_count_at(one, "/parameters/moves", 1);
	assert_number_at(one, "/parameters/moves/0/id", 2);
	unknown = client_call(harness, &client,
			      "{'method':'org.pvmoved.List','parameters':{'id':0},'more':true}");
	assert_text_at(unknown, "/error", "org.pvmoved.NoSuchMove");
	client_close(&client);
}

static void more_on_a_method_that_does_not_stream_answers_once(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer =
		client_call(harness, &client, "{'method':'org.pvmoved.GetInfo','more':true}");

	assert_text_at(answer, "/parameters/version", "1.2.3");
	assert_nothing_at(answer, "/continues");
	assert_null(client_receive(harness, &client));
	client_close(&client);
}

static void oneway_gets_no_answer_not_even_an_error(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ answer = NULL;

	harness->mover.answers_at_once = true;
	fake_mover_add(&harness->mover, PASS_COPYING);
	client_send(harness, &client,
		    "{'method':'org.pvmoved.Pause','parameters':{'id':1},'oneway':true}");
	client_send(
		harness, &client,
		"{'method':'org.pvmoved.Start','oneway':true,'parameters':{'request':" REQUEST_SDA
		"}}");
	client_send(harness, &client, "{'method':'org.pvmoved.Fly','oneway':true}");
	client_send(harness, &client, "{'method':'org.pvmoved.Abort','oneway':true}");
	client_send(harness, &client, "{'method':'org.pvmoved.List','oneway':true,'more':true}");
	answer = client_call(harness, &client, CALL_GET_INFO);
	assert_text_at(answer, "/parameters/version", "1.2.3");
	assert_int_equal(harness->mover.goals_set, 1);
	assert_int_equal(harness->mover.move_count, 2);
	assert_null(client_receive(harness, &client));
	client_close(&client);
}

static void a_call_behind_a_oneway_call_is_answered(void **state)
{
	static const char calls[] = "{\"method\":\"org.pvmoved.GetInfo\",\"oneway\":true}\0"
				    "{\"method\":\"org.pvmoved.GetInfo\"}";
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	_json_ answer = NULL;

	/* in one piece: nothing comes later that could wake the daemon */
	client_write(harness, &client, calls, sizeof(calls));
	answer = client_receive(harness, &client);
	assert_non_null(answer);
	client_close(&client);
}

static void pipelined_calls_are_answered_in_order(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ start = NULL;
	_json_ list = NULL;
	_json_ missing = NULL;

	/* Start is answered last of all by the mover, and first on the connection */
	client_send(harness, &client, CALL_START(REQUEST_SDA));
	client_send(harness, &client, CALL_LIST);
	client_send(harness, &client, "{'method':'org.pvmoved.Fly'}");
	assert_null(client_receive(harness, &client));
	fake_mover_answer(&harness->mover);
	start = client_receive(harness, &client);
	list = client_receive(harness, &client);
	missing = client_receive(harness, &client);
	assert_number_at(start, "/parameters/move/id", 1);
	assert_count_at(list, "/parameters/moves", 1);
	assert_text_at(missing, "/error", VARLINK_METHOD_NOT_FOUND);
	client_close(&client);
}

static void thousands_of_pipelined_calls_are_all_answered(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	const int count = 3000;

	harness->mover.answers_at_once = true;
	for (int i = 0; i < count; i++) {
		client_send(harness, &client, CALL_PLAN(REQUEST_SDA));
		if (i % 100 == 99)
			for (int k = 0; k < 100; k++) {
				_json_ answer = client_receive(harness, &client);

				assert_non_null(answer);
			}
	}
	assert_null(client_receive(harness, &client));
	client_close(&client);
}

static void calls_beyond_what_is_read_ahead_are_answered_too(void **state)
{
	enum { CALLS = 3000 };
	static const char call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
	static char calls[CALLS * sizeof(call)];
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ start = NULL;

	for (size_t i = 0; i < CALLS; i++)
		memcpy(calls + i * sizeof(call), call, sizeof(call));
	client_send(harness, &client, CALL_START(REQUEST_SDA));
	assert_int_equal(client_write(harness, &client, calls, sizeof(calls)), sizeof(calls));
	fake_mover_answer(&harness->mover);
	start = client_receive(harness, &client);
	assert_number_at(start, "/parameters/move/id", 1);
	for (size_t i = 0; i < CALLS; i++) {
		_json_ answer = client_receive(harness, &client);

		assert_non_null(answer);
	}
	client_close(&client);
}

static void a_client_that_only_listens_still_gets_its_answers(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	_json_ start = NULL;
	_json_ list = NULL;

	client_send(harness, &client, CALL_START(REQUEST_SDA));
	client_send(harness, &client, CALL_LIST);
	shutdown(client.fd, SHUT_WR);
	harness_run(harness);
	fake_mover_answer(&harness->mover);
	start = client_receive(harness, &client);
	list = client_receive(harness, &client);
	assert_number_at(start, "/parameters/move/id", 1);
	assert_count_at(list, "/parameters/moves", 1);
	assert_true(client_is_closed(harness, &client));
	client_close(&client);
}

static void upgrades_are_not_implemented(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);

	assert_call_fails(harness, &client, "{'method':'org.pvmoved.GetInfo','upgrade':true}",
			  VARLINK_METHOD_NOT_IMPLEMENTED, "method", "org.pvmoved.GetInfo");
	client_close(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_service_says_who_it_is),
		TEST(the_interface_is_described_as_its_file_stands),
		TEST(what_is_not_there_is_named),
		TEST(the_daemon_says_how_it_is),
		TEST(start_answers_when_the_mover_does),
		TEST(start_of_nothing_answers_null),
		TEST(a_refusal_is_an_error_with_its_numbers),
		TEST(a_plan_shows_what_would_move),
		TEST(goals_reach_the_mover),
		TEST(limits_reach_the_mover),
		TEST(bounds_of_latency_reach_the_mover),
		TEST(refused_goals_name_the_move),
		TEST(list_without_more_answers_once),
		TEST(more_on_a_method_that_does_not_stream_answers_once),
		TEST(oneway_gets_no_answer_not_even_an_error),
		TEST(a_call_behind_a_oneway_call_is_answered),
		TEST(pipelined_calls_are_answered_in_order),
		TEST(thousands_of_pipelined_calls_are_all_answered),
		TEST(calls_beyond_what_is_read_ahead_are_answered_too),
		TEST(a_client_that_only_listens_still_gets_its_answers),
		TEST(upgrades_are_not_implemented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

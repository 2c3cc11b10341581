/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "run.h"
#include "sample.h"

static void expect_nonsense(const char *line, const char *reply)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "org.pvmoved."},
		{FAKE_SEND, reply},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client(line, script);

	assert_non_null(strstr(run.err, "is no answer of pvmoved's; see what listens there\n"));
	if (strstr(line, "--json"))
		assert_non_null(
			strstr(run.out, "\"name\":null,\"parameters\":{},\"message\":\"what"));
	else
		assert_string_equal(run.out, "");
	assert_int_equal(run.code, EXIT_FAILED);
	run_free(&run);
}

static void what_is_not_a_reply_is_refused(void **state)
{
	static const char *const replies[] = {
		"",
		"x",
		"[]",
		"null",
		"{",
		"{}{}",
		"{'parameters':[]}",
		"{'parameters':null}",
		"{'parameters':'x'}",
		"{'error':5}",
		"{'error':null}",
		"{'continues':1}",
		"{'parameters':{'moves':[]},'continues':true}",
		"{'parameters':{'moves':'\xff'}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		expect_nonsense("status", replies[i]);
}

static void replies_that_lack_what_they_must_hold_are_refused(void **state)
{
	(void)state;
	expect_nonsense("status", "{'parameters':{}}");
	expect_nonsense("status --json", "{'parameters':{'moves':[5]}}");
	expect_nonsense("status", "{'parameters':{'moves':{}}}");
	expect_nonsense("start /dev/sdb", "{'parameters':{'move':5}}");
	expect_nonsense("start --json /dev/sdb", "{'parameters':{'move':{}}}");
	expect_nonsense("start --dry-run /dev/sdb", "{'parameters':{}}");
	expect_nonsense("pause 7", "{'parameters':{}}");
	expect_nonsense("info", "{'parameters':{}}");
	expect_nonsense("wait 7", "{'parameters':{'moves':[{}]},'continues':true}");
	expect_nonsense("status --watch", "{'parameters':{},'continues':true}");
	expect_nonsense("status --watch --json", "{'parameters':{'moves':[{}]},'continues':true}");
}

static void deep_nesting_is_refused(void **state)
{
	char opened[1001] = "", closed[1001] = "";
	_free_ char *reply = NULL;

	(void)state;
	memset(opened, '[', sizeof(opened) - 1);
	memset(closed, ']', sizeof(closed) - 1);
	assert_true(asprintf(&reply, "{'parameters':{'moves':%s%s}}", opened, closed) > 0);
	expect_nonsense("status", reply);
}

static void endless_reply_is_cut_off(void **state)
{
	_free_ char *flood = calloc(1, PROTOCOL_REPLY_MAX / 64 + 1);
	const struct fake_step script[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_FLOOD, flood},
		{FAKE_END, NULL},
	};
	struct run run;

	(void)state;
	assert_non_null(flood);
	memset(flood, ' ', PROTOCOL_REPLY_MAX / 64);
	run = run_client("status", script);
	assert_int_equal(run.code, EXIT_FAILED);
	assert_non_null(strstr(run.err, "is no answer of pvmoved's"));
	run_free(&run);
}

static void reply_may_come_in_pieces(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "List"},    {FAKE_SEND_RAW, "{'parameters':"},
		{FAKE_SEND_RAW, "{'mov"}, {FAKE_SEND, "es':[]}}"},
		{FAKE_AWAIT_EOF, NULL},   {FAKE_END, NULL},
	};

	(void)state;
	run_expect("status --json", script, EXIT_OK, "{\"moves\":[]}\n", "");
}

static void request_that_is_too_long_is_not_sent(void **state)
{
	const struct fake_step script[] = {{FAKE_AWAIT_EOF, NULL}, {FAKE_END, NULL}};
	_free_ char *path = calloc(1, PROTOCOL_CALL_MAX + 1), *line = NULL;
	struct run run;

	(void)state;
	assert_non_null(path);
	memset(path, 'x', PROTOCOL_CALL_MAX);
	assert_true(asprintf(&line, "start /dev/%s", path) > 0);
	run = run_client(line, script);
	assert_string_equal(run.err, "pvmovectl: this is more than one request can hold; name "
				     "fewer ranges\n");
	assert_int_equal(run.code, EXIT_FAILED);
	run_free(&run);
}

static void names_cannot_command_the_terminal(void **state)
{
	const struct fake_step moves[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_SEND,
		 "{'parameters':{'moves':[" SAMPLE_MOVE(
			 7, "run\\u001b[2Jning", 1, 0,
			 "[" SAMPLE_PASS("h\\u009bome", "copying", 1, 0, "null") "]") "]}}"},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};
	const struct fake_step error[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_SEND,
		 "{'error':'org.pvmoved.LvLocked','parameters':{'lv':'a\\u001b[2J\\nb'}}"},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client("status", moves);

	(void)state;
	assert_null(strchr(run.out, '\033'));
	assert_null(strstr(run.out, "\xc2\x9b"));
	assert_non_null(strstr(run.out, "run [2Jning"));
	run_free(&run);
	run = run_client("status --json", error);
	assert_memory_equal(run.err, "pvmovectl: LV a [2J b is locked", 31);
	run_free(&run);
}

static void json_keeps_what_it_escapes(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_SEND, "{'parameters':{'moves':[],'x':'\\u001b\\u009b'}}"},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};

	(void)state;
	run_expect("status --json", script, EXIT_OK, "{\"moves\":[],\"x\":\"\\u001b\\u009b\"}\n",
		   "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_a_reply_is_refused),
		cmocka_unit_test(replies_that_lack_what_they_must_hold_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(endless_reply_is_cut_off),
		cmocka_unit_test(reply_may_come_in_pieces),
		cmocka_unit_test(request_that_is_too_long_is_not_sent),
		cmocka_unit_test(names_cannot_command_the_terminal),
		cmocka_unit_test(json_keeps_what_it_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

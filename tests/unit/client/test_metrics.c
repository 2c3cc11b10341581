/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "sample.h"

#define INFO                                                                                  \
	"{'parameters':{'version':'1.2','boot_id':'b','state_dir':'/s','started_us':1500001," \
	"'limit_bytes_s':null,'moves_unfinished':1}}"

/* The line stands there as a whole. */
static void assert_has(const struct run *run, const char *line)
{
	size_t len = strlen(line);

	for (const char *place = run->out; (place = strstr(place, line)); place += len)
		if ((place == run->out || place[-1] == '\n') && place[len] == '\n')
			return;
	fail_msg("no line %s in\n%s", line, run->out);
}

static struct run run_metrics(const char *moves)
{
	char *list = NULL;
	struct run run;

	assert_true(asprintf(&list, "{'parameters':{'moves':[%s]}}", moves) > 0);
	{
		const struct fake_step script[] = {
			{FAKE_EXPECT, "GetInfo"}, {FAKE_SEND, INFO}, {FAKE_AWAIT_EOF, NULL},
			{FAKE_EXPECT, "List"},    {FAKE_SEND, list}, {FAKE_AWAIT_EOF, NULL},
			{FAKE_END, NULL},
		};

		run = run_client("metrics", script);
	}
	free(list);
	return run;
}

static void a_move_under_way_has_its_numbers(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(7, "running", 4096, 1024, "[]"));

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_has(&run, "pvmoved_up 1");
	assert_has(&run, "pvmoved_info{version=\"1.2\"} 1");
	assert_has(&run, "pvmoved_start_time_seconds 1.500001");
	assert_has(&run, "pvmoved_moves{state=\"running\"} 1");
	assert_has(&run, "pvmoved_moves{state=\"failed\"} 0");
	assert_has(&run,
		   "pvmoved_move_copied_bytes{move=\"7\",vg=\"vg0\",source=\"/dev/sdb\"} 1024");
	assert_has(&run, "pvmoved_move_created_timestamp_seconds{move=\"7\",vg=\"vg0\","
			 "source=\"/dev/sdb\"} 1700000000.000000");
	run_free(&run);
}

static void what_is_not_known_has_no_sample(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(7, "running", 4096, null, "[]"));

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_null(strstr(run.out, "pvmoved_move_copied_bytes"));
	assert_null(strstr(run.out, "pvmoved_move_rate_bytes_per_second"));
	assert_null(strstr(run.out, "pvmoved_limit_bytes_per_second"));
	assert_null(strstr(run.out, "null"));
	run_free(&run);
}

static void moves_that_have_ended_are_counted_only(void **state)
{
	struct run run = run_metrics(SAMPLE_MOVE(3, "failed", 4096, 0,
						 "[]") "," SAMPLE_MOVE(4, "failed", 4096, 0, "[]"));

	(void)state;
	assert_has(&run, "pvmoved_moves{state=\"failed\"} 2");
	assert_null(strstr(run.out, "move=\""));
	run_free(&run);
}

static void labels_are_escaped(void **state)
{
	struct run run = run_metrics(
		"{'id':1,'uuid':'u','state':'running','waiting':true,'vg':'a\\\\b\\\"c\\nd',"
		"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':[],'passes':[],"
		"'total_bytes':1,'copied_bytes':0,'rate_bytes_s':null,'eta_us':null,'created_us':1,"
		"'finished_us':null,'request_id':null,'seq':1}");

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_has(&run, "pvmoved_move_waiting{move=\"1\",vg=\"a\\\\b\\\"c\\nd\","
			 "source=\"/dev/sdb\"} 1");
	run_free(&run);
}

static void a_daemon_that_is_not_there_is_not_up(void **state)
{
	struct run run = run_client("--socket /nonexistent metrics",
				    (const struct fake_step[]){{FAKE_END, NULL}});

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_has(&run, "pvmoved_up 0");
	assert_null(strstr(run.out, "pvmoved_moves"));
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_under_way_has_its_numbers),
		cmocka_unit_test(what_is_not_known_has_no_sample),
		cmocka_unit_test(moves_that_have_ended_are_counted_only),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(a_daemon_that_is_not_there_is_not_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

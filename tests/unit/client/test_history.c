/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "client/history.h"
#include "run.h"
#include "sample.h"

#define SEC_US UINT64_C(1000000)
#define MOVE(id, state, vg, source, destination, lv, finished)                                     \
	"{'id':" #id ",'uuid':'0f0e','state':'" state "','waiting':false,'vg':'" vg "',"           \
	"'vg_uuid':'v','source':'" source "','lv':null,'destinations':['" destination "'],"        \
	"'passes':[{'lv':'" lv "','lv_uuid':'u','state':'" state "','total_bytes':4096,"           \
	"'copied_bytes':4096,'reason':null}],'total_bytes':4096,'copied_bytes':4096,"              \
	"'rate_bytes_s':null,'eta_us':null,'created_us':1700000000000000,'finished_us':" #finished \
	",'request_id':null,'seq':1}"
#define MOVES                                                                                   \
	MOVE(1, "done", "vg0", "/dev/sdb", "/dev/sdc", "home", 1700000100000000)                \
	"," MOVE(2, "failed", "vg0", "/dev/sdb", "/dev/sdd", "root",                            \
		 1700000200000000) "," MOVE(3, "running", "vg0", "/dev/sdb", "/dev/sdc", "var", \
					    null) "," MOVE(4, "aborted", "vg1", "/dev/sde",     \
							   "/dev/sdf", "home", 1700000300000000)

/* Which moves the filter leaves, by their ids. */
static void assert_leaves(const struct history_filter *filter, const char *ids)
{
	struct json_object *list = sample_list(MOVES);
	struct moves moves = {0};
	char found[64] = "";

	assert_int_equal(moves_update(&moves, list), 0);
	history_filter_moves(filter, &moves);
	for (size_t i = 0; i < moves.count; i++)
		sprintf(found + strlen(found), "%s%d", i ? " " : "", (int)moves.entries[i].view.id);
	assert_string_equal(found, ids);
	moves_deinit(&moves);
	json_object_put(list);
}

static void what_has_not_ended_is_no_history(void **state)
{
	(void)state;
	assert_leaves(&(struct history_filter){0}, "4 2 1");
}

static void each_filter_leaves_its_own(void **state)
{
	(void)state;
	assert_leaves(&(struct history_filter){.vg = "vg0"}, "2 1");
	assert_leaves(&(struct history_filter){.vg = "vg"}, "");
	assert_leaves(&(struct history_filter){.result = "failed"}, "2");
	assert_leaves(&(struct history_filter){.lv = "home"}, "4 1");
	assert_leaves(&(struct history_filter){.lv = "vg1/home"}, "4");
	assert_leaves(&(struct history_filter){.lv = "/dev/vg0/home"}, "1");
	assert_leaves(&(struct history_filter){.source = "/dev/sdb"}, "2 1");
	assert_leaves(&(struct history_filter){.destination = "/dev/sdd"}, "2");
	assert_leaves(&(struct history_filter){.last = 2}, "4 2");
	assert_leaves(&(struct history_filter){.vg = "vg0", .last = 1}, "2");
}

static void times_are_of_the_end_and_belong_to_it(void **state)
{
	(void)state;
	assert_leaves(&(struct history_filter){.since_us = 1700000200 * SEC_US}, "4 2");
	assert_leaves(&(struct history_filter){.until_us = 1700000200 * SEC_US}, "2 1");
	assert_leaves(&(struct history_filter){.since_us = 1700000200 * SEC_US + 1,
					       .until_us = 1700000300 * SEC_US - 1},
		      "");
}

static struct run run_history(const char *line)
{
	static const struct fake_step script[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_SEND, "{'parameters':{'moves':[" MOVES "]}}"},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};

	return run_client(line, script);
}

static void it_is_shown_with_end_and_duration(void **state)
{
	struct run run = run_history("history --result failed");

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_string_equal(
		run.out,
		"ID  RESULT  ENDED                 TOOK  VG   FROM -> TO            LV        "
		"SIZE\n"
		" 2  failed  2023-11-14 22:16:40  3m20s  vg0  /dev/sdb -> /dev/sdd  root  4.00 "
		"KiB\n");
	run_free(&run);
}

static void as_json_it_is_a_list_of_moves(void **state)
{
	struct run run = run_history("history --last 1 --json");

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_ptr_equal(strstr(run.out, "{\"moves\":[{\"id\":4,"), run.out);
	assert_null(strstr(run.out, "\"id\":2"));
	run_free(&run);
}

static void nothing_left_is_said(void **state)
{
	struct run run = run_history("history --vg none");

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_string_equal(run.out, "No such move has ended, as far as the daemon remembers.\n");
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_not_ended_is_no_history),
		cmocka_unit_test(each_filter_leaves_its_own),
		cmocka_unit_test(times_are_of_the_end_and_belong_to_it),
		cmocka_unit_test(it_is_shown_with_end_and_duration),
		cmocka_unit_test(as_json_it_is_a_list_of_moves),
		cmocka_unit_test(nothing_left_is_said),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

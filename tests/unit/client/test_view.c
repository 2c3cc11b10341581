/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "client/view.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

#define HOME SAMPLE_PASS("home", "copying", 1000, 430, "null")
#define VAR  SAMPLE_PASS("var", "failed", 10, 5, "{'code':'lv_gone','text':'x'}")
#define PLAN_WITH(runs)                                                                  \
	"{'vg':'vg0','passes':[{'lv':'home','lv_uuid':'u','total_bytes':9,'runs':[" runs \
	"]}],'total_bytes':9,'peak_bytes':8,'free_bytes':7}"
#define RUN(count)                                                                   \
	"{'first_le':1,'extent_count':" #count ",'source':'/dev/sdb','source_pe':2," \
	"'destination':'/dev/sdc','destination_pe':3}"

static void move_is_read(void **state)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse(SAMPLE_MOVE(7, "running", 1010, 435, "[" VAR "," HOME "]"));
	struct move_view move;
	struct pass_view pass;

	(void)state;
	assert_int_equal(view_read_move(object, &move), 0);
	assert_int_equal(move.id, 7);
	assert_string_equal(move.state, "running");
	assert_string_equal(move.vg, "vg0");
	assert_null(move.lv);
	assert_null(move.request_id);
	assert_true(move.rate_bytes_s == VIEW_UNKNOWN && move.eta_us == VIEW_UNKNOWN);
	assert_int_equal(view_count(move.destinations), 1);
	assert_string_equal(view_get_destination(&move, 0), "/dev/sdc");
	pass = view_get_pass(&move, 0);
	assert_string_equal(pass.reason_code, "lv_gone");
	assert_true(view_find_current_pass(&move, &pass));
	assert_string_equal(pass.lv, "home");
	assert_null(pass.reason_code);
}

/* Reads a move with one member as given, or without it for NULL. */
static int read_with(const char *key, const char *value)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse(SAMPLE_MOVE(7, "running", 1000, 430, "[" HOME "]"));
	struct move_view move = {.id = 77};
	int ret;

	if (value) {
		json_object_object_add(object, key, json_tokener_parse(value));
	} else {
		json_object_object_del(object, key);
	}
	ret = view_read_move(object, &move);
	if (ret < 0)
		assert_int_equal(move.id, 77);
	return ret;
}

static void nullable_members_may_be_missing(void **state)
{
	static const char *const keys[] = {
		"lv",         "rate_bytes_s", "eta_us",          "finished_us",
		"request_id", "queue",        "stalled_since_us"};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(read_with(keys[i], NULL), 0);
}

static void other_members_may_not(void **state)
{
	static const char *const keys[] = {"id",          "uuid",      "state",        "waiting",
					   "vg",          "source",    "destinations", "passes",
					   "total_bytes", "created_us"};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(read_with(keys[i], NULL), -EBADMSG);
		assert_int_equal(read_with(keys[i], "null"), -EBADMSG);
	}
}

static void members_of_the_wrong_kind_are_refused(void **state)
{
	(void)state;
	assert_int_equal(read_with("id", "0"), -EBADMSG);
	assert_int_equal(read_with("id", "-1"), -EBADMSG);
	assert_int_equal(read_with("id", "1.5"), -EBADMSG);
	assert_int_equal(read_with("id", "\"7\""), -EBADMSG);
	assert_int_equal(read_with("state", "5"), -EBADMSG);
	assert_int_equal(read_with("vg", "\"a\\u0000b\""), -EBADMSG);
	assert_int_equal(read_with("waiting", "1"), -EBADMSG);
	assert_int_equal(read_with("eta_us", "-1"), -EBADMSG);
	assert_int_equal(read_with("destinations", "{}"), -EBADMSG);
	assert_int_equal(read_with("destinations", "[5]"), -EBADMSG);
	assert_int_equal(read_with("destinations", "[null]"), -EBADMSG);
	assert_int_equal(read_with("passes", "[{}]"), -EBADMSG);
	assert_int_equal(read_with("passes", "[null]"), -EBADMSG);
	assert_int_equal(read_with("passes", "5"), -EBADMSG);
}

static void a_queue_must_be_whole(void **state)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse(SAMPLE_MOVE(7, "running", 1000, 430, "[" HOME "]"));
	struct move_view move;

	(void)state;
	assert_int_equal(view_read_move(object, &move), 0);
	assert_true(move.queue_place == VIEW_UNKNOWN && move.stalled_since_us == VIEW_UNKNOWN);
	json_object_object_add(
		object, "queue",
		json_tokener_parse("{\"place\":2,\"behind\":3,\"disk\":\"/dev/x\"}"));
	assert_int_equal(view_read_move(object, &move), 0);
	assert_int_equal(move.queue_place, 2);
	assert_int_equal(move.queue_behind, 3);
	assert_string_equal(move.queue_disk, "/dev/x");
	assert_int_equal(read_with("queue", "{\"place\":2,\"behind\":3}"), 0);
	assert_int_equal(read_with("queue", "{\"place\":0,\"behind\":3,\"disk\":null}"), -EBADMSG);
	assert_int_equal(read_with("queue", "{\"place\":2,\"disk\":null}"), -EBADMSG);
	assert_int_equal(read_with("queue", "[]"), -EBADMSG);
	assert_int_equal(read_with("stalled_since_us", "true"), -EBADMSG);
}

static void members_of_newer_daemons_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(read_with("newer", "[1,2]"), 0);
}

static void reason_must_be_whole(void **state)
{
	cleanup(protocol_put) struct json_object *object = sample_parse(SAMPLE_MOVE(
		7, "failed", 10, 5, "[" SAMPLE_PASS("var", "failed", 10, 5, "{'code':'x'}") "]"));
	struct move_view move;

	(void)state;
	assert_int_equal(view_read_move(object, &move), -EBADMSG);
	assert_int_equal(view_read_move(NULL, &move), -EBADMSG);
}

static void plan_is_read(void **state)
{
	cleanup(protocol_put) struct json_object *object = sample_parse(PLAN_WITH(RUN(4)));
	struct planned_pass_view pass;
	struct plan_view plan;
	struct run_view run;

	(void)state;
	assert_int_equal(view_read_plan(object, &plan), 0);
	assert_int_equal(plan.peak_bytes, 8);
	pass = view_get_planned_pass(&plan, 0);
	assert_string_equal(pass.lv, "home");
	run = view_get_run(&pass, 0);
	assert_int_equal(run.extent_count, 4);
	assert_string_equal(run.destination, "/dev/sdc");
	assert_int_equal(run.destination_pe, 3);
}

static void empty_run_is_refused(void **state)
{
	cleanup(protocol_put) struct json_object *object = sample_parse(PLAN_WITH(RUN(0)));
	struct plan_view plan;

	(void)state;
	assert_int_equal(view_read_plan(object, &plan), -EBADMSG);
}

static void percent_is_rounded_down_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(view_percent(0, 1000), 0);
	assert_int_equal(view_percent(999, 1000), 99);
	assert_int_equal(view_percent(1000, 1000), 100);
	assert_int_equal(view_percent(2000, 1000), 100);
	assert_int_equal(view_percent(0, 0), 100);
	assert_int_equal(view_percent(INT64_MAX - 1, INT64_MAX), 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(move_is_read),
		cmocka_unit_test(nullable_members_may_be_missing),
		cmocka_unit_test(other_members_may_not),
		cmocka_unit_test(members_of_the_wrong_kind_are_refused),
		cmocka_unit_test(a_queue_must_be_whole),
		cmocka_unit_test(members_of_newer_daemons_are_ignored),
		cmocka_unit_test(reason_must_be_whole),
		cmocka_unit_test(plan_is_read),
		cmocka_unit_test(empty_run_is_refused),
		cmocka_unit_test(percent_is_rounded_down_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

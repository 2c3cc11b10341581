/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/move.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/warning.h"
#include "daemon/rpc/encode.h"

#define _json_ cleanup(protocol_put) struct json_object *

/* A move of two passes, with nothing in it that a test has to free. */
struct sample {
	struct move move;
	struct move_request request;
	struct pv_choice destinations[2];
	struct pass passes[2];
};

static char sample_vg[] = "vg0";
static char sample_devices[3][16] = {"/dev/sda", "/dev/sdb", "/dev/sdc"};
static char sample_lvs[2][16] = {"root", "home"};

static void sample_init(struct sample *sample)
{
	*sample = (struct sample){
		.request = {.destinations = sample->destinations, .destination_count = 2},
		.passes = {{.state = PASS_DONE,
			    .total_bytes = 1000,
			    .copied_bytes = 1000,
			    .is_observed = true},
			   {.state = PASS_COPYING,
			    .total_bytes = 9000,
			    .copied_bytes = 2000,
			    .is_observed = true}},
		.move = {.id = 7,
			 .uuid = "11111111-2222-4333-8444-555555555555",
			 .vg_name = sample_vg,
			 .request = &sample->request,
			 .created_us = 1700000000000000,
			 .passes = sample->passes,
			 .pass_count = 2,
			 .seq = 99},
	};
	sample->request.source.device = sample_devices[0];
	sample->destinations[0].device = sample_devices[1];
	sample->destinations[1].device = sample_devices[2];
	sample->passes[0].lv_name = sample_lvs[0];
	sample->passes[1].lv_name = sample_lvs[1];
}

/* expected is written with ' for ". */
static void assert_encoded(struct json_object *object, const char *expected)
{
	_json_ wanted = NULL;
	char text[4096];

	snprintf(text, sizeof(text), "%s", expected);
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	assert_int_equal(protocol_parse(text, strlen(text), &wanted), 0);
	if (!json_object_equal(object, wanted))
		fail_msg("%s\nis not\n%s", json_object_to_json_string(object), text);
}

static void assert_member(struct json_object *object, const char *name, const char *expected)
{
	struct json_object *value = json_object_object_get(object, name);

	assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
			    expected);
}

static void a_move_is_encoded_as_the_interface_says(void **state)
{
	struct sample sample;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	object = encode_move(&sample.move);
	assert_encoded(
		object,
		"{'id':7,'uuid':'11111111-2222-4333-8444-555555555555','state':'running',"
		"'waiting':false,'queue':null,'stalled_since_us':null,'vg':'vg0','vg_uuid':'','"
		"source':'/dev/sda','lv':null,"
		"'destinations':['/dev/sdb','/dev/sdc'],'passes':["
		"{'lv':'root','lv_uuid':'','state':'done','total_bytes':1000,"
		"'copied_bytes':1000,'verified_bytes':null,'unverified':null,'wedged':null,'reason'"
		":null,'waits_"
		"for':null,'trouble':null},"
		"{'lv':'home','lv_uuid':'','state':'copying','total_bytes':9000,"
		"'copied_bytes':2000,'verified_bytes':null,'unverified':null,'wedged':null,'reason'"
		":null,'waits_"
		"for':null,'trouble':null}],"
		"'total_bytes':10000,'copied_bytes':3000,'verified_bytes':null,'rate_bytes_s':null,"
		"'eta_us':null,'limit_bytes_s':null,'max_latency_us':null,'latency':null,"
		"'created_us':1700000000000000,'finished_us':null,'request_id':null,"
		"'seq':99}");
}

static void what_is_known_is_not_null(void **state)
{
	struct sample sample;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	sample.request.lv = sample_lvs[1];
	sample.request.request_id = (char[]){"mine"};
	sample.passes[1].state = PASS_FAILED;
	sample.passes[1].reason = REASON_SOURCE_UNREADABLE;
	/* what the kernel says is bytes, not always text */
	snprintf(sample.passes[1].reason_text, PASS_REASON_TEXT_MAX, "sector 8 \xff");
	sample.move.waiting = true;
	sample.move.finished_us = 1700000000000001;
	object = encode_move(&sample.move);
	assert_member(object, "lv", "\"home\"");
	assert_member(object, "request_id", "\"mine\"");
	assert_member(object, "state", "\"failed\"");
	assert_member(object, "waiting", "true");
	assert_member(object, "finished_us", "1700000000000001");
	assert_encoded(json_object_array_get_idx(json_object_object_get(object, "passes"), 1),
		       "{'lv':'home','lv_uuid':'','state':'failed','total_bytes':9000,"
		       "'copied_bytes':2000,'verified_bytes':null,'unverified':null,'wedged':null,'"
		       "reason':"
		       "{'code':'source_unreadable','text':'sector 8 "
		       "?'},'waits_for':null,'trouble':null}");
}

static void a_disk_that_failed_is_named_with_its_sectors(void **state)
{
	struct sample sample;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	sample.passes[1].state = PASS_UNDOING;
	sample.passes[1].reason = REASON_DEST_FAILED;
	sample.passes[1].waits_for = REASON_PV_MISSING;
	strcpy(sample.passes[1].waits_text, "the PV");
	sample.passes[1].trouble = (struct pass_trouble){
		.side = TROUBLE_DEST,
		.pv = {"the PV"},
		.first_le = 4,
		.le_count = 2,
		.first_sector = 10240,
		.sector_count = 4096,
	};
	object = encode_move(&sample.move);
	assert_encoded(json_object_array_get_idx(json_object_object_get(object, "passes"), 1),
		       "{'lv':'home','lv_uuid':'','state':'undoing','total_bytes':9000,"
		       "'copied_bytes':2000,'verified_bytes':null,'unverified':null,'wedged':null,'"
		       "reason':{'"
		       "code':'destination_failed','text':''},"
		       "'waits_for':{'code':'pv_missing','text':'the PV'},"
		       "'trouble':{'side':'destination','device':null,'pv_uuid':'the PV',"
		       "'first_le':4,'le_count':2,'first_sector':10240,'sector_count':4096,"
		       "'exact':false}}");
}

static void what_is_verified_is_said_where_it_was_asked_for(void **state)
{
	struct sample sample;
	struct json_object *passes;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	sample.request.verify = true;
	sample.passes[0].verified_bytes = 900;
	snprintf(sample.passes[0].unverified, PASS_REASON_TEXT_MAX, "sectors 1 to 2");
	object = encode_move(&sample.move);
	passes = json_object_object_get(object, "passes");
	assert_member(object, "verified_bytes", "900");
	assert_member(json_object_array_get_idx(passes, 0), "verified_bytes", "900");
	assert_member(json_object_array_get_idx(passes, 0), "unverified", "\"sectors 1 to 2\"");
	assert_member(json_object_array_get_idx(passes, 1), "verified_bytes", "0");
	assert_member(json_object_array_get_idx(passes, 1), "unverified", "null");
}

static void devices_that_are_wedged_are_named_after_the_end_too(void **state)
{
	struct sample sample;
	_json_ object = NULL;
	const struct json_object *passes;

	(void)state;
	sample_init(&sample);
	snprintf(sample.passes[0].wedged, PASS_WEDGED_TEXT_MAX,
		 "vg0-root-pvmoved vg0-root-pvmoved1");
	object = encode_move(&sample.move);
	passes = json_object_object_get(object, "passes");
	assert_member(json_object_array_get_idx(passes, 0), "state", "\"done\"");
	assert_member(json_object_array_get_idx(passes, 0), "wedged",
		      "\"vg0-root-pvmoved vg0-root-pvmoved1\"");
}

static void rate_and_time_left_are_those_of_a_running_move(void **state)
{
	struct sample sample;
	_json_ running = NULL;
	_json_ paused = NULL;
	_json_ done = NULL;

	(void)state;
	sample_init(&sample);
	eta_add_sample(&sample.move.eta, 1000000, 0);
	eta_add_sample(&sample.move.eta, 3000000, 2000);
	running = encode_move(&sample.move);
	assert_member(running, "rate_bytes_s", "1000");
	assert_member(running, "eta_us", "7000000");
	assert_member(running, "limit_bytes_s", "null");
	sample.move.limit_bytes_s = 65536;
	sample.move.goal = GOAL_PAUSE;
	paused = encode_move(&sample.move);
	assert_member(paused, "state", "\"paused\"");
	assert_member(paused, "rate_bytes_s", "null");
	assert_member(paused, "eta_us", "null");
	assert_member(paused, "limit_bytes_s", "65536");
	sample.passes[1].state = PASS_DONE;
	done = encode_move(&sample.move);
	assert_member(done, "rate_bytes_s", "null");
	assert_member(done, "eta_us", "null");
}

static void what_nobody_has_looked_at_is_not_known(void **state)
{
	struct sample sample;
	struct json_object *passes;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	eta_add_sample(&sample.move.eta, 1000000, 0);
	eta_add_sample(&sample.move.eta, 3000000, 2000);
	sample.passes[1].is_observed = false;
	object = encode_move(&sample.move);
	assert_member(object, "copied_bytes", "null");
	assert_member(object, "eta_us", "null");
	passes = json_object_object_get(object, "passes");
	assert_member(json_object_array_get_idx(passes, 0), "copied_bytes", "1000");
	assert_member(json_object_array_get_idx(passes, 1), "copied_bytes", "null");
}

static void a_move_that_waits_for_its_turn_says_behind_whom(void **state)
{
	struct sample sample;
	_json_ known = NULL;
	_json_ unknown = NULL;

	(void)state;
	sample_init(&sample);
	eta_add_sample(&sample.move.eta, 1000000, 0);
	eta_add_sample(&sample.move.eta, 3000000, 2000);
	sample.move.queue = (struct move_queue){.place = 2, .behind_id = 5, .disk = "sdb"};
	known = encode_move(&sample.move);
	assert_member(known, "state", "\"running\"");
	assert_member(known, "queue", "{\"place\":2,\"behind\":5,\"disk\":\"\\/dev\\/sdb\"}");
	assert_member(known, "rate_bytes_s", "null");
	assert_member(known, "eta_us", "null");
	*sample.move.queue.disk = '\0';
	unknown = encode_move(&sample.move);
	assert_member(unknown, "queue", "{\"place\":2,\"behind\":5,\"disk\":null}");
}

static void a_move_that_stalls_says_since_when_and_of_no_end(void **state)
{
	struct sample sample;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	eta_add_sample(&sample.move.eta, 1000000, 0);
	eta_add_sample(&sample.move.eta, 3000000, 2000);
	sample.move.stalled_since_us = 1700000000000000;
	object = encode_move(&sample.move);
	assert_member(object, "stalled_since_us", "1700000000000000");
	assert_member(object, "rate_bytes_s", "1000");
	assert_member(object, "eta_us", "null");
}

/* At a byte a second; the wire's numbers end at 2^63 − 1. */
static void a_time_left_beyond_the_wire_is_not_known(void **state)
{
	struct sample sample;
	_json_ object = NULL;

	(void)state;
	sample_init(&sample);
	sample.passes[1].total_bytes = UINT64_C(10) << 40;
	eta_add_sample(&sample.move.eta, 1000000, 0);
	eta_add_sample(&sample.move.eta, 11000000, 10);
	object = encode_move(&sample.move);
	assert_member(object, "rate_bytes_s", "1");
	assert_member(object, "eta_us", "null");
}

static void a_plan_is_encoded_as_the_interface_says(void **state)
{
	struct run runs[] = {
		{.first_le = 0, .extent_count = 3, .source_pe = 5, .dest_pe = 100},
		{.first_le = 10, .extent_count = 2, .source_pe = 9, .dest_pe = 103},
	};
	struct planned_pass passes[] = {
		{.lv_name = sample_lvs[1],
		 .reservation = {.lv = {"the LV"}, .runs = runs, .run_count = 2}},
	};
	struct plan plan = {.vg_name = sample_vg,
			    .extent_bytes = 4194304,
			    .passes = passes,
			    .pass_count = 1,
			    .total_extents = 5,
			    .free_extents = 7};
	struct warning_list warnings = {0};
	_json_ object = NULL;

	(void)state;
	runs[0].source_pv = (struct lvm_id){"source PV"};
	runs[0].dest_pv = (struct lvm_id){"destination PV"};
	assert_int_equal(warning_append(&warnings, WARNING_SAME_DISK, "on %s", "sda"), 0);
	object = encode_plan(&plan, &warnings);
	warning_list_deinit(&warnings);
	assert_encoded(object, "{'vg':'vg0','passes':[{'lv':'home','lv_uuid':'the LV',"
			       "'total_bytes':20971520,'runs':["
			       "{'first_le':0,'extent_count':3,'source':'source PV','source_pe':5,"
			       "'destination':'destination PV','destination_pe':100},"
			       "{'first_le':10,'extent_count':2,'source':'','source_pe':9,"
			       "'destination':'','destination_pe':103}]}],"
			       "'total_bytes':20971520,'peak_bytes':20971520,'free_bytes':29360128,"
			       "'warnings':[{'code':'same_disk','text':'on sda'}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_is_encoded_as_the_interface_says),
		cmocka_unit_test(what_is_known_is_not_null),
		cmocka_unit_test(what_is_verified_is_said_where_it_was_asked_for),
		cmocka_unit_test(a_disk_that_failed_is_named_with_its_sectors),
		cmocka_unit_test(devices_that_are_wedged_are_named_after_the_end_too),
		cmocka_unit_test(rate_and_time_left_are_those_of_a_running_move),
		cmocka_unit_test(what_nobody_has_looked_at_is_not_known),
		cmocka_unit_test(a_move_that_waits_for_its_turn_says_behind_whom),
		cmocka_unit_test(a_move_that_stalls_says_since_when_and_of_no_end),
		cmocka_unit_test(a_time_left_beyond_the_wire_is_not_known),
		cmocka_unit_test(a_plan_is_encoded_as_the_interface_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "daemon/rpc/parameters.h"
#include "tests/unit/rpc/harness.h"

/* /dev/null is there everywhere, and here it is a disk. */
#define DISK "/dev/null"

static bool null_is_a_disk;

int __real_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status);

int __wrap_stat(const char *path, struct stat *status)
{
	int ret = __real_stat(path, status);

	if (ret == 0 && null_is_a_disk && status->st_rdev == makedev(1, 3)) {
		status->st_mode = S_IFBLK | 0600;
		status->st_rdev = makedev(8, 16);
	}
	return ret;
}

/* Sends a Plan with that request and returns what the mover got, borrowed; NULL: nothing. */
static const struct move_request *plan(struct harness *harness, struct client *client,
				       const char *request)
{
	_free_ char *text = NULL;

	assert_true(asprintf(&text, "{'method':'org.pvmoved.Plan','parameters':{'request':%s}}",
			     request) > 0);
	client_send(harness, client, text);
	harness_run(harness);
	return harness->mover.pending_count ? harness->mover.pending[0].request : NULL;
}

static void a_whole_request_reaches_the_mover(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	const struct move_request *request;

	null_is_a_disk = true;
	request = plan(
		harness, &client,
		"{'source':{'device':'" DISK "','ranges':["
		"{'first_pe':0,'extent_count':10},{'first_pe':20,'extent_count':1}]},"
		"'lv':'vg0/home','destinations':[{'device':'/dev/sdx'},"
		"{'device':'" DISK "','ranges':[{'first_pe':5,'extent_count':6}]}],"
		"'request_id':'mine-1','verify':true,'limit_bytes_s':65536,'max_latency_us':100}");
	null_is_a_disk = false;
	assert_non_null(request);
	assert_string_equal(request->source.device, DISK);
	assert_int_equal(request->source.dev, makedev(8, 16));
	assert_int_equal(request->source.range_count, 2);
	assert_int_equal(request->source.ranges[1].first_pe, 20);
	assert_int_equal(request->source.ranges[1].extent_count, 1);
	assert_string_equal(request->lv, "vg0/home");
	assert_int_equal(request->destination_count, 2);
	assert_string_equal(request->destinations[0].device, "/dev/sdx");
	assert_int_equal(request->destinations[0].dev, 0);
	assert_int_equal(request->destinations[1].dev, makedev(8, 16));
	assert_int_equal(request->destinations[1].ranges[0].extent_count, 6);
	assert_string_equal(request->request_id, "mine-1");
	assert_true(request->verify);
	assert_true(request->has_limit);
	assert_int_equal(request->limit_bytes_s, 65536);
	assert_true(request->has_max_latency);
	assert_int_equal(request->max_latency_us, 100);
	client_close(&client);
}

static void what_may_be_missing_may_be_null(void **state)
{
	static const char *const requests[] = {
		"{'source':{'device':'/dev/sdx'}}",
		"{'source':{'device':'/dev/sdx','ranges':null},'destinations':null}",
		"{'source':{'device':'/dev/sdx'},'lv':null,'request_id':null,'verify':null,"
		"'limit_bytes_s':null,'max_latency_us':null}",
		"{'source':{'device':'/dev/sdx','ranges':[]},'destinations':[]}",
	};
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const struct move_request *request = plan(harness, &client, requests[i]);
		_json_ answer = NULL;

		assert_non_null(request);
		assert_null(request->lv);
		assert_null(request->request_id);
		assert_false(request->verify);
		assert_false(request->has_limit);
		assert_false(request->has_max_latency);
		assert_int_equal(request->source.range_count, 0);
		assert_int_equal(request->destination_count, 0);
		fake_mover_answer(&harness->mover);
		answer = client_receive(harness, &client);
		assert_non_null(answer);
	}
	client_close(&client);
}

/* The planner then says NoSuchPv; the path itself is no error of the protocol. */
static void paths_that_are_no_disks_below_dev_lead_nowhere(void **state)
{
	static const char *const paths[] = {
		"sda",
		"/dev",
		"/dev/",
		"/dev/null/",
		"/dev/zero",
		"/dev/no-such-disk",
		"/dev/../dev/null",
		"/etc/passwd",
		"//dev/null",
	};
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	char text[256];

	null_is_a_disk = true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct move_request *request;
		_json_ answer = NULL;

		snprintf(text, sizeof(text), "{'source':{'device':'%s'}}", paths[i]);
		request = plan(harness, &client, text);
		assert_non_null(request);
		assert_int_equal(request->source.dev, 0);
		fake_mover_answer(&harness->mover);
		answer = client_receive(harness, &client);
		assert_non_null(answer);
	}
	null_is_a_disk = false;
	client_close(&client);
}

static void bad_requests_name_the_parameter_at_fault(void **state)
{
	static const struct {
		const char *request;
		const char *fault;
	} bad[] = {
		{"null", "request"},
		{"1", "request"},
		{"[]", "request"},
		{"{}", "source"},
		{"{'source':null}", "source"},
		{"{'source':'/dev/sda'}", "source"},
		{"{'source':{}}", "device"},
		{"{'source':{'device':7}}", "device"},
		{"{'source':{'device':''}}", "device"},
		{"{'source':{'device':'/dev/sda\\u0000x'}}", "device"},
		{"{'source':{'device':'/dev/sda','size':1}}", "size"},
		{"{'source':{'device':'/dev/sda'},'to':'/dev/sdb'}", "to"},
		{"{'source':{'device':'/dev/sda'},'lv':''}", "lv"},
		{"{'source':{'device':'/dev/sda'},'lv':['home']}", "lv"},
		{"{'source':{'device':'/dev/sda'},'request_id':12}", "request_id"},
		{"{'source':{'device':'/dev/sda'},'verify':1}", "verify"},
		{"{'source':{'device':'/dev/sda'},'limit_bytes_s':65535}", "limit_bytes_s"},
		{"{'source':{'device':'/dev/sda'},'limit_bytes_s':-65536}", "limit_bytes_s"},
		{"{'source':{'device':'/dev/sda'},'limit_bytes_s':'20m'}", "limit_bytes_s"},
		{"{'source':{'device':'/dev/sda'},'max_latency_us':99}", "max_latency_us"},
		{"{'source':{'device':'/dev/sda'},'max_latency_us':60000001}", "max_latency_us"},
		{"{'source':{'device':'/dev/sda'},'max_latency_us':-1}", "max_latency_us"},
		{"{'source':{'device':'/dev/sda'},'verify':'true'}", "verify"},
		{"{'source':{'device':'/dev/sda'},'destinations':{}}", "destinations"},
		{"{'source':{'device':'/dev/sda'},'destinations':[null]}", "destinations"},
		{"{'source':{'device':'/dev/sda'},'destinations':['/dev/sdb']}", "destinations"},
		{"{'source':{'device':'/dev/sda'},'destinations':[{'ranges':[]}]}", "device"},
		{"{'source':{'device':'/dev/sda','ranges':'0-9'}}", "ranges"},
		{"{'source':{'device':'/dev/sda','ranges':[[0,9]]}}", "ranges"},
		{"{'source':{'device':'/dev/sda','ranges':[{'first_pe':1}]}}", "extent_count"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':-1,'extent_count':1}]}}",
		 "first_pe"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':1.5,'extent_count':1}]}}",
		 "first_pe"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':'1','extent_count':1}]}}",
		 "first_pe"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':9223372036854775808,'extent_count':1}]}}",
		 "first_pe"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':99999999999999999999999999,'extent_count':1}]}}",
		 "first_pe"},
		{"{'source':{'device':'/dev/sda','ranges':["
		 "{'first_pe':1,'extent_count':true}]}}",
		 "extent_count"},
	};
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	char call[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(call, sizeof(call),
			 "{'method':'org.pvmoved.Plan','parameters':{'request':%s}}",
			 bad[i].request);
		assert_call_fails(harness, &client, call, VARLINK_INVALID_PARAMETER, "parameter",
				  bad[i].fault);
	}
	assert_int_equal(harness->mover.pending_count, 0);
	client_close(&client);
}

static void ids_are_whole_and_not_negative(void **state)
{
	static const char *const bad[] = {
		"{}",         "{'id':null}", "{'id':-1}", "{'id':'1'}",
		"{'id':1.0}", "{'id':[1]}",  "{'id':{}}", "{'id':99999999999999999999}",
	};
	struct harness *harness = *state;
	struct client client = client_open(harness, ROOT);
	char call[128];

	fake_mover_add(&harness->mover, PASS_COPYING);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(call, sizeof(call), "{'method':'org.pvmoved.Abort','parameters':%s}",
			 bad[i]);
		assert_call_fails(harness, &client, call, VARLINK_INVALID_PARAMETER, "parameter",
				  "id");
	}
	assert_call_fails(harness, &client,
			  "{'method':'org.pvmoved.Abort','parameters':{'id':1,'force':true}}",
			  VARLINK_INVALID_PARAMETER, "parameter", "force");
	assert_call_fails(harness, &client, "{'method':'org.pvmoved.Abort'}",
			  VARLINK_INVALID_PARAMETER, "parameter", "id");
	assert_call_fails(harness, &client,
			  "{'method':'org.pvmoved.GetInfo','parameters':{'id':1}}",
			  VARLINK_INVALID_PARAMETER, "parameter", "id");
	assert_int_equal(harness->mover.goals_set, 0);
	client_close(&client);
}

static char *repeat(const char *text, size_t times)
{
	char *all = malloc(times * strlen(text) + 1);
	char *end = all;

	*end = '\0';
	for (size_t i = 0; i < times; i++)
		end = stpcpy(end, text);
	return all;
}

/* A text one byte longer than allowed is refused; the longest is not. */
static void texts_have_bounds(void **state)
{
	static const struct {
		const char *format;
		const char *fault;
		size_t max;
	} texts[] = {
		{"{'source':{'device':'%s'}}", "device", PARAMETER_DEVICE_MAX},
		{"{'source':{'device':'/dev/sda'},'lv':'%s'}", "lv", PARAMETER_LV_MAX},
		{"{'source':{'device':'/dev/sda'},'request_id':'%s'}", "request_id",
		 PARAMETER_REQUEST_ID_MAX},
	};
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	char request[8192];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_free_ char *longest = repeat("x", texts[i].max);
		_free_ char *longer = repeat("x", texts[i].max + 1);
		_json_ taken = NULL;
		_json_ refused = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(request, sizeof(request), texts[i].format, longest);
		assert_non_null(plan(harness, &client, request));
		fake_mover_answer(&harness->mover);
		taken = client_receive(harness, &client);
		assert_nothing_at(taken, "/error");
		snprintf(request, sizeof(request), texts[i].format, longer);
#pragma GCC diagnostic pop
		assert_null(plan(harness, &client, request));
		refused = client_receive(harness, &client);
		assert_text_at(refused, "/parameters/parameter", texts[i].fault);
	}
	client_close(&client);
}

static void lists_have_bounds(void **state)
{
	struct harness *harness = *state;
	struct client client = client_open(harness, GUEST);
	const char one[] = "{'first_pe':0,'extent_count':1},";
	_free_ char *ranges = repeat(one, REQUEST_LIST_MAX - 1);
	_free_ char *request = NULL;
	_free_ char *longer = NULL;
	const struct move_request *got;
	_json_ taken = NULL;
	_json_ refused = NULL;

	assert_true(asprintf(&request, "{'source':{'device':'/dev/sda','ranges':[%s%s]}}", ranges,
			     "{'first_pe':7,'extent_count':1}") > 0);
	assert_true(asprintf(&longer, "{'source':{'device':'/dev/sda','ranges':[%s%s%s]}}", one,
			     ranges, "{'first_pe':7,'extent_count':1}") > 0);
	got = plan(harness, &client, request);
	assert_non_null(got);
	assert_int_equal(got->source.range_count, REQUEST_LIST_MAX);
	assert_int_equal(got->source.ranges[REQUEST_LIST_MAX - 1].first_pe, 7);
	fake_mover_answer(&harness->mover);
	taken = client_receive(harness, &client);
	assert_non_null(taken);
	assert_null(plan(harness, &client, longer));
	refused = client_receive(harness, &client);
	assert_text_at(refused, "/error", VARLINK_INVALID_PARAMETER);
	assert_text_at(refused, "/parameters/parameter", "ranges");
	client_close(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_request_reaches_the_mover),
		TEST(what_may_be_missing_may_be_null),
		TEST(paths_that_are_no_disks_below_dev_lead_nowhere),
		TEST(bad_requests_name_the_parameter_at_fault),
		TEST(ids_are_whole_and_not_negative),
		TEST(texts_have_bounds),
		TEST(lists_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

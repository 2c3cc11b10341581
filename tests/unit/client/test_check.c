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

#include "client/check.h"
#include "sample.h"

#define SEC_US UINT64_C(1000000)
#define NOW_US (UINT64_C(1700100000) * SEC_US)
#define MOVE(id, state, waiting, stalled, finished, passes)                                      \
	"{'id':" #id ",'uuid':'0f0e','state':'" state "','waiting':" #waiting ",'vg':'vg0',"     \
	"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':[],'passes':" passes         \
	",'total_bytes':4096,'copied_bytes':1024,'rate_bytes_s':512,'eta_us':null,"              \
	"'stalled_since_us':" #stalled ",'created_us':1700000000000000,'finished_us':" #finished \
	",'request_id':null,'seq':1}"
#define RUNNING MOVE(1, "running", false, null, null, "[]")
/* 200 s before now; 100 s before now */
#define STALLED MOVE(2, "running", false, 1700099800000000, null, "[]")
#define WAITING MOVE(3, "running", true, null, null, "[]")
#define FAILED  MOVE(4, "failed", false, null, 1700099900000000, "[]")
#define WEDGED                                                                           \
	MOVE(5, "done", false, null, 1700000001000000,                                   \
	     "[{'lv':'a','lv_uuid':'u','state':'done','total_bytes':1,'copied_bytes':1," \
	     "'wedged':'vg0-a-pvmoved','reason':null}]")

static const struct check_limits usual = {.critical_us = 300 * SEC_US, .failed_us = 86400 * SEC_US};

/* What a plugin says of these moves; the text is the caller's. */
static char *check(const char *list, const struct check_limits *limits, enum check_verdict expected)
{
	struct moves moves = {0};
	struct json_object *object = sample_list(list);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(moves_update(&moves, object), 0);
	assert_int_equal(check_write(out, &moves, limits, NOW_US), expected);
	fclose(out);
	moves_deinit(&moves);
	json_object_put(object);
	return text;
}

static void assert_says(const char *list, const struct check_limits *limits,
			enum check_verdict expected, const char *begin)
{
	char *text = check(list, limits, expected);

	if (strncmp(text, begin, strlen(begin)) != 0)
		fail_msg("it says %s and not %s", text, begin);
	/* One line, with one place where the numbers begin. */
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_ptr_equal(strchr(text, '|'), strrchr(text, '|'));
	free(text);
}

static void all_is_well_without_moves_and_with_ones_that_go_on(void **state)
{
	(void)state;
	assert_says("", &usual, CHECK_OK,
		    "PVMOVED OK - 0 running, 0 queued, 0 paused | running=0;");
	assert_says(RUNNING, &usual, CHECK_OK,
		    "PVMOVED OK - 1 running, 0 queued, 0 paused | running=1;;;0 queued=0;;;0 "
		    "paused=0;;;0 waiting=0;;;0 stalled=0;;;0 failed=0;;;0 copied=1024B;;;0;4096 "
		    "rate=512B;;;0\n");
}

static void a_stall_warns_and_is_critical_in_the_end(void **state)
{
	const struct check_limits patient = {.warning_us = 201 * SEC_US,
					     .critical_us = 300 * SEC_US};
	const struct check_limits strict = {.critical_us = 200 * SEC_US};

	(void)state;
	assert_says(STALLED, &usual, CHECK_WARNING,
		    "PVMOVED WARNING - move 2 stalls for 3m20s; 1 ");
	assert_says(STALLED, &patient, CHECK_OK, "PVMOVED OK - 1 running");
	assert_says(STALLED, &strict, CHECK_CRITICAL,
		    "PVMOVED CRITICAL - move 2 stalls for 3m20s; ");
}

static void a_failure_is_critical_for_as_long_as_it_is_news(void **state)
{
	const struct check_limits brief = {.failed_us = 100 * SEC_US};

	(void)state;
	assert_says(FAILED, &usual, CHECK_CRITICAL, "PVMOVED CRITICAL - move 4 failed 1m40s ago; ");
	assert_says(FAILED, &brief, CHECK_OK, "PVMOVED OK - 0 running");
}

static void what_needs_somebody_warns(void **state)
{
	(void)state;
	assert_says(WAITING, &usual, CHECK_WARNING,
		    "PVMOVED WARNING - move 3 waits for something outside; ");
	assert_says(WEDGED, &usual, CHECK_WARNING,
		    "PVMOVED WARNING - move 5 left a device for the next boot; 0 running");
}

static void the_gravest_comes_first(void **state)
{
	(void)state;
	assert_says(RUNNING "," WAITING "," FAILED, &usual, CHECK_CRITICAL,
		    "PVMOVED CRITICAL - move 4 failed 1m40s ago; move 3 waits for something "
		    "outside; 2 running");
}

#define WAITING_MOVE(id) MOVE(id, "running", true, null, null, "[]")

static void few_are_named(void **state)
{
	(void)state;
	assert_says(WAITING_MOVE(1) "," WAITING_MOVE(2) "," WAITING_MOVE(3) "," WAITING_MOVE(
			    4) "," WAITING_MOVE(5) "," WAITING_MOVE(6),
		    &usual, CHECK_WARNING,
		    "PVMOVED WARNING - move 1 waits for something outside; move 2 waits for "
		    "something outside; move 3 waits for something outside; move 4 waits for "
		    "something outside; move 5 waits for something outside; 1 more; 6 running");
	/* however grave */
	assert_says(WAITING_MOVE(1) "," WAITING_MOVE(2) "," WAITING_MOVE(
			    3) "," FAILED "," WEDGED "," WAITING_MOVE(6) "," WAITING_MOVE(7),
		    &usual, CHECK_CRITICAL,
		    "PVMOVED CRITICAL - move 4 failed 1m40s ago; move 1 waits for something "
		    "outside; move 2 waits for something outside; move 3 waits for something "
		    "outside; move 6 waits for something outside; 2 more; 5 running");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well_without_moves_and_with_ones_that_go_on),
		cmocka_unit_test(a_stall_warns_and_is_critical_in_the_end),
		cmocka_unit_test(a_failure_is_critical_for_as_long_as_it_is_news),
		cmocka_unit_test(what_needs_somebody_warns),
		cmocka_unit_test(the_gravest_comes_first),
		cmocka_unit_test(few_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

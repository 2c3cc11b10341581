/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "run.h"
#include "sample.h"

static void watching_one_move_ends_with_it(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, SAMPLE_FOLLOW},
		{FAKE_SEND, SAMPLE_NEWS("running", 1024, "copying")},
		{FAKE_SEND, SAMPLE_LAST_NEWS("failed", 1024, "[]")},
		{FAKE_AWAIT_EOF, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client("status --watch 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_non_null(strstr(run.out, "LV    STATE        SIZE  DONE  REASON\n"));
	assert_non_null(strstr(run.out, "\nMove 7: failed, 25% of 4.00 KiB\n"));
	run_free(&run);
}

static void watching_as_json_gives_a_document_a_line(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "{'parameters':{},'method':'org.pvmoved.List','more':true}"},
		{FAKE_SEND, "{'parameters':{'moves':[]},'continues':true}"},
		{FAKE_SEND, SAMPLE_NEWS("running", 1024, "copying")},
		{FAKE_GO_AWAY, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client_with(&(struct run_setup){.reconnect_ms = 20},
					 "status --watch --json", script);
	const char *second = strchr(run.out, '\n') + 1;
	const char *last = strchr(second, '\n') + 1;

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_memory_equal(run.out, "{\"moves\":[]}\n", 13);
	assert_memory_equal(second, "{\"moves\":[{\"id\":7,", 18);
	assert_memory_equal(last, "{\"error\":{\"name\":null,", 22);
	assert_ptr_equal(strchr(last, '\n'), last + strlen(last) - 1);
	run_free(&run);
}

static void terminal_has_one_screen_redrawn(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "List"},
		{FAKE_SEND,
		 "{'parameters':{'moves':[" SAMPLE_MOVE(5, "done", 1, 1, "[]") "," SAMPLE_MOVE(
			 6, "done", 1, 1, "[]") "]},'continues':"
						"true}"},
		{FAKE_SEND, SAMPLE_NEWS("running", 1024, "copying")},
		{FAKE_GO_AWAY, NULL},
		{FAKE_END, NULL},
	};
	struct run run =
		run_client_with(&(struct run_setup){.reconnect_ms = 20, .columns = 18, .lines = 4},
				"status --watch", script);

	(void)state;
	assert_string_equal(run.out, "\033[H\033[2J"
				     "ID  STATE  VG   FR\n"
				     " 6  done   vg0  /d\n"
				     " 5  done   vg0  /d\n"
				     "\033[H\033[2J"
				     "ID  STATE    VG\n"
				     " 7  running  vg0\n"
				     " 6  done     vg0\n");
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watching_one_move_ends_with_it),
		cmocka_unit_test(watching_as_json_gives_a_document_a_line),
		cmocka_unit_test(terminal_has_one_screen_redrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

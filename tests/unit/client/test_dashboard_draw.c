/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/dashboard_draw.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

#define MOVE                                                                                   \
	"{'id':7,'uuid':'u','state':'running','waiting':false,'vg':'vg0','source':'/dev/sdb'," \
	"'lv':null,'destinations':['/dev/sdc'],'passes':[" SAMPLE_PASS(                        \
		"home", "copying", 1073741824, 450887680,                                      \
		"null") "],'total_bytes':1073741824,'copied_bytes':450887680,"                 \
			"'rate_bytes_s':99825000,'eta_us':65000000,'created_us':0,"            \
			"'limit_bytes_s':104857600}"
#define QUEUED_MOVE                                                                           \
	"{'id':8,'uuid':'u','state':'queued','waiting':false,'vg':'vg0','source':'/dev/sdb'," \
	"'lv':null,'destinations':[],'passes':[],'total_bytes':1073741824,'copied_bytes':0,"  \
	"'queue':{'place':1,'behind':7,'disk':'/dev/sdb'},'created_us':0}"
#define FAILED_MOVE SAMPLE_MOVE(3, "failed", 4096, 1024, "[]")

static struct dashboard show(const char *text)
{
	cleanup(protocol_put) struct json_object *list = sample_list(text);
	struct dashboard dashboard = {0};

	assert_int_equal(dashboard_update(&dashboard, list, true), 0);
	return dashboard;
}

static char *draw(const struct dashboard *dashboard, const struct style *style)
{
	char *text = NULL;

	assert_int_equal(dashboard_draw(dashboard, style, &text), 0);
	return text;
}

static void expect_screen(const struct dashboard *dashboard, struct style style,
			  const char *expected)
{
	_free_ char *text = draw(dashboard, &style);

	assert_string_equal(text, expected);
}

static void all_there_is_fits_a_usual_terminal(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard =
		show(MOVE "," QUEUED_MOVE "," FAILED_MOVE);

	(void)state;
	expect_screen(
		&dashboard, (struct style){.columns = 109, .lines = 16},
		"pvmoved: 2 under way, 20% of 2.00 GiB, 95.20 MiB/s, 1 running, 1 queued; 1 ended\n"
		"\n"
		"DISK               READ      WRITTEN\n"
		"/dev/sdb    95.20 MiB/s            -\n"
		"/dev/sdc              -  95.20 MiB/s\n"
		"\n"
		"ID  STATE    FROM -> TO  LV                   DONE         RATE  TO GO         "
		"LIMIT"
		"  QUEUE\n"
		">7  running  sdb -> sdc  home  #####........   41%  95.20 MiB/s  1m05s  100.00 "
		"MiB/s"
		"  -\n"
		" 8  queued   sdb -> any        .............    0%            -      -            "
		" -"
		"  1, behind 7\n"
		" 3  failed   sdb -> sdc        ###..........   25%            -      -            "
		" -"
		"  -\n"
		"\n\n\n\n"
		"Move 7: running, 41% of 1.00 GiB, 95.20 MiB/s, 1m05s to go; home: copying\n"
		"q quit   up/down select   p pause   r resume   a abort");
}

#define BOUNDED(id, latency)                                                              \
	"{'id':" #id                                                                      \
	",'uuid':'u','state':'running','waiting':false,'vg':'vg0','source':'/dev/sdb',"   \
	"'lv':null,'destinations':[],'passes':[],'total_bytes':4096,'copied_bytes':1024," \
	"'created_us':0,'max_latency_us':20500,'latency':" latency "}"

static void a_bound_of_the_latency_is_shown_with_what_it_leads_to(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(BOUNDED(1, "null") "," BOUNDED(
		2, "{'ios':9,'slow_ios':0,'narrowed':3,'aside':"
		   "false}") "," BOUNDED(3, "{'ios':9,'slow_ios':9,'narrowed':7,'aside':true}"));

	(void)state;
	expect_screen(&dashboard, (struct style){.columns = 80, .lines = 6},
		      "pvmoved: 3 under way, 25% of 12.00 KiB, 0 B/s, 3 running\n"
		      "ID  STATE    FROM -> TO  LV              DONE  RATE  TO GO  LATENCY\n"
		      ">1  running  sdb -> any      ##........   25%     -      -  20.5 ms\n"
		      " 2  running  sdb -> any      ##........   25%     -      -  20.5 ms, 1/8\n"
		      " 3  running  sdb -> any      ##........   25%     -      -  20.5 ms, aside\n"
		      "q quit   up/down select   p pause   r resume   a abort");
}

static void several_destinations_are_named_or_counted_where_it_is_narrow(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard =
		show(SAMPLE_COPYING(1, "/dev/a", "['/dev/b','/dev/c']", 1048576));
	_free_ char *wide = draw(&dashboard, &(struct style){.columns = 90, .lines = 24});
	_free_ char *narrow = draw(&dashboard, &(struct style){.columns = 79, .lines = 24});

	(void)state;
	assert_non_null(strstr(wide, "DISK          READ           WRITTEN\n"
				     "/dev/a  1.00 MiB/s                 -\n"
				     "/dev/b           -  up to 1.00 MiB/s\n"));
	assert_non_null(strstr(wide, ">1  running  a -> b,c  "));
	assert_non_null(strstr(narrow, ">1  running  a -> 2 PVs  "));
}

static void narrow_terminal_has_fewer_columns(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(MOVE);

	(void)state;
	expect_screen(&dashboard, (struct style){.columns = 60, .lines = 8},
		      "pvmoved: 1 under way, 41% of 1.00 GiB, 95.20 MiB/s, 1 runnin\n"
		      "\n"
		      "ID  STATE    FROM -> TO  LV    DONE         RATE  TO GO\n"
		      ">7  running  sdb -> sdc  home   41%  95.20 MiB/s  1m05s\n"
		      "\n"
		      "\n"
		      "Move 7: running, 41% of 1.00 GiB, 95.20 MiB/s, 1m05s to go; \n"
		      "q quit   up/down select   p pause   r resume   a abort");
	expect_screen(&dashboard, (struct style){.columns = 20, .lines = 4},
		      "pvmoved: 1 under way\n"
		      "ID  STATE    DONE\n"
		      ">7  running   41%\n"
		      "q quit   up/down sel");
}

static void lowest_terminals_have_the_selected_move_in_words_and_the_keys(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(MOVE);

	(void)state;
	expect_screen(&dashboard, (struct style){.columns = 24, .lines = 3},
		      "\nMove 7: running, 41% of \nq quit   up/down select ");
	expect_screen(&dashboard, (struct style){.columns = 6, .lines = 1}, "q quit");
}

static void selected_move_stays_in_sight(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard =
		show(SAMPLE_MOVE(1, "running", 1, 0, "[]") "," SAMPLE_MOVE(
			2, "running", 1, 0,
			"[]") "," SAMPLE_MOVE(3, "running", 1, 0,
					      "[]") "," SAMPLE_MOVE(4, "running", 1, 0, "[]"));

	(void)state;
	dashboard.selected_id = 3;
	expect_screen(&dashboard, (struct style){.columns = 10, .lines = 5},
		      "pvmoved: 4\nID  STATE\n 2  runnin\n>3  runnin\nq quit   u");
	dashboard.selected_id = 4;
	expect_screen(&dashboard, (struct style){.columns = 10, .lines = 5},
		      "pvmoved: 4\nID  STATE\n 3  runnin\n>4  runnin\nq quit   u");
}

static void question_and_notice_take_the_place_of_the_keys(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(MOVE);

	(void)state;
	dashboard_tell(&dashboard, "not permitted");
	expect_screen(&dashboard, (struct style){.columns = 20, .lines = 1}, "not permitted");
	dashboard.asked_id = 7;
	expect_screen(&dashboard, (struct style){.columns = 78, .lines = 1},
		      "Abort move 7? LVs that are not committed stay where they were. (y/n)");
}

static void daemon_that_is_not_there_is_said(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = {0};

	(void)state;
	expect_screen(
		&dashboard, (struct style){.columns = 40, .lines = 4},
		"pvmoved: waiting for its answer\n\n\nq quit   up/down select   p pause   r re");
	dashboard_lose(&dashboard);
	expect_screen(&dashboard, (struct style){.columns = 17, .lines = 4},
		      "pvmoved went away\n\n\nq quit   up/down ");
}

static void no_moves_are_said(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show("");

	(void)state;
	expect_screen(&dashboard, (struct style){.columns = 30, .lines = 8},
		      "pvmoved: 0 under way\n\n\n\n\n\nThere are no moves.\n"
		      "q quit   up/down select   p pa");
}

static void bar_has_eighths_where_they_can_be_shown(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(MOVE);
	_free_ char *text =
		draw(&dashboard, &(struct style){.columns = 90, .lines = 8, .utf8 = true});

	(void)state;
	assert_non_null(strstr(text, "sdb → sdc   home  ████▌░░░░░░   41%"));
	assert_non_null(strstr(text, "↑/↓ select"));
}

static void what_the_locale_does_not_have_is_a_question_mark(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard =
		show(SAMPLE_COPYING(1, "/dev/plätte", "[]", null));
	_free_ char *text = draw(&dashboard, &(struct style){.columns = 60, .lines = 6});

	(void)state;
	assert_non_null(strstr(text, "  pl?tte -> any  "));
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

/* Whatever there is to show, it is so many lines, and none is wider. */
static void every_size_is_kept_to(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard =
		show(MOVE "," QUEUED_MOVE "," FAILED_MOVE
			  "," SAMPLE_COPYING(11, "/dev/a", "['/dev/b','/dev/c']",
					     1) "," SAMPLE_COPYING(12, "/dev/d", "[]", 1));

	(void)state;
	for (unsigned lines = 1; lines < 40; lines++)
		for (unsigned columns = 1; columns < 130; columns++) {
			struct style style = {
				.columns = columns, .lines = lines, .utf8 = lines % 2};
			_free_ char *text = draw(&dashboard, &style);

			assert_int_equal(count(text, "\n"), lines - 1);
			assert_int_equal(count(text, ">7"), lines >= 4 && columns >= 2);
			for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
				assert_true(text_columns(line) <= columns);
		}
}

static void colours_mark_state_selection_and_warnings(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = show(MOVE "," FAILED_MOVE);
	struct style style = {.columns = 90, .lines = 8, .colour = true};
	_free_ char *plain = NULL, *warning = NULL;

	(void)state;
	plain = draw(&dashboard, &style);
	assert_non_null(strstr(plain, "\n\033[7m>7  running"));
	assert_non_null(strstr(plain, "\n 3  \033[31mfailed\033[0m  "));
	assert_int_equal(count(plain, "\033"), 4);
	dashboard_lose(&dashboard);
	warning = draw(&dashboard, &style);
	assert_memory_equal(warning, "\033[33mpvmoved went away", 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_there_is_fits_a_usual_terminal),
		cmocka_unit_test(a_bound_of_the_latency_is_shown_with_what_it_leads_to),
		cmocka_unit_test(several_destinations_are_named_or_counted_where_it_is_narrow),
		cmocka_unit_test(narrow_terminal_has_fewer_columns),
		cmocka_unit_test(lowest_terminals_have_the_selected_move_in_words_and_the_keys),
		cmocka_unit_test(selected_move_stays_in_sight),
		cmocka_unit_test(question_and_notice_take_the_place_of_the_keys),
		cmocka_unit_test(daemon_that_is_not_there_is_said),
		cmocka_unit_test(no_moves_are_said),
		cmocka_unit_test(bar_has_eighths_where_they_can_be_shown),
		cmocka_unit_test(what_the_locale_does_not_have_is_a_question_mark),
		cmocka_unit_test(every_size_is_kept_to),
		cmocka_unit_test(colours_mark_state_selection_and_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

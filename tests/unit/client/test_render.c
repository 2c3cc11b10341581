/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/headline.h"
#include "client/moves.h"
#include "client/render.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

#define PLAIN                 \
	&(const struct style) \
	{                     \
		0             \
	}

/* 430 MiB of 1 GiB, at 95.2 MiB/s. */
#define HOME_PASS SAMPLE_PASS("home", "copying", 1073741824, 450887680, "null")
#define HOME_MOVE                                                                               \
	"{'id':7,'uuid':'0f0e-7','state':'running','waiting':false,'vg':'vg0','vg_uuid':'v',"   \
	"'source':'/dev/sdb','lv':'home','destinations':['/dev/sdc'],'passes':[" HOME_PASS      \
	"],'total_bytes':1073741824,'copied_bytes':450887680,'rate_bytes_s':99825000,"          \
	"'eta_us':65000000,'created_us':1700000000000000,'finished_us':null,'request_id':'r1'," \
	"'seq':1}"
#define WAITING_MOVE                                                                               \
	"{'id':8,'uuid':'0f0e-8','state':'queued','waiting':true,'vg':'vg1','vg_uuid':'v',"        \
	"'source':'/dev/sdd','lv':null,'destinations':[],'passes':[" SAMPLE_PASS(                  \
		"a", "queued", 4096, 0,                                                            \
		"{'code':'vg_absent','text':'vg1'}") "],"                                          \
						     "'total_bytes':4096,'copied_bytes':0,'rate_"  \
						     "bytes_s':null,'eta_us':null,"                \
						     "'created_us':1700000000000000,'finished_us'" \
						     ":null,'request_id':null,'seq':1}"
#define FAILED_MOVE                                                                          \
	"{'id':3,'uuid':'0f0e-3','state':'failed','waiting':false,'vg':'vg0','vg_uuid':'v'," \
	"'source':'/dev/sdb','lv':null,'destinations':['/dev/sdc','/dev/sdd','/dev/sde',"    \
	"'/dev/sdf','/dev/sdg'],'passes':[" SAMPLE_PASS(                                     \
		"a", "done", 4096, 4096,                                                     \
		"null") "," SAMPLE_PASS("bb", "failed", 4096, 1024,                          \
					"{'code':'source_unreadable','text':'"               \
					"LE 12'}") "],"                                      \
						   "'total_bytes':8192,'"                    \
						   "copied_bytes':5120,'rate_"               \
						   "bytes_s':5,'eta_us':5,"                  \
						   "'created_us':"                           \
						   "1700000000000000,'"                      \
						   "finished_us':"                           \
						   "1700000060000000,'"                      \
						   "request_id':null,'seq':1}"

/* What a stream was given, while it is written and then to be compared. */
struct sheet {
	char *text;
	size_t len_bytes;
	FILE *stream;
};

static struct sheet *open_sheet(struct sheet *sheet)
{
	sheet->stream = open_memstream(&sheet->text, &sheet->len_bytes);
	assert_non_null(sheet->stream);
	return sheet;
}

static void expect_sheet(struct sheet *sheet, const char *text)
{
	fclose(sheet->stream);
	assert_string_equal(sheet->text, text);
	free(sheet->text);
}

static struct moves read_moves(const char *list)
{
	_free_ char *text = NULL;
	cleanup(protocol_put) struct json_object *object = NULL;
	struct moves moves = {0};

	assert_true(asprintf(&text, "{'moves':[%s]}", list) > 0);
	object = sample_parse(text);
	assert_int_equal(moves_update(&moves, json_object_object_get(object, "moves")), 0);
	return moves;
}

static void expect_status(const char *list, uint64_t id, const struct style *style,
			  const char *text)
{
	cleanup(moves_deinit) struct moves moves = read_moves(list);
	struct sheet sheet;

	open_sheet(&sheet);
	assert_int_equal(render_status(sheet.stream, &moves, id, style), 0);
	expect_sheet(&sheet, text);
}

static void expect_headline(const char *move, const char *text)
{
	cleanup(moves_deinit) struct moves moves = read_moves(move);
	struct sheet sheet;

	open_sheet(&sheet);
	headline_write(sheet.stream, &moves.entries[0].view);
	expect_sheet(&sheet, text);
}

static void expect_bar(const char *move, unsigned columns, const char *text)
{
	cleanup(moves_deinit) struct moves moves = read_moves(move);
	struct sheet sheet;

	assert_true(text_columns(text) <= columns);
	open_sheet(&sheet);
	assert_int_equal(headline_write_bar(sheet.stream, &moves.entries[0].view, columns), 0);
	expect_sheet(&sheet, text);
}

static void moves_are_shown_as_a_table(void **state)
{
	(void)state;
	expect_status(FAILED_MOVE "," HOME_MOVE "," WAITING_MOVE, 0, PLAIN,
		      "ID  STATE    VG   FROM -> TO                                 LV    "
		      "    SIZE  DONE         RATE  TO GO\n"
		      " 7  running  vg0  /dev/sdb -> /dev/sdc                       home  "
		      "1.00 GiB   41%  95.20 MiB/s  1m05s\n"
		      " 8  waiting  vg1  /dev/sdd -> any                            a     "
		      "4.00 KiB    0%            -      -\n"
		      " 3  failed   vg0  /dev/sdb -> /dev/sdc,/dev/sdd,/dev/sde,+2  a,bb  "
		      "8.00 KiB   62%            -      -\n");
}

static void an_lv_in_several_passes_is_named_once(void **state)
{
	(void)state;
	expect_status(
		SAMPLE_MOVE(4, "running", 16384, 4096,
			    "[" SAMPLE_PASS("a", "done", 4096, 4096, "null") "," SAMPLE_PASS(
				    "a", "copying", 4096, 0,
				    "null") "," SAMPLE_PASS("a", "queued", 4096, 0,
							    "null") "," SAMPLE_PASS("b", "queued",
										    4096, 0,
										    "null") "]"),
		0, PLAIN,
		"ID  STATE    VG   FROM -> TO            LV        SIZE  DONE  RATE  TO GO\n"
		" 4  running  vg0  /dev/sdb -> /dev/sdc  a,b  16.00 KiB   25%     -      -\n");
}

/* HOME_MOVE's like, with what keeps it from copying. */
#define HELD_UP_MOVE(id, state, pass, queue, stalled)                                              \
	"{'id':" id ",'uuid':'0f0e','state':'" state "','waiting':false,'queue':" queue            \
	",'stalled_since_us':" stalled ",'vg':'vg0','vg_uuid':'v','source':'/dev/sdb','lv':null,"  \
	"'destinations':[],'passes':[" SAMPLE_PASS(                                                \
		"home", pass, 4096, 1024,                                                          \
		"null") "],'total_bytes':4096,'copied_bytes':1024,'rate_bytes_s':null,'eta_us':"   \
			"null,'created_us':1700000000000000,'finished_us':null,'request_id':null," \
			"'seq':1}"
#define QUEUED_MOVE \
	HELD_UP_MOVE("9", "running", "queued", "{'place':2,'behind':7,'disk':'/dev/sdb'}", "null")
#define STALLED_MOVE HELD_UP_MOVE("10", "running", "copying", "null", "1700000000000000")

static void a_move_that_waits_for_its_turn_says_behind_whom(void **state)
{
	(void)state;
	expect_headline(QUEUED_MOVE, "Move 9: queued, 25% of 4.00 KiB, place 2 on /dev/sdb, "
				     "behind move 7; home: queued");
	expect_headline(
		HELD_UP_MOVE("9", "paused", "paused", "{'place':1,'behind':7,'disk':null}", "null"),
		"Move 9: paused, 25% of 4.00 KiB, place 1, behind move 7; home: paused");
	expect_bar(QUEUED_MOVE, 92,
		   "Move 9 [###.........]  25% 1.00 KiB/4.00 KiB home queued, place 2 on "
		   "/dev/sdb, behind move 7");
	expect_status(
		QUEUED_MOVE, 0, PLAIN,
		"ID  STATE             VG   FROM -> TO       LV        SIZE  DONE  RATE  TO GO\n"
		" 9  queued, behind 7  vg0  /dev/sdb -> any  home  4.00 KiB   25%     -      -\n");
}

static void a_move_that_stalls_says_so_and_what_to_look_at(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	expect_headline(STALLED_MOVE, "Move 10: stalled, 25% of 4.00 KiB; home: copying");
	expect_status(
		STALLED_MOVE, 10, PLAIN,
		"Move 10: stalled, 25% of 4.00 KiB; home: copying\n"
		"  VG       vg0\n"
		"  From     /dev/sdb\n"
		"  To       any\n"
		"  Started  2023-11-14 22:13:20\n"
		"  UUID     0f0e\n"
		"\n"
		"LV    STATE        SIZE  DONE  REASON\n"
		"home  copying  4.00 KiB   25%\n"
		"\n"
		"Nothing was copied since 2023-11-14 22:13:20. See whether a disk hangs "
		"(\"dmesg\") or a device below is suspended (\"dmsetup info\"). When that is put "
		"right it goes on by itself; until then applications may have to wait, too.\n");
}

static void no_moves_are_said_so(void **state)
{
	(void)state;
	expect_status("", 0, PLAIN, "There are no moves.\n");
}

static void table_is_cut_to_the_screen(void **state)
{
	const struct style style = {.columns = 20, .lines = 3};

	(void)state;
	expect_status(HOME_MOVE "," WAITING_MOVE "," FAILED_MOVE, 0, &style,
		      "ID  STATE    VG   FR\n"
		      " 7  running  vg0  /d\n"
		      " 8  waiting  vg1  /d\n");
}

static void states_are_coloured_where_wanted(void **state)
{
	const struct style style = {.columns = 16, .colour = true};

	(void)state;
	expect_status(HOME_MOVE "," WAITING_MOVE "," FAILED_MOVE, 0, &style,
		      "ID  STATE    VG\n"
		      " 7  running  vg0\n"
		      " 8  \033[33mwaiting\033[0m  vg1\n"
		      " 3  \033[31mfailed\033[0m   vg0\n");
}

static void one_move_is_shown_with_its_passes(void **state)
{
	(void)state;
	expect_status(HOME_MOVE, 7, PLAIN,
		      "Move 7: running, 41% of 1.00 GiB, 95.20 MiB/s, 1m05s to go; home: copying\n"
		      "  VG       vg0\n"
		      "  From     /dev/sdb\n"
		      "  To       /dev/sdc\n"
		      "  Only LV  home\n"
		      "  Started  2023-11-14 22:13:20\n"
		      "  UUID     0f0e-7\n"
		      "  Request  r1\n"
		      "\n"
		      "LV    STATE        SIZE  DONE  REASON\n"
		      "home  copying  1.00 GiB   41%\n");
}

static void reasons_are_shown_with_their_text(void **state)
{
	(void)state;
	expect_status(FAILED_MOVE, 3, PLAIN,
		      "Move 3: failed, 62% of 8.00 KiB\n"
		      "  VG       vg0\n"
		      "  From     /dev/sdb\n"
		      "  To       /dev/sdc,/dev/sdd,/dev/sde,+2\n"
		      "  Started  2023-11-14 22:13:20\n"
		      "  Ended    2023-11-14 22:14:20\n"
		      "  UUID     0f0e-3\n"
		      "\n"
		      "LV  STATE       SIZE  DONE  REASON\n"
		      "a   done    4.00 KiB  100%\n"
		      "bb  failed  4.00 KiB   25%  the source cannot be read: LE 12\n");
}

#define FAILING(id, state, reason, trouble, waits)                                            \
	SAMPLE_MOVE(id, state, 4096, 0,                                                       \
		    "[{'lv':'a','lv_uuid':'u','state':'undoing','total_bytes':4096,"          \
		    "'copied_bytes':0,'reason':{'code':'" reason "','text':''},'trouble':{"   \
		    "'side':" trouble ",'pv_uuid':'P-1','first_le':47,'le_count':1,"          \
		    "'first_sector':102048,'sector_count':8,'exact':true},'waits_for':" waits \
		    "}]")

static void a_disk_that_fails_is_named_with_what_to_do(void **state)
{
	static const char source[] =
		FAILING(4, "failed", "source_unreadable", "'source','device':'/dev/sdb'", "null");
	static const char dest[] =
		FAILING(5, "running", "destination_failed", "'destination','device':null",
			"{'code':'pv_missing','text':'P-1'}");

	(void)state;
	expect_status(
		source, 4, PLAIN,
		"Move 4: failed, 0% of 4.00 KiB\n"
		"  VG       vg0\n"
		"  From     /dev/sdb\n"
		"  To       /dev/sdc\n"
		"  Started  2023-11-14 22:13:20\n"
		"  UUID     0f0e\n"
		"\n"
		"LV  STATE        SIZE  DONE  REASON\n"
		"a   undoing  4.00 KiB    0%  the source cannot be read: sectors 102048 to 102055 "
		"of "
		"/dev/sdb (logical extent 47)\n"
		"\n"
		"LV a stays where it was, with all that can be read of it: restore the unreadable "
		"sectors from a backup and move again, or copy the rest elsewhere with ddrescue; "
		"then replace /dev/sdb (PV P-1).\n");
	expect_headline(dest,
			"Move 5: running, 0% of 4.00 KiB; a: undoing, the destination failed: "
			"sectors 102048 to 102055 of the disk (logical extent 47); waits: a PV is "
			"missing: P-1");
}

static void headline_says_how_far_it_is(void **state)
{
	(void)state;
	expect_headline(HOME_MOVE, "Move 7: running, 41% of 1.00 GiB, 95.20 MiB/s, 1m05s to go; "
				   "home: copying");
	expect_headline(FAILED_MOVE, "Move 3: failed, 62% of 8.00 KiB");
}

static void headline_says_what_is_waited_for(void **state)
{
	(void)state;
	expect_headline(WAITING_MOVE, "Move 8: waiting, 0% of 4.00 KiB; a: queued, its VG, or a PV "
				      "it needs, is not there: vg1");
}

static void what_is_copied_may_be_unknown(void **state)
{
	static const char move[] =
		SAMPLE_MOVE(9, "running", 4096, null,
			    "[" SAMPLE_PASS("a", "reserving", 4096, null, "null") "]");

	(void)state;
	expect_headline(move, "Move 9: running, ?% of 4.00 KiB; a: reserving");
	expect_bar(move, 52, "Move 9 [...............]   ?% ?/4.00 KiB a reserving");
	expect_status(move, 0, PLAIN,
		      "ID  STATE    VG   FROM -> TO            LV      SIZE  DONE  RATE  TO GO\n"
		      " 9  running  vg0  /dev/sdb -> /dev/sdc  a   4.00 KiB    ?%     -      -\n");
}

static void what_is_verified_is_shown_where_it_was_asked_for(void **state)
{
	static const char move[] =
		"{'id':9,'uuid':'0f0e-9','state':'running','waiting':false,'vg':'vg0',"
		"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':['/dev/sdc'],"
		"'passes':[{'lv':'a','lv_uuid':'u','state':'done','total_bytes':4096,"
		"'copied_bytes':4096,'verified_bytes':3584,'unverified':'sector 7','reason':null},"
		"{'lv':'b','lv_uuid':'u','state':'verifying','total_bytes':4096,"
		"'copied_bytes':4096,'verified_bytes':1024,'unverified':null,'reason':null}],"
		"'total_bytes':8192,'copied_bytes':8192,'verified_bytes':4608,"
		"'rate_bytes_s':null,'eta_us':null,'created_us':1700000000000000,"
		"'finished_us':null,'request_id':null,'seq':1}";

	(void)state;
	expect_headline(move, "Move 9: running, 100% of 8.00 KiB, 56% verified; b: verifying");
	expect_bar(move, 70,
		   "Move 9 [#############] 100% 8.00 KiB/8.00 KiB 56% verified b verifying");
	expect_status(move, 9, PLAIN,
		      "Move 9: running, 100% of 8.00 KiB, 56% verified; b: verifying\n"
		      "  VG       vg0\n"
		      "  From     /dev/sdb\n"
		      "  To       /dev/sdc\n"
		      "  Started  2023-11-14 22:13:20\n"
		      "  UUID     0f0e-9\n"
		      "\n"
		      "LV  STATE          SIZE  DONE  VERIFIED  REASON\n"
		      "a   done       4.00 KiB  100%       87%  not all was verified: sector 7\n"
		      "b   verifying  4.00 KiB  100%       25%\n");
	expect_status(
		move, 0, PLAIN,
		"ID  STATE    VG   FROM -> TO            LV       SIZE  DONE  VERIFIED  RATE  "
		"TO GO\n"
		" 9  running  vg0  /dev/sdb -> /dev/sdc  a,b  8.00 KiB  100%       56%     -  "
		"    -\n");
}

static void a_wedged_device_is_explained_for_as_long_as_it_is_there(void **state)
{
	static const char move[] =
		"{'id':9,'uuid':'0f0e-9','state':'done','waiting':false,'vg':'vg0',"
		"'vg_uuid':'v','source':'/dev/sdb','lv':null,'destinations':['/dev/sdc'],"
		"'passes':[{'lv':'a','lv_uuid':'u','state':'done','total_bytes':4096,"
		"'copied_bytes':4096,'wedged':'vg0-a-pvmoved','reason':null}],"
		"'total_bytes':4096,'copied_bytes':4096,'rate_bytes_s':null,'eta_us':null,"
		"'created_us':1700000000000000,'finished_us':null,'request_id':null,'seq':1}";

	(void)state;
	expect_status(
		move, 9, PLAIN,
		"Move 9: done, 100% of 4.00 KiB\n"
		"  VG       vg0\n"
		"  From     /dev/sdb\n"
		"  To       /dev/sdc\n"
		"  Started  2023-11-14 22:13:20\n"
		"  UUID     0f0e-9\n"
		"\n"
		"LV  STATE      SIZE  DONE  REASON\n"
		"a   done   4.00 KiB  100%\n"
		"\n"
		"Wedged until the next boot: vg0-a-pvmoved. An executor of pvmoved was killed "
		"while it changed the device. No data is affected, and vg0/a does without it. "
		"Leave it alone: whatever would change or remove it hangs; and reboot before "
		"you take away the disks below it, which it keeps in use.\n");
}

static void bar_takes_up_what_room_there_is(void **state)
{
	(void)state;
	expect_bar(HOME_MOVE, 79,
		   "Move 7 [####......]  41% 430.00 MiB/1.00 GiB 95.20 MiB/s ETA 1m05s home "
		   "copying");
	expect_bar(HOME_MOVE, 200,
		   "Move 7 [################........................]  41% 430.00 MiB/1.00 GiB "
		   "95.20 MiB/s ETA 1m05s home copying");
}

static void bar_is_left_out_and_the_line_cut_where_there_is_no_room(void **state)
{
	(void)state;
	expect_bar(HOME_MOVE, 70,
		   "Move 7  41% 430.00 MiB/1.00 GiB 95.20 MiB/s ETA 1m05s home copying");
	expect_bar(HOME_MOVE, 20, "Move 7  41% 430.00 M");
	expect_bar(HOME_MOVE, 7, "Move 7 ");
}

static void bar_of_an_ended_move_says_how_it_ended(void **state)
{
	(void)state;
	expect_bar(FAILED_MOVE, 50, "Move 3 [######.....]  62% 5.00 KiB/8.00 KiB failed");
}

static void plan_is_shown_with_its_runs(void **state)
{
	cleanup(protocol_put) struct json_object *object = sample_parse(
		"{'vg':'vg0','passes':[{'lv':'home','lv_uuid':'u','total_bytes':1073741824,'runs':["
		"{'first_le':0,'extent_count':200,'source':'/dev/sdb','source_pe':0,"
		"'destination':'/dev/sdc','destination_pe':10},"
		"{'first_le':200,'extent_count':1,'source':'/dev/sdb','source_pe':255,"
		"'destination':'/dev/sdd','destination_pe':0}]}],"
		"'total_bytes':1073741824,'peak_bytes':1073741824,'free_bytes':3221225472}");
	struct plan_view plan;
	struct sheet sheet;

	(void)state;
	assert_int_equal(view_read_plan(object, &plan), 0);
	open_sheet(&sheet);
	assert_int_equal(render_plan(sheet.stream, &plan, PLAIN), 0);
	expect_sheet(&sheet,
		     "Would move 1.00 GiB in VG vg0. At its peak that takes up 1.00 GiB on the "
		     "destinations, where 3.00 GiB is free.\n"
		     "\n"
		     "LV    LE       FROM              TO\n"
		     "home  0-199    /dev/sdb:0-199    /dev/sdc:10-209\n"
		     "home  200-200  /dev/sdb:255-255  /dev/sdd:0-0\n");
}

static void daemon_is_shown(void **state)
{
	struct info_view info = {"1.2", "b007", "/var/lib/pvmoved", 1700000000000000, 20 << 20, 2};
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet);
	render_info(sheet.stream, &info);
	expect_sheet(&sheet, "pvmoved 1.2 (pvmovectl " PVMOVED_VERSION ")\n"
			     "  State folder      /var/lib/pvmoved\n"
			     "  Running since     2023-11-14 22:13:20\n"
			     "  Limit of all      20.00 MiB/s\n"
			     "  Boot ID           b007\n"
			     "  Unfinished moves  2\n");
}

static void absurd_times_are_shown_somehow(void **state)
{
	struct info_view info = {"1.2", "b007", "/", INT64_MAX, VIEW_UNKNOWN, 0};
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet);
	render_info(sheet.stream, &info);
	fclose(sheet.stream);
	assert_non_null(strstr(sheet.text, "  Running since     294247-01-10 04:00:54\n"));
	free(sheet.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_are_shown_as_a_table),
		cmocka_unit_test(an_lv_in_several_passes_is_named_once),
		cmocka_unit_test(a_move_that_waits_for_its_turn_says_behind_whom),
		cmocka_unit_test(a_move_that_stalls_says_so_and_what_to_look_at),
		cmocka_unit_test(no_moves_are_said_so),
		cmocka_unit_test(table_is_cut_to_the_screen),
		cmocka_unit_test(states_are_coloured_where_wanted),
		cmocka_unit_test(one_move_is_shown_with_its_passes),
		cmocka_unit_test(reasons_are_shown_with_their_text),
		cmocka_unit_test(a_disk_that_fails_is_named_with_what_to_do),
		cmocka_unit_test(headline_says_how_far_it_is),
		cmocka_unit_test(headline_says_what_is_waited_for),
		cmocka_unit_test(what_is_copied_may_be_unknown),
		cmocka_unit_test(what_is_verified_is_shown_where_it_was_asked_for),
		cmocka_unit_test(a_wedged_device_is_explained_for_as_long_as_it_is_there),
		cmocka_unit_test(bar_takes_up_what_room_there_is),
		cmocka_unit_test(bar_is_left_out_and_the_line_cut_where_there_is_no_room),
		cmocka_unit_test(bar_of_an_ended_move_says_how_it_ended),
		cmocka_unit_test(plan_is_shown_with_its_runs),
		cmocka_unit_test(daemon_is_shown),
		cmocka_unit_test(absurd_times_are_shown_somehow),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

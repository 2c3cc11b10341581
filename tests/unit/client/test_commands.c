/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "sample.h"

#define RUNNING SAMPLE_MOVE(7, "running", 4096, 1024, "[]")
#define DONE    SAMPLE_MOVE(6, "done", 4096, 4096, "[]")

/* A call that is answered. */
#define DIALOGUE(call, reply)                                                                      \
	(const struct fake_step[])                                                                 \
	{                                                                                          \
		{FAKE_EXPECT, call}, {FAKE_SEND, reply}, {FAKE_AWAIT_EOF, NULL}, {FAKE_END, NULL}, \
	}

static void start_asks_for_what_was_typed(void **state)
{
	(void)state;
	run_expect("start -n home --verify --request-id r1 --to /dev/sdd /dev/sdb:5-9:20 /dev/sdc",
		   DIALOGUE("'parameters':{'request':{'source':{'device':'/dev/sdb','ranges':["
			    "{'first_pe':5,'extent_count':5},{'first_pe':20,'extent_count':1}]},"
			    "'destinations':[{'device':'/dev/sdd'},{'device':'/dev/sdc'}],"
			    "'lv':'home','request_id':'r1','verify':true}},'method':'org.pvmoved."
			    "Start'}",
			    "{'parameters':{'move':" RUNNING "}}"),
		   EXIT_OK,
		   "Move 7 is started: 4.00 KiB in VG vg0, off /dev/sdb.\n"
		   "\"pvmovectl wait 7\" shows how far it is, \"pvmovectl abort 7\" undoes it.\n",
		   "");
}

static void start_leaves_out_what_was_not_typed(void **state)
{
	(void)state;
	run_expect("start --json /dev/sdb",
		   DIALOGUE("{'request':{'source':{'device':'/dev/sdb'},'destinations':[]}}",
			    "{'parameters':{'move':null}}"),
		   EXIT_OK, "{\"move\":null}\n", "");
}

static void nothing_to_move_is_success_and_says_so(void **state)
{
	(void)state;
	run_expect("start /dev/sdb", DIALOGUE("Start", "{'parameters':{'move':null}}"), EXIT_OK,
		   "Nothing to move: no LV has extents on /dev/sdb.\n", "");
	run_expect("start --wait -n home /dev/sdb:5", DIALOGUE("Start", "{'parameters':{}}"),
		   EXIT_OK, "Nothing to move: home has no extents on /dev/sdb in that range.\n",
		   "");
}

static void same_request_again_shows_how_its_move_ended(void **state)
{
	(void)state;
	run_expect("start --request-id r1 /dev/sdb",
		   DIALOGUE("Start", "{'parameters':{'move':" DONE "}}"), EXIT_OK,
		   "Move 6: done, 100% of 4.00 KiB\n", "");
}

static void dry_run_asks_for_a_plan_only(void **state)
{
	(void)state;
	run_expect("start --dry-run /dev/sdb",
		   DIALOGUE("org.pvmoved.Plan",
			    "{'parameters':{'vg':'vg0','passes':[{'lv':'home','lv_uuid':'u',"
			    "'total_bytes':4096,'runs':[{'first_le':0,'extent_count':1,"
			    "'source':'/dev/sdb','source_pe':2,'destination':'/dev/sdc',"
			    "'destination_pe':3}]}],'total_bytes':4096,'peak_bytes':4096,"
			    "'free_bytes':8192}}"),
		   EXIT_OK,
		   "Would move 4.00 KiB in VG vg0. At its peak that takes up 4.00 KiB on the "
		   "destinations, where 8.00 KiB is free.\n"
		   "\n"
		   "LV    LE   FROM          TO\n"
		   "home  0-0  /dev/sdb:2-2  /dev/sdc:3-3\n",
		   "");
	run_expect("start --dry-run /dev/sdb",
		   DIALOGUE("Plan", "{'parameters':{'vg':'vg0','passes':[],'total_bytes':0,"
				    "'peak_bytes':0,'free_bytes':8192}}"),
		   EXIT_OK, "Nothing to move: no LV has extents on /dev/sdb.\n", "");
}

static void plan_as_json_is_the_daemon_s(void **state)
{
	(void)state;
	run_expect("start --dry-run --json /dev/sdb",
		   DIALOGUE("Plan", "{'parameters':{'vg':'vg0','passes':[]}}"), EXIT_OK,
		   "{\"vg\":\"vg0\",\"passes\":[]}\n", "");
}

#define WARNING "{'code':'same_disk','text':'they share\\u001b /dev/sda'}"

static void warnings_are_told_beside_the_output(void **state)
{
	static const char sentence[] = "pvmovectl: warning: they share  /dev/sda\n";

	(void)state;
	run_expect("start --dry-run /dev/sdb",
		   DIALOGUE("Plan", "{'parameters':{'vg':'vg0','passes':[],'total_bytes':0,"
				    "'peak_bytes':0,'free_bytes':8192,'warnings':[" WARNING "]}}"),
		   EXIT_OK, "Nothing to move: no LV has extents on /dev/sdb.\n", sentence);
	run_expect("start /dev/sdb",
		   DIALOGUE("Start", "{'parameters':{'move':" DONE ",'warnings':[" WARNING "]}}"),
		   EXIT_OK, "Move 6: done, 100% of 4.00 KiB\n", sentence);
	run_expect("start --json /dev/sdb",
		   DIALOGUE("Start", "{'parameters':{'move':null,'warnings':[" WARNING "]}}"),
		   EXIT_OK,
		   "{\"move\":null,\"warnings\":[{\"code\":\"same_disk\",\"text\":\"they "
		   "share\\u001b /dev/sda\"}]}\n",
		   "");
}

static void warnings_that_make_no_sense_are_no_answer(void **state)
{
	static const char *const answers[] = {
		"{'parameters':{'move':" DONE ",'warnings':7}}",
		"{'parameters':{'move':" DONE ",'warnings':['x']}}",
		"{'parameters':{'move':" DONE ",'warnings':[{'code':'x'}]}}",
		"{'parameters':{'move':" DONE ",'warnings':[{'code':'x','text':null}]}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct run run = run_client("start /dev/sdb", DIALOGUE("Start", answers[i]));

		assert_int_equal(run.code, EXIT_FAILED);
		assert_non_null(strstr(run.err, "is no answer of pvmoved's"));
		run_free(&run);
	}
}

static void status_lists_all(void **state)
{
	(void)state;
	run_expect("status",
		   DIALOGUE("{'parameters':{},'method':'org.pvmoved.List'}",
			    "{'parameters':{'moves':[" DONE "," RUNNING "]}}"),
		   EXIT_OK,
		   "ID  STATE    VG   FROM -> TO            LV      SIZE  DONE  RATE  TO GO\n"
		   " 7  running  vg0  /dev/sdb -> /dev/sdc      4.00 KiB   25%     -      -\n"
		   " 6  done     vg0  /dev/sdb -> /dev/sdc      4.00 KiB  100%     -      -\n",
		   "");
	run_expect("status --json", DIALOGUE("List", "{'parameters':{'moves':[]}}"), EXIT_OK,
		   "{\"moves\":[]}\n", "");
}

static void status_of_a_move_that_is_not_there_is_said_so(void **state)
{
	static const char sentence[] =
		"pvmovectl: there is no move 9; \"pvmovectl status\" lists all\n";

	(void)state;
	run_expect("status 9",
		   DIALOGUE("{'id':9}", "{'error':'org.pvmoved.NoSuchMove','parameters':{'id':9}}"),
		   EXIT_NO_SUCH_MOVE, "", sentence);
	run_expect("status 9 --json", DIALOGUE("{'id':9}", "{'parameters':{'moves':[]}}"),
		   EXIT_NO_SUCH_MOVE,
		   "{\"error\":{\"name\":\"org.pvmoved.NoSuchMove\",\"parameters\":{\"id\":9},"
		   "\"message\":\"there is no move 9; \\\"pvmovectl status\\\" lists all\","
		   "\"exit_status\":3}}\n",
		   sentence);
}

static void goals_are_set_and_shown(void **state)
{
	(void)state;
	run_expect(
		"pause 7",
		DIALOGUE("{'parameters':{'id':7},'method':'org.pvmoved.Pause'}",
			 "{'parameters':{'move':" SAMPLE_MOVE(7, "paused", 4096, 1024, "[]") "}}"),
		EXIT_OK, "Move 7: paused, 25% of 4.00 KiB\n", "");
	run_expect("resume 7",
		   DIALOGUE("org.pvmoved.Resume", "{'parameters':{'move':" RUNNING "}}"), EXIT_OK,
		   "Move 7: running, 25% of 4.00 KiB\n", "");
	run_expect("abort 7",
		   DIALOGUE("org.pvmoved.Abort", "{'parameters':{'move':" SAMPLE_MOVE(
							 7, "aborting", 4096, 1024, "[]") "}}"),
		   EXIT_OK, "Move 7: aborting, 25% of 4.00 KiB\n", "");
}

static void limits_are_set_and_shown(void **state)
{
	(void)state;
	run_expect("limit 7 20m",
		   DIALOGUE("{'parameters':{'id':7,'limit_bytes_s':20971520},'method':'org.pvmoved."
			    "SetLimit'}",
			    "{'parameters':{'move':" RUNNING "}}"),
		   EXIT_OK, "Move 7: running, 25% of 4.00 KiB\n", "");
	run_expect("limit 7 none",
		   DIALOGUE("{'parameters':{'id':7},'method':'org.pvmoved.SetLimit'}",
			    "{'parameters':{'move':" RUNNING "}}"),
		   EXIT_OK, "Move 7: running, 25% of 4.00 KiB\n", "");
	run_expect("limit 7 --max-latency 20ms",
		   DIALOGUE("{'parameters':{'id':7,'max_latency_us':20000},'method':'org.pvmoved."
			    "SetMaxLatency'}",
			    "{'parameters':{'move':" RUNNING "}}"),
		   EXIT_OK, "Move 7: running, 25% of 4.00 KiB\n", "");
	run_expect("limit --all 1m",
		   DIALOGUE("{'parameters':{'limit_bytes_s':1048576},'method':'org.pvmoved."
			    "SetHostLimit'}",
			    "{'parameters':{'limit_bytes_s':1048576}}"),
		   EXIT_OK, "All moves together are limited to 1.00 MiB/s.\n", "");
	run_expect("limit --all none",
		   DIALOGUE("org.pvmoved.SetHostLimit", "{'parameters':{'limit_bytes_s':null}}"),
		   EXIT_OK, "All moves together have no limit.\n", "");
}

static void daemon_is_asked_for_itself(void **state)
{
	(void)state;
	run_expect("info --json",
		   DIALOGUE("org.pvmoved.GetInfo", "{'parameters':{'version':'1.2'}}"), EXIT_OK,
		   "{\"version\":\"1.2\"}\n", "");
	run_expect("info",
		   DIALOGUE("GetInfo", "{'parameters':{'version':'1.2','boot_id':'b007',"
				       "'state_dir':'/s','started_us':0,'moves_unfinished':2}}"),
		   EXIT_OK,
		   "pvmoved 1.2 (pvmovectl " PVMOVED_VERSION ")\n"
		   "  State folder      /s\n"
		   "  Running since     1970-01-01 00:00:00\n"
		   "  Boot ID           b007\n"
		   "  Unfinished moves  2\n",
		   "");
}

static void errors_have_their_codes(void **state)
{
	(void)state;
	run_expect("start /dev/sdb",
		   DIALOGUE("Start", "{'error':'org.pvmoved.Conflict','parameters':{'lv':'home',"
				     "'id':7}}"),
		   EXIT_CONFLICT, "",
		   "pvmovectl: LV home is being moved already, by move 7; wait for that with "
		   "\"pvmovectl wait 7\" or abort it\n");
	run_expect("abort 7", DIALOGUE("Abort", "{'error':'org.varlink.service.PermissionDenied'}"),
		   EXIT_NOT_PERMITTED, "",
		   "pvmovectl: not permitted: root may change moves, and the socket's group may "
		   "look; try again with sudo\n");
	run_expect("start /dev/sdb --json",
		   DIALOGUE("Start", "{'error':'org.pvmoved.NoMemory','parameters':{}}"),
		   EXIT_FAILED,
		   "{\"error\":{\"name\":\"org.pvmoved.NoMemory\",\"parameters\":{},"
		   "\"message\":\"pvmoved is short of memory; try again later\","
		   "\"exit_status\":1}}\n",
		   "pvmovectl: pvmoved is short of memory; try again later\n");
}

static void daemon_that_is_not_there_has_a_code(void **state)
{
	struct run run = run_client("status", NULL);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(run.err, "start it with \"systemctl start pvmoved\"\n"));
	run_free(&run);
}

static void daemon_that_hangs_up_is_unreachable(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "Start"}, {FAKE_HANG_UP, NULL}, {FAKE_END, NULL}};

	(void)state;
	run_expect("start /dev/sdb", script, EXIT_UNREACHABLE, "",
		   "pvmovectl: pvmoved went away before it answered; \"pvmovectl status\" shows "
		   "what it has done\n");
}

static void daemon_that_does_not_answer_is_unreachable(void **state)
{
	const struct fake_step script[] = {
		{FAKE_EXPECT, "List"}, {FAKE_AWAIT_EOF, NULL}, {FAKE_END, NULL}};
	struct run run = run_client_with(&(struct run_setup){.reply_ms = 20}, "status", script);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_non_null(strstr(run.err, "does not answer"));
	run_free(&run);
}

static void help_and_version_need_no_daemon(void **state)
{
	struct run run = run_client("start --help", NULL);

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_memory_equal(run.out, "Usage: pvmovectl start", 22);
	run_free(&run);
	run_expect("--version", NULL, EXIT_OK, "pvmovectl " PVMOVED_VERSION "\n", "");
}

static void socket_can_be_named(void **state)
{
	struct run run = run_client("info --socket /nonexistent/socket", NULL);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_non_null(strstr(run.err, "/nonexistent/socket"));
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_asks_for_what_was_typed),
		cmocka_unit_test(start_leaves_out_what_was_not_typed),
		cmocka_unit_test(nothing_to_move_is_success_and_says_so),
		cmocka_unit_test(same_request_again_shows_how_its_move_ended),
		cmocka_unit_test(dry_run_asks_for_a_plan_only),
		cmocka_unit_test(plan_as_json_is_the_daemon_s),
		cmocka_unit_test(warnings_are_told_beside_the_output),
		cmocka_unit_test(warnings_that_make_no_sense_are_no_answer),
		cmocka_unit_test(status_lists_all),
		cmocka_unit_test(status_of_a_move_that_is_not_there_is_said_so),
		cmocka_unit_test(goals_are_set_and_shown),
		cmocka_unit_test(limits_are_set_and_shown),
		cmocka_unit_test(daemon_is_asked_for_itself),
		cmocka_unit_test(errors_have_their_codes),
		cmocka_unit_test(daemon_that_is_not_there_has_a_code),
		cmocka_unit_test(daemon_that_hangs_up_is_unreachable),
		cmocka_unit_test(daemon_that_does_not_answer_is_unreachable),
		cmocka_unit_test(help_and_version_need_no_daemon),
		cmocka_unit_test(socket_can_be_named),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "run.h"
#include "sample.h"

#define STEP(action, text) ((struct fake_step){action, text})

/*
 * Steps that most scripts share. Move 7 is followed, seen as it goes on, and seen to end;
 * the client leaves.
 */
#define FOLLOWED   STEP(FAKE_EXPECT, SAMPLE_FOLLOW)
#define NEWS(...)  STEP(FAKE_SEND, SAMPLE_NEWS(__VA_ARGS__))
#define LEFT       STEP(FAKE_AWAIT_EOF, NULL)
#define OVER       LEFT, STEP(FAKE_END, NULL)
#define ENDED(...) STEP(FAKE_SEND, SAMPLE_LAST_NEWS(__VA_ARGS__)), OVER
#define DONE       ENDED("done", 4096, "[]")
/* A method is called, and answered with move 7 in that state. */
#define REPLY(state) "{'parameters':{'move':" SAMPLE_MOVE(7, state, 4096, 0, "[]") "}}"
#define CALLED(method, state) \
	STEP(FAKE_EXPECT, "org.pvmoved." method), STEP(FAKE_SEND, REPLY(state))

static void changes_of_state_and_each_tenth_are_told(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("queued", 0, "queued"),
		NEWS("running", 0, "arming"),
		NEWS("running", 4, "copying"),
		NEWS("running", 8, "copying"),
		NEWS("running", 1024, "copying"),
		NEWS("running", 1100, "copying"),
		DONE,
	};

	(void)state;
	run_expect("wait 7", script, EXIT_OK,
		   "Move 7: queued, 0% of 4.00 KiB; home: queued\n"
		   "Move 7: running, 0% of 4.00 KiB; home: arming\n"
		   "Move 7: running, 0% of 4.00 KiB; home: copying\n"
		   "Move 7: running, 25% of 4.00 KiB; home: copying\n"
		   "Move 7: done, 100% of 4.00 KiB\n",
		   "");
}

static void what_is_copied_is_not_told_while_unknown(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("running", 2048, "copying"),
		NEWS("running", null, "copying"),
		NEWS("running", 2048, "copying"),
		DONE,
	};

	(void)state;
	run_expect("wait 7", script, EXIT_OK,
		   "Move 7: running, 50% of 4.00 KiB; home: copying\n"
		   "Move 7: done, 100% of 4.00 KiB\n",
		   "");
}

static void failed_move_is_told_with_its_reason(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		ENDED("failed", 1024,
		      "[" SAMPLE_PASS("home", "failed", 4096, 1024,
				      "{'code':'source_unreadable','text':'LE\\u001b 12'}") "]"),
	};

	(void)state;
	run_expect("wait 7", script, EXIT_NOT_AS_AWAITED, "Move 7: failed, 25% of 4.00 KiB\n",
		   "pvmovectl: move 7 failed: LV home: the source cannot be read: LE  12; see "
		   "\"pvmovectl status 7\"\n");
}

static void aborted_move_is_not_what_was_awaited(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		ENDED("aborted", 0, "[]"),
	};
	struct run run = run_client("wait --json 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_NOT_AS_AWAITED);
	assert_memory_equal(run.out, "{\"move\":{\"id\":7,", 16);
	assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
	assert_non_null(strstr(run.err, "move 7 was aborted"));
	run_free(&run);
}

static void aborted_move_is_what_abort_awaits(void **state)
{
	const struct fake_step script[] = {
		CALLED("Abort", "aborting"), LEFT, FOLLOWED, NEWS("aborting", 0, "undoing"),
		ENDED("aborted", 0, "[]"),
	};

	(void)state;
	run_expect("abort --wait 7", script, EXIT_OK,
		   "Move 7: aborting, 0% of 4.00 KiB; home: undoing\n"
		   "Move 7: aborted, 0% of 4.00 KiB\n",
		   "");
}

static void move_that_was_done_first_is_not_what_abort_awaits(void **state)
{
	const struct fake_step script[] = {
		CALLED("Abort", "aborting"),
		LEFT,
		FOLLOWED,
		DONE,
	};

	(void)state;
	run_expect("abort --wait 7", script, EXIT_NOT_AS_AWAITED,
		   "Move 7: done, 100% of 4.00 KiB\n",
		   "pvmovectl: move 7 was done before it could be aborted; to go back, move the "
		   "other way\n");
}

static void start_can_wait(void **state)
{
	const struct fake_step script[] = {
		CALLED("Start", "queued"),
		LEFT,
		FOLLOWED,
		DONE,
	};

	(void)state;
	run_expect("start --wait /dev/sdb", script, EXIT_OK,
		   "Move 7 is started: 4.00 KiB in VG vg0, off /dev/sdb.\n"
		   "Move 7: done, 100% of 4.00 KiB\n",
		   "");
}

static void start_that_waits_prints_one_document(void **state)
{
	const struct fake_step script[] = {
		CALLED("Start", "queued"), LEFT, FOLLOWED, NEWS("running", 0, "copying"), DONE,
	};
	struct run run = run_client("start --wait --json /dev/sdb", script);

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_string_equal(run.err, "");
	assert_non_null(strstr(run.out, "\"state\":\"done\""));
	assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
	run_free(&run);
}

static void waiting_outlives_the_daemon(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("running", 1024, "copying"),
		{FAKE_GO_AWAY, NULL},
		{FAKE_COME_BACK, NULL},
		FOLLOWED,
		{FAKE_HANG_UP, NULL},
		FOLLOWED,
		NEWS("running", 2048, "copying"),
		{FAKE_HANG_UP, NULL},
		FOLLOWED,
		DONE,
	};

	(void)state;
	run_expect("wait 7", script, EXIT_OK,
		   "Move 7: running, 25% of 4.00 KiB; home: copying\n"
		   "Move 7: running, 50% of 4.00 KiB; home: copying\n"
		   "Move 7: done, 100% of 4.00 KiB\n",
		   "pvmovectl: pvmoved went away; waiting up to 10 s for it to come back\n"
		   "pvmovectl: pvmoved is back\n"
		   "pvmovectl: pvmoved went away; waiting up to 10 s for it to come back\n"
		   "pvmovectl: pvmoved is back\n");
}

static void daemon_that_dies_after_start_is_waited_for(void **state)
{
	const struct fake_step script[] = {
		CALLED("Start", "queued"),
		{FAKE_GO_AWAY, NULL},
		{FAKE_COME_BACK, NULL},
		FOLLOWED,
		DONE,
	};
	struct run run = run_client("start --wait /dev/sdb", script);

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	run_free(&run);
}

static void daemon_that_stays_away_is_given_up(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("running", 1024, "copying"),
		{FAKE_GO_AWAY, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client_with(&(struct run_setup){.reconnect_ms = 20}, "wait 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_non_null(strstr(run.err, "pvmoved went away; waiting"));
	assert_non_null(strstr(run.err, "cannot reach pvmoved"));
	run_free(&run);
}

static void daemon_that_comes_back_dumb_is_given_up(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED, NEWS("running", 1024, "copying"), {FAKE_HANG_UP, NULL}, FOLLOWED, OVER,
	};
	struct run run =
		run_client_with(&(struct run_setup){.reconnect_ms = 500}, "wait 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_non_null(strstr(run.err, "does not answer"));
	run_free(&run);
}

static void daemon_that_was_never_there_is_not_waited_for(void **state)
{
	struct run run = run_client("wait 7", NULL);

	(void)state;
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_null(strstr(run.err, "went away"));
	run_free(&run);
}

static void move_that_is_not_there_is_told(void **state)
{
	const struct fake_step refusal[] = {
		FOLLOWED,
		{FAKE_SEND, "{'error':'org.pvmoved.NoSuchMove','parameters':{'id':7}}"},
		OVER,
	};
	const struct fake_step nothing[] = {
		FOLLOWED,
		{FAKE_SEND, "{'parameters':{'moves':[]},'continues':true}"},
		OVER,
	};
	static const char sentence[] =
		"pvmovectl: there is no move 7; \"pvmovectl status\" lists all\n";

	(void)state;
	run_expect("wait 7", refusal, EXIT_NO_SUCH_MOVE, "", sentence);
	run_expect("wait 7", nothing, EXIT_NO_SUCH_MOVE, "", sentence);
	run_expect("status --watch 7", nothing, EXIT_NO_SUCH_MOVE, "", sentence);
}

static void interrupt_detaches_and_says_how_to_abort(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("running", 1024, "copying"),
		{FAKE_INTERRUPT, NULL},
		OVER,
	};
	sigset_t mask;
	struct run run = run_client("wait 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_INTERRUPTED);
	assert_string_equal(run.err, "pvmovectl: no longer waiting, but move 7 goes on; "
				     "\"pvmovectl abort 7\" undoes it\n");
	run_free(&run);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGINT), 0);
}

static void interrupt_ends_the_wait_for_a_daemon_that_went_away(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		NEWS("running", 1024, "copying"),
		{FAKE_GO_AWAY, NULL},
		{FAKE_INTERRUPT, NULL},
		{FAKE_END, NULL},
	};
	struct run run = run_client("wait 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_INTERRUPTED);
	run_free(&run);
}

static void ignored_interrupt_stays_ignored(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED,
		{FAKE_INTERRUPT, NULL},
		DONE,
	};
	struct run run;

	(void)state;
	signal(SIGINT, SIG_IGN);
	run = run_client("wait 7", script);
	signal(SIGINT, SIG_DFL);
	assert_int_equal(run.code, EXIT_OK);
	run_free(&run);
}

static void terminal_has_one_line_redrawn_in_place(void **state)
{
	const struct fake_step script[] = {
		FOLLOWED, NEWS("running", 1024, "copying"), {FAKE_HANG_UP, NULL},
		FOLLOWED, NEWS("running", 2048, "copying"), DONE,
	};
	struct run run = run_client_with(&(struct run_setup){.columns = 60}, "wait 7", script);

	(void)state;
	assert_int_equal(run.code, EXIT_OK);
	assert_string_equal(
		run.out, "\r\033[KMove 7 [###...........]  25% 1.00 KiB/4.00 KiB home copying\n"
			 "\r\033[KMove 7 [#######.......]  50% 2.00 KiB/4.00 KiB home copying"
			 "\r\033[KMove 7 [######################] 100% 4.00 KiB/4.00 KiB done\n");
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_state_and_each_tenth_are_told),
		cmocka_unit_test(what_is_copied_is_not_told_while_unknown),
		cmocka_unit_test(failed_move_is_told_with_its_reason),
		cmocka_unit_test(aborted_move_is_not_what_was_awaited),
		cmocka_unit_test(aborted_move_is_what_abort_awaits),
		cmocka_unit_test(move_that_was_done_first_is_not_what_abort_awaits),
		cmocka_unit_test(start_can_wait),
		cmocka_unit_test(start_that_waits_prints_one_document),
		cmocka_unit_test(waiting_outlives_the_daemon),
		cmocka_unit_test(daemon_that_dies_after_start_is_waited_for),
		cmocka_unit_test(daemon_that_stays_away_is_given_up),
		cmocka_unit_test(daemon_that_comes_back_dumb_is_given_up),
		cmocka_unit_test(daemon_that_was_never_there_is_not_waited_for),
		cmocka_unit_test(move_that_is_not_there_is_told),
		cmocka_unit_test(interrupt_detaches_and_says_how_to_abort),
		cmocka_unit_test(interrupt_ends_the_wait_for_a_daemon_that_went_away),
		cmocka_unit_test(ignored_interrupt_stays_ignored),
		cmocka_unit_test(terminal_has_one_line_redrawn_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

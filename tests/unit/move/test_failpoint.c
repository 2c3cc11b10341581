/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each reach that may end or stop a process is made in a child of its own. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "daemon/move/failpoint.h"

static void choose(const char *list)
{
	assert_int_equal(setenv("PVMOVED_FAILPOINTS", list, 1), 0);
}

/* ---- the list ---------------------------------------------------------- */

static char *printed(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	assert_non_null(stream);
	assert_int_equal(failpoint_print(stream), 0);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* How often the list has that line. */
static unsigned lines_like(const char *list, const char *prefix, const char *step, const char *side)
{
	char line[128];
	unsigned count = 0;

	snprintf(line, sizeof(line), "%s%s:%s\n", prefix, step, side);
	for (char *at = line; *at; at++)
		if (*at == ' ')
			*at = '-';
	for (const char *at = strstr(list, line); at; at = strstr(at + 1, line))
		count += at == list || at[-1] == '\n';
	return count;
}

static void each_action_has_a_point_before_and_one_after_it(void **state)
{
	_free_ char *list = printed();

	(void)state;
	for (int action = 0; action < PASS_ACTION_COUNT; action++) {
		unsigned expected = action != ACTION_NONE && action != ACTION_WAIT;

		assert_int_equal(lines_like(list, "", pass_action_name(action), "before"),
				 expected);
		assert_int_equal(lines_like(list, "", pass_action_name(action), "after"), expected);
	}
}

static void each_state_but_the_first_has_a_point_before_and_one_after_it(void **state)
{
	_free_ char *list = printed();

	(void)state;
	for (int s = 0; s < PASS_STATE_COUNT; s++) {
		unsigned expected = s != PASS_QUEUED;

		assert_int_equal(lines_like(list, "enter-", pass_state_name(s), "before"),
				 expected);
		assert_int_equal(lines_like(list, "enter-", pass_state_name(s), "after"), expected);
	}
}

static void the_list_holds_nothing_else(void **state)
{
	_free_ char *list = printed();
	int count = 0;

	(void)state;
	for (const char *at = list; *at; at++)
		count += *at == '\n';
	assert_int_equal(count, 2 * (PASS_ACTION_COUNT - 2 + PASS_STATE_COUNT - 1));
}

/* ---- what happens ------------------------------------------------------ */

/*
 * Reaches commit:before `count` times in a child, which ends with 0 where the last returned 0. The
 * tests themselves never reach it: each child begins to count at nothing.
 */
static pid_t reach_in_child(unsigned count)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int r = 0;

		while (count-- > 0)
			r = failpoint_reach_action(FAILPOINT_BEFORE, ACTION_COMMIT);
		_exit(r == 0 ? 0 : 1);
	}
	return pid;
}

static int status_of(pid_t pid, int options)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, options), pid);
	return status;
}

static void nothing_happens_where_nothing_was_chosen(void **state)
{
	(void)state;
	choose("release:after=kill,enter-copying:before=kill");
	assert_int_equal(failpoint_reach_action(FAILPOINT_BEFORE, ACTION_RELEASE), 0);
	assert_int_equal(failpoint_reach_action(FAILPOINT_AFTER, ACTION_RESERVE), 0);
	assert_int_equal(failpoint_reach_state(FAILPOINT_AFTER, PASS_COPYING), 0);
	assert_int_equal(unsetenv("PVMOVED_FAILPOINTS"), 0);
	assert_int_equal(failpoint_check(), 0);
	assert_int_equal(failpoint_reach_action(FAILPOINT_AFTER, ACTION_RELEASE), 0);
}

static void kill_is_the_end_of_the_process(void **state)
{
	int status;

	(void)state;
	choose("commit:before=kill");
	status = status_of(reach_in_child(1), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void with_a_number_it_happens_at_that_time_only(void **state)
{
	(void)state;
	choose("commit:before=kill@3");
	assert_int_equal(status_of(reach_in_child(2), 0), 0);
	assert_true(WIFSIGNALED(status_of(reach_in_child(3), 0)));
	choose("commit:before=fail@1");
	assert_int_equal(WEXITSTATUS(status_of(reach_in_child(1), 0)), 1);
	assert_int_equal(WEXITSTATUS(status_of(reach_in_child(2), 0)), 0);
}

static void a_stopped_process_goes_on_when_it_is_told_to(void **state)
{
	pid_t pid;

	(void)state;
	choose("commit:before=stop");
	pid = reach_in_child(1);
	assert_true(WIFSTOPPED(status_of(pid, WUNTRACED)));
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(status_of(pid, 0), 0);
}

static void fail_and_skip_are_for_the_caller_to_carry_out(void **state)
{
	(void)state;
	choose("flush-destination:before=skip,release:after=fail,enter-done:after=fail");
	assert_int_equal(failpoint_check(), 0);
	assert_int_equal(failpoint_reach_action(FAILPOINT_BEFORE, ACTION_FLUSH), FAILPOINT_SKIP);
	assert_int_equal(failpoint_reach_action(FAILPOINT_AFTER, ACTION_RELEASE), -EIO);
	assert_int_equal(failpoint_reach_state(FAILPOINT_AFTER, PASS_DONE), -EIO);
}

static void what_cannot_happen_is_refused(void **state)
{
	static const char *const lists[] = {
		"commit",
		"commit:before",
		"commit:before=explode",
		"commit:before=",
		"commit:before=kill@",
		"commit:before=kill@0",
		"commit:before=kill@2x",
		"comit:before=kill",
		"commit=kill",
		"enter-queued:before=kill",
		"wait:before=kill",
		"commit:after=skip",
		"enter-copying:before=skip",
		"commit:before=kill,release:before=mend",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		choose(lists[i]);
		if (failpoint_check() != -EINVAL)
			fail_msg("not refused: %s", lists[i]);
	}
	choose("commit:before=kill@2,enter-done:after=stop,release:after=fail");
	assert_int_equal(failpoint_check(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_has_a_point_before_and_one_after_it),
		cmocka_unit_test(each_state_but_the_first_has_a_point_before_and_one_after_it),
		cmocka_unit_test(the_list_holds_nothing_else),
		cmocka_unit_test(nothing_happens_where_nothing_was_chosen),
		cmocka_unit_test(kill_is_the_end_of_the_process),
		cmocka_unit_test(with_a_number_it_happens_at_that_time_only),
		cmocka_unit_test(a_stopped_process_goes_on_when_it_is_told_to),
		cmocka_unit_test(fail_and_skip_are_for_the_caller_to_carry_out),
		cmocka_unit_test(what_cannot_happen_is_refused),
	};

	log_init(LOG_EMERG);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/move/fsm.h"
#include "daemon/move/move.h"

static void a_pair_stands_in_the_table_only_once(void **state)
{
	size_t count = 0;
	const struct fsm_row *rows = fsm_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (fsm_find(rows[i].state, rows[i].event) != &rows[i])
			fail_msg("%s, %s stands twice", pass_state_name(rows[i].state),
				 pass_event_name(rows[i].event));
}

static void a_terminal_state_is_never_left(void **state)
{
	size_t count = 0;
	const struct fsm_row *rows = fsm_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_false(pass_state_is_terminal(rows[i].state));
}

static bool reaches_end(enum pass_state from)
{
	bool seen[PASS_STATE_COUNT] = {false};
	bool grown = true;
	size_t count = 0;
	const struct fsm_row *rows = fsm_rows(&count);

	seen[from] = true;
	while (grown) {
		grown = false;
		for (size_t i = 0; i < count; i++) {
			if (seen[rows[i].state] && !seen[rows[i].next]) {
				seen[rows[i].next] = true;
				grown = true;
			}
		}
	}
	return seen[PASS_DONE] || seen[PASS_ABORTED] || seen[PASS_FAILED];
}

static void every_state_leads_to_an_end(void **state)
{
	(void)state;
	for (int s = 0; s < PASS_STATE_COUNT; s++)
		if (!reaches_end((enum pass_state)s))
			fail_msg("%s leads nowhere", pass_state_name((enum pass_state)s));
}

static void commit_is_answered_to_nothing_but_a_flushed_destination(void **state)
{
	size_t count = 0;
	const struct fsm_row *rows = fsm_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (rows[i].action == ACTION_COMMIT)
			assert_int_equal(rows[i].event, EVENT_FLUSHED);
}

/* Only what is verified, or need not be, leads there: no row takes what is not for it. */
static void what_is_not_verified_is_not_committed(void **state)
{
	static const enum pass_event bad[] = {EVENT_UNVERIFIED, EVENT_VERIFY_FAILED};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int s = 0; s < PASS_STATE_COUNT; s++) {
			const struct fsm_row *row = fsm_find((enum pass_state)s, bad[i]);

			assert_true(!row || row->next == PASS_VERIFYING ||
				    row->next == PASS_UNDOING);
		}
	}
}

static void what_is_committed_is_never_put_back_onto_the_source(void **state)
{
	static const enum pass_event committed[] = {EVENT_COMMITTED, EVENT_SWITCHED, EVENT_RETIRED,
						    EVENT_RELEASED};

	(void)state;
	for (size_t i = 0; i < sizeof(committed) / sizeof(committed[0]); i++) {
		for (int s = 0; s < PASS_STATE_COUNT; s++) {
			const struct fsm_row *row = fsm_find((enum pass_state)s, committed[i]);

			if (!row)
				continue;
			assert_int_not_equal(row->action, ACTION_DETACH);
			assert_true(row->next == PASS_SWITCHING || row->next == PASS_RETIRING);
		}
	}
}

static void the_leg_is_removed_only_when_the_lv_is_not_on_it(void **state)
{
	static const enum pass_event on_leg[] = {
		EVENT_RESERVATION_LOST, EVENT_LEG_ATTACHED, EVENT_MIRRORING, EVENT_MIRROR_IDLE,
		EVENT_IN_SYNC,          EVENT_LEG_FOREIGN,  EVENT_COMMITTED};

	(void)state;
	for (size_t i = 0; i < sizeof(on_leg) / sizeof(on_leg[0]); i++) {
		for (int s = 0; s < PASS_STATE_COUNT; s++) {
			const struct fsm_row *row = fsm_find((enum pass_state)s, on_leg[i]);

			assert_true(!row || (row->action != ACTION_REMOVE_LEG &&
					     row->action != ACTION_RELEASE));
		}
	}
}

static void of_a_wedged_leg_nothing_is_asked_any_more(void **state)
{
	(void)state;
	for (int s = 0; s < PASS_STATE_COUNT; s++) {
		const struct fsm_row *row = fsm_find((enum pass_state)s, EVENT_LEG_WEDGED);

		assert_true(!row || row->action == ACTION_DETACH || row->action == ACTION_NONE);
		/* wherever the LV can be on a leg, it can be on a wedged one */
		assert_true(!row == !fsm_find((enum pass_state)s, EVENT_LEG_FOREIGN));
	}
}

static void an_abort_is_open_in_every_state_before_the_switch(void **state)
{
	static const enum pass_state open[] = {PASS_QUEUED,    PASS_RESERVING, PASS_ARMING,
					       PASS_COPYING,   PASS_PAUSED,    PASS_HELD,
					       PASS_VERIFYING, PASS_COMMITTING};

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		assert_non_null(fsm_find(open[i], EVENT_ABORT));
	assert_null(fsm_find(PASS_SWITCHING, EVENT_ABORT));
	assert_null(fsm_find(PASS_RETIRING, EVENT_ABORT));
}

static void a_failed_effect_is_tried_again_in_every_state_that_acts(void **state)
{
	size_t count = 0;
	const struct fsm_row *rows = fsm_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct fsm_row *row;

		if (rows[i].action == ACTION_NONE || rows[i].action == ACTION_WAIT)
			continue;
		row = fsm_find(rows[i].next, EVENT_EFFECT_FAILED);
		if (!row)
			fail_msg("%s does not know what to do when '%s' fails",
				 pass_state_name(rows[i].next), pass_action_name(rows[i].action));
		assert_int_equal(row->action, ACTION_WAIT);
	}
}

static void names_lead_back_to_their_enumerators(void **state)
{
	(void)state;
	for (int s = 0; s < PASS_STATE_COUNT; s++)
		assert_int_equal(pass_state_from_name(pass_state_name((enum pass_state)s)), s);
	for (int r = 0; r < PASS_REASON_COUNT; r++)
		assert_int_equal(pass_reason_from_name(pass_reason_name((enum pass_reason)r)), r);
	assert_int_equal(pass_state_from_name("nonsense"), -1);
}

/* The documentation holds exactly what the program prints. */
static void the_documented_table_is_the_one_that_runs(void **state)
{
	char *text = NULL;
	char *page = calloc(1, 1 << 20);
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	FILE *file = fopen(DOCS_STATES, "r");

	(void)state;
	assert_non_null(page);
	assert_non_null(file);
	assert_true(fread(page, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	fsm_print(stream);
	fclose(stream);
	if (!strstr(page, text))
		fail_msg("docs/states.md does not hold what 'pvmoved --dump-states' prints");
	free(text);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_stands_in_the_table_only_once),
		cmocka_unit_test(a_terminal_state_is_never_left),
		cmocka_unit_test(every_state_leads_to_an_end),
		cmocka_unit_test(commit_is_answered_to_nothing_but_a_flushed_destination),
		cmocka_unit_test(what_is_not_verified_is_not_committed),
		cmocka_unit_test(what_is_committed_is_never_put_back_onto_the_source),
		cmocka_unit_test(the_leg_is_removed_only_when_the_lv_is_not_on_it),
		cmocka_unit_test(of_a_wedged_leg_nothing_is_asked_any_more),
		cmocka_unit_test(an_abort_is_open_in_every_state_before_the_switch),
		cmocka_unit_test(a_failed_effect_is_tried_again_in_every_state_that_acts),
		cmocka_unit_test(names_lead_back_to_their_enumerators),
		cmocka_unit_test(the_documented_table_is_the_one_that_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

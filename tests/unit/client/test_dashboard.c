/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "client/dashboard.h"
#include "client/keys.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

/* Shown in this order. */
#define THREE_MOVES                           \
	SAMPLE_MOVE(4, "running", 1, 0, "[]") \
	"," SAMPLE_MOVE(6, "paused", 1, 0, "[]") "," SAMPLE_MOVE(5, "done", 1, 1, "[]")

static void tell(struct dashboard *dashboard, const char *text, bool all)
{
	cleanup(protocol_put) struct json_object *list = sample_list(text);

	assert_int_equal(dashboard_update(dashboard, list, all), 0);
}

static struct dashboard three_moves(void)
{
	struct dashboard dashboard = {0};

	tell(&dashboard, THREE_MOVES, true);
	return dashboard;
}

/* A key that is wanted nothing else by. */
static void press(struct dashboard *dashboard, int key)
{
	assert_int_equal(dashboard_press(dashboard, key).kind, WISH_NOTHING);
}

static void expect_wish(struct dashboard *dashboard, int key, enum wish_kind kind, uint64_t id)
{
	struct wish wish = dashboard_press(dashboard, key);

	assert_int_equal(wish.kind, kind);
	assert_int_equal(wish.id, id);
}

static void first_move_is_selected_and_keys_select_others(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	assert_int_equal(dashboard.selected_id, 4);
	press(&dashboard, KEY_UP);
	assert_int_equal(dashboard.selected_id, 4);
	press(&dashboard, 'j');
	assert_int_equal(dashboard.selected_id, 6);
	press(&dashboard, KEY_DOWN);
	press(&dashboard, KEY_DOWN);
	assert_int_equal(dashboard.selected_id, 5);
	press(&dashboard, 'k');
	assert_int_equal(dashboard.selected_id, 6);
	press(&dashboard, KEY_END);
	assert_int_equal(dashboard.selected_id, 5);
	press(&dashboard, KEY_PAGE_UP);
	assert_int_equal(dashboard.selected_id, 4);
}

static void selection_stays_with_its_move(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	tell(&dashboard, SAMPLE_MOVE(4, "done", 1, 1, "[]"), false);
	assert_int_equal(dashboard.selected_id, 4);
	assert_int_equal(dashboard_position(&dashboard), 2);
}

static void selection_of_a_move_that_is_gone_goes_to_its_neighbour(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	press(&dashboard, 'G');
	tell(&dashboard, SAMPLE_MOVE(4, "running", 1, 0, "[]"), true);
	assert_int_equal(dashboard.selected_id, 4);
	tell(&dashboard, "", true);
	assert_int_equal(dashboard.selected_id, 0);
}

static void keys_wish_for_the_selected_move(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	expect_wish(&dashboard, 'p', WISH_PAUSE, 4);
	press(&dashboard, 'j');
	expect_wish(&dashboard, 'r', WISH_RESUME, 6);
	expect_wish(&dashboard, '\x0c', WISH_REDRAW, 0);
	expect_wish(&dashboard, 'q', WISH_QUIT, 0);
}

static void nothing_is_wished_for_without_moves(void **state)
{
	struct dashboard dashboard = {0};

	(void)state;
	press(&dashboard, 'p');
	press(&dashboard, 'a');
	assert_int_equal(dashboard.asked_id, 0);
	press(&dashboard, KEY_DOWN);
	press(&dashboard, KEY_END);
}

static void abort_takes_a_question_and_a_yes(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	press(&dashboard, 'a');
	assert_int_equal(dashboard.asked_id, 4);
	expect_wish(&dashboard, 'y', WISH_ABORT, 4);
	assert_int_equal(dashboard.asked_id, 0);
	/* yes to nothing */
	press(&dashboard, 'y');
}

static void anything_else_is_a_no_and_does_nothing_else(void **state)
{
	static const int keys[] = {'n', 'q', 'p', 'a', '\r', KEY_ESCAPE, KEY_DOWN, KEY_OTHER};
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		press(&dashboard, 'a');
		press(&dashboard, keys[i]);
		assert_int_equal(dashboard.asked_id, 0);
		assert_int_equal(dashboard.selected_id, 4);
		assert_string_equal(dashboard.notice, "Not aborted");
	}
}

/* Not of one that has taken its place under the question. */
static void question_is_about_the_move_it_names(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	press(&dashboard, 'a');
	tell(&dashboard, SAMPLE_MOVE(3, "running", 1, 0, "[]"), false);
	expect_wish(&dashboard, 'y', WISH_ABORT, 4);
	press(&dashboard, 'a');
	tell(&dashboard, SAMPLE_MOVE(9, "running", 1, 0, "[]"), true);
	assert_int_equal(dashboard.selected_id, 9);
	press(&dashboard, 'y');
	press(&dashboard, 'a');
	dashboard_lose(&dashboard);
	press(&dashboard, 'y');
}

static void move_that_has_ended_is_not_asked_about(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	press(&dashboard, 'G');
	press(&dashboard, 'a');
	assert_int_equal(dashboard.asked_id, 0);
	assert_string_equal(dashboard.notice, "It has ended: there is nothing to abort");
}

static void notice_is_clean_and_goes_with_the_next_key(void **state)
{
	cleanup(dashboard_deinit) struct dashboard dashboard = three_moves();

	(void)state;
	dashboard_tell(&dashboard, "no\033[2J\n");
	assert_string_equal(dashboard.notice, "no [2J ");
	press(&dashboard, KEY_OTHER);
	assert_string_equal(dashboard.notice, "");
}

static void what_is_no_list_of_moves_is_refused(void **state)
{
	cleanup(protocol_put) struct json_object *list = sample_list("{}");
	struct dashboard dashboard = {0};

	(void)state;
	assert_int_equal(dashboard_update(&dashboard, list, true), -EBADMSG);
	assert_int_equal(dashboard_update(&dashboard, NULL, true), -EBADMSG);
	assert_int_equal(dashboard.link, LINK_AWAITED);
	dashboard_deinit(&dashboard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_move_is_selected_and_keys_select_others),
		cmocka_unit_test(selection_stays_with_its_move),
		cmocka_unit_test(selection_of_a_move_that_is_gone_goes_to_its_neighbour),
		cmocka_unit_test(keys_wish_for_the_selected_move),
		cmocka_unit_test(nothing_is_wished_for_without_moves),
		cmocka_unit_test(abort_takes_a_question_and_a_yes),
		cmocka_unit_test(anything_else_is_a_no_and_does_nothing_else),
		cmocka_unit_test(question_is_about_the_move_it_names),
		cmocka_unit_test(move_that_has_ended_is_not_asked_about),
		cmocka_unit_test(notice_is_clean_and_goes_with_the_next_key),
		cmocka_unit_test(what_is_no_list_of_moves_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

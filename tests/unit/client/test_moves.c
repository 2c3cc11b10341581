/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>

#include "client/moves.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

static void expect_order(const struct moves *moves, const uint64_t *ids, size_t count)
{
	assert_int_equal(moves->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(moves->entries[i].view.id, ids[i]);
}

static void unfinished_moves_stand_first(void **state)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse("{'moves':[" SAMPLE_MOVE(1, "done", 1, 1, "[]") "," SAMPLE_MOVE(
			2, "running", 1, 0,
			"[]") "," SAMPLE_MOVE(3, "failed", 1, 1,
					      "[]") "," SAMPLE_MOVE(4, "paused", 1, 0,
								    "[]") "," SAMPLE_MOVE(5,
											  "aborted",
											  1, 0,
											  "[]") "]"
												"}");
	cleanup(moves_deinit) struct moves moves = {0};

	(void)state;
	assert_int_equal(moves_update(&moves, json_object_object_get(object, "moves")), 0);
	expect_order(&moves, (const uint64_t[]){2, 4, 5, 3, 1}, 5);
}

static void later_news_of_a_move_replace_the_former(void **state)
{
	cleanup(protocol_put) struct json_object *first = sample_parse("{'moves':[" SAMPLE_MOVE(
		1, "running", 1, 0, "[]") "," SAMPLE_MOVE(2, "running", 1, 0, "[]") "]}");
	cleanup(protocol_put) struct json_object *second =
		sample_parse("{'moves':[" SAMPLE_MOVE(1, "done", 1, 1, "[]") "]}");
	cleanup(moves_deinit) struct moves moves = {0};

	(void)state;
	assert_int_equal(moves_update(&moves, json_object_object_get(first, "moves")), 0);
	assert_int_equal(moves_update(&moves, json_object_object_get(second, "moves")), 0);
	expect_order(&moves, (const uint64_t[]){2, 1}, 2);
	assert_string_equal(moves_find(&moves, 1)->view.state, "done");
	assert_null(moves_find(&moves, 3));
}

static void what_is_not_a_list_of_moves_is_refused(void **state)
{
	cleanup(protocol_put) struct json_object *object = sample_parse("{'moves':[{}]}");
	cleanup(moves_deinit) struct moves moves = {0};

	(void)state;
	assert_int_equal(moves_update(&moves, json_object_object_get(object, "moves")), -EBADMSG);
	assert_int_equal(moves_update(&moves, object), -EBADMSG);
	assert_int_equal(moves_update(&moves, NULL), -EBADMSG);
	assert_int_equal(moves.count, 0);
}

/* A list of so many moves, with ids from `first` on. */
static struct json_object *make_list(const char *sample, uint64_t first, size_t count)
{
	struct json_object *list = json_object_new_array();

	assert_non_null(list);
	for (uint64_t id = first; id < first + count; id++) {
		struct json_object *move = sample_parse(sample);

		json_object_object_add(move, "id", json_object_new_uint64(id));
		json_object_array_add(list, move);
	}
	return list;
}

static int update(struct moves *moves, const char *sample, uint64_t first, size_t count)
{
	cleanup(protocol_put) struct json_object *list = make_list(sample, first, count);

	return moves_update(moves, list);
}

static const char done[] = SAMPLE_MOVE(1, "done", 4096, 4096, "[]");
static const char running[] = SAMPLE_MOVE(1, "running", 4096, 0, "[]");

static void a_stream_may_tell_of_any_number_of_moves(void **state)
{
	cleanup(moves_deinit) struct moves moves = {0};

	(void)state;
	assert_int_equal(update(&moves, running, 1, 2), 0);
	assert_int_equal(update(&moves, done, 3, MOVES_MAX - 2), 0);
	assert_int_equal(moves.count, MOVES_MAX);
	assert_int_equal(update(&moves, done, MOVES_MAX + 1, 10), 0);
	assert_true(moves.count <= MOVES_MAX);
	/* Unfinished ones are kept, and the latest; the oldest of the others are not. */
	assert_int_equal(moves.entries[0].view.id, 1);
	assert_int_equal(moves.entries[1].view.id, 2);
	assert_int_equal(moves.entries[2].view.id, MOVES_MAX + 10);
	assert_non_null(moves_find(&moves, MOVES_MAX));
	assert_null(moves_find(&moves, 3));
}

static void more_unfinished_moves_than_any_daemon_has_are_not_believed(void **state)
{
	cleanup(moves_deinit) struct moves moves = {0};

	(void)state;
	assert_int_equal(update(&moves, running, 1, MOVES_MAX), 0);
	assert_int_equal(update(&moves, running, MOVES_MAX, 1), 0);
	assert_int_equal(update(&moves, done, MOVES_MAX + 1, 1), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unfinished_moves_stand_first),
		cmocka_unit_test(later_news_of_a_move_replace_the_former),
		cmocka_unit_test(what_is_not_a_list_of_moves_is_refused),
		cmocka_unit_test(a_stream_may_tell_of_any_number_of_moves),
		cmocka_unit_test(more_unfinished_moves_than_any_daemon_has_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

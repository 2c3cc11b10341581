/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/rpc/encode.h"
#include "daemon/rpc/ended.h"
#include "tests/unit/rpc/fake_mover.h"

#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct scene {
	struct mover mover;
	struct ended_texts texts;
};

static int set_up(void **state)
{
	static struct scene scene;

	fake_mover_init(&scene.mover);
	for (unsigned i = 0; i < 100; i++)
		fake_mover_add(&scene.mover, PASS_DONE);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	ended_texts_deinit(&scene->texts);
	fake_mover_deinit(&scene->mover);
	return 0;
}

/* The same text as ever, with an array around it as in an answer. */
static void expect_text(struct scene *scene, const struct move *move)
{
	cleanup(protocol_put) struct json_object *plain = json_object_new_array();
	cleanup(protocol_put) struct json_object *kept = json_object_new_array();

	assert_int_equal(protocol_append(plain, encode_move(move)), 0);
	assert_int_equal(protocol_append(kept, ended_encode(&scene->texts, move)), 0);
	assert_string_equal(json_object_to_json_string_ext(kept, FLAGS),
			    json_object_to_json_string_ext(plain, FLAGS));
}

/* All moves from that one on. */
static void expect_all(struct scene *scene, size_t first)
{
	ended_texts_rewind(&scene->texts);
	for (size_t i = first; i < scene->mover.move_count; i++)
		expect_text(scene, scene->mover.moves[i]);
	assert_int_equal(scene->texts.count, scene->mover.move_count - first);
}

static void a_text_is_that_of_the_move_and_made_once(void **state)
{
	struct scene *scene = *state;
	const char *text;

	expect_all(scene, 0);
	text = scene->texts.items[50].text;
	expect_all(scene, 0);
	assert_ptr_equal(scene->texts.items[50].text, text);
}

static void a_move_that_has_changed_all_the_same_is_told_anew(void **state)
{
	struct scene *scene = *state;

	expect_all(scene, 0);
	fake_mover_change(&scene->mover, scene->mover.moves[7], PASS_FAILED);
	expect_all(scene, 0);
	assert_non_null(strstr(scene->texts.items[7].text, "failed"));
}

static void moves_that_are_forgotten_take_their_texts_along(void **state)
{
	struct scene *scene = *state;

	expect_all(scene, 0);
	expect_all(scene, 40);
	assert_int_equal(scene->texts.items[0].id, 41);
}

static void one_that_ends_later_than_those_after_it_finds_its_place(void **state)
{
	struct scene *scene = *state;

	ended_texts_rewind(&scene->texts);
	for (size_t i = 0; i < scene->mover.move_count; i++)
		if (i != 20)
			expect_text(scene, scene->mover.moves[i]);
	expect_all(scene, 0);
	for (size_t i = 0; i < scene->texts.count; i++)
		assert_int_equal(scene->texts.items[i].id, i + 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_text_is_that_of_the_move_and_made_once),
		TEST(a_move_that_has_changed_all_the_same_is_told_anew),
		TEST(moves_that_are_forgotten_take_their_texts_along),
		TEST(one_that_ends_later_than_those_after_it_finds_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

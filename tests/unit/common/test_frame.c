/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/frame.h"

#define MESSAGE_MAX_BYTES 16u

static int set_up(void **state)
{
	struct frame_reader *reader = malloc(sizeof(*reader));

	if (!reader)
		return -1;
	frame_reader_init(reader, MESSAGE_MAX_BYTES);
	*state = reader;
	return 0;
}

static int tear_down(void **state)
{
	frame_reader_deinit(*state);
	free(*state);
	return 0;
}

static void assert_next(struct frame_reader *reader, const char *expected)
{
	const char *message;
	size_t len_bytes;

	assert_int_equal(frame_reader_next(reader, &message, &len_bytes), 1);
	assert_string_equal(message, expected);
	assert_int_equal(len_bytes, strlen(expected));
}

static void assert_no_message(struct frame_reader *reader, int expected)
{
	const char *message = "untouched";
	size_t len_bytes = 42;

	assert_int_equal(frame_reader_next(reader, &message, &len_bytes), expected);
	assert_string_equal(message, "untouched");
	assert_int_equal(len_bytes, 42);
}

static void a_new_reader_holds_no_message(void **state)
{
	assert_no_message(*state, 0);
	assert_int_equal(frame_reader_push(*state, "", 0), 0);
	assert_no_message(*state, 0);
}

static void a_message_comes_out_when_its_nul_is_in(void **state)
{
	static const char bytes[] = "{\"a\":1}";

	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_no_message(*state, 0);
		assert_int_equal(frame_reader_push(*state, bytes + i, 1), 0);
	}
	assert_next(*state, "{\"a\":1}");
	assert_no_message(*state, 0);
}

static void messages_pushed_at_once_come_out_one_by_one(void **state)
{
	assert_int_equal(frame_reader_push(*state, "one\0two\0\0thr", 12), 0);
	assert_next(*state, "one");
	assert_next(*state, "two");
	assert_next(*state, "");
	assert_no_message(*state, 0);
	assert_int_equal(frame_reader_push(*state, "ee\0four", 7), 0);
	assert_next(*state, "three");
	assert_no_message(*state, 0);
}

static void a_message_of_the_longest_length_is_taken(void **state)
{
	assert_int_equal(frame_reader_push(*state, "0123456789abcdef", 16), 0);
	assert_no_message(*state, 0);
	assert_int_equal(frame_reader_push(*state, "\0x", 2), 0);
	assert_next(*state, "0123456789abcdef");
	assert_no_message(*state, 0);
}

static void a_message_longer_than_that_is_refused_for_ever(void **state)
{
	assert_int_equal(frame_reader_push(*state, "ok\0", 3), 0);
	assert_next(*state, "ok");
	assert_int_equal(frame_reader_push(*state, "0123456789abcdefg", 17), 0);
	assert_no_message(*state, -EMSGSIZE);
	assert_int_equal(frame_reader_push(*state, "\0ok\0", 4), -EMSGSIZE);
	assert_no_message(*state, -EMSGSIZE);
}

static void a_long_message_that_came_whole_is_refused_too_but_not_those_ahead_of_it(void **state)
{
	assert_int_equal(frame_reader_push(*state,
					   "ok\0"
					   "0123456789abcdefg\0"
					   "ok\0",
					   24),
			 0);
	assert_next(*state, "ok");
	assert_no_message(*state, -EMSGSIZE);
	assert_no_message(*state, -EMSGSIZE);
}

static void a_flood_of_messages_does_not_let_the_buffer_grow(void **state)
{
	struct frame_reader *reader = *state;
	size_t size_bytes;

	assert_int_equal(frame_reader_push(reader, "0123456789\0abc", 14), 0);
	assert_next(reader, "0123456789");
	size_bytes = reader->size_bytes;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(frame_reader_push(reader, "def\0abc", 7), 0);
		assert_next(reader, "abcdef");
		assert_no_message(reader, 0);
	}
	assert_int_equal(reader->size_bytes, size_bytes);
}

static void a_large_message_in_many_pieces_comes_out_whole(void **state)
{
	const size_t len_bytes = (size_t)3 * 1024 * 1024;
	struct frame_reader reader;
	char *text = malloc(len_bytes + 1);
	size_t piece_bytes;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len_bytes; i++)
		text[i] = (char)('a' + i % 26);
	text[len_bytes] = '\0';

	frame_reader_init(&reader, len_bytes);
	for (size_t off = 0; off <= len_bytes; off += piece_bytes) {
		piece_bytes = len_bytes + 1 - off < 65521 ? len_bytes + 1 - off : 65521;
		assert_no_message(&reader, 0);
		assert_int_equal(frame_reader_push(&reader, text + off, piece_bytes), 0);
	}
	assert_next(&reader, text);
	frame_reader_deinit(&reader);
	free(text);
}

#define reader_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		reader_test(a_new_reader_holds_no_message),
		reader_test(a_message_comes_out_when_its_nul_is_in),
		reader_test(messages_pushed_at_once_come_out_one_by_one),
		reader_test(a_message_of_the_longest_length_is_taken),
		reader_test(a_message_longer_than_that_is_refused_for_ever),
		reader_test(
			a_long_message_that_came_whole_is_refused_too_but_not_those_ahead_of_it),
		reader_test(a_flood_of_messages_does_not_let_the_buffer_grow),
		cmocka_unit_test(a_large_message_in_many_pieces_comes_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "sample.h"

static void expect_clean(const char *text, const char *expected)
{
	_free_ char *copy = strdup(text);

	text_clean(copy);
	assert_string_equal(copy, expected);
}

static void control_characters_become_spaces(void **state)
{
	(void)state;
	expect_clean("", "");
	expect_clean("home", "home");
	expect_clean("a\033[31mb\nc\td\x7f", "a [31mb c d ");
}

static void control_characters_above_ascii_become_spaces(void **state)
{
	(void)state;
	expect_clean("a\xc2\x9b"
		     "31mb",
		     "a  31mb");
	expect_clean("\xc2\x80\xc2\x9f", "    ");
}

static void other_text_above_ascii_is_kept(void **state)
{
	(void)state;
	expect_clean("Gr\xc3\xb6\xc3\x9f"
		     "e \xc2\xa0",
		     "Gr\xc3\xb6\xc3\x9f"
		     "e \xc2\xa0");
	expect_clean("cut \xc2", "cut \xc2");
}

static void every_text_of_a_message_is_cleaned(void **state)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse("{'a':'x\\u001by','b':[{'c':'\\u009bz'},'plain',1,null,true]}");

	(void)state;
	assert_int_equal(text_clean_json(object), 0);
	assert_string_equal(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
			    "{\"a\":\"x y\",\"b\":[{\"c\":\"  z\"},\"plain\",1,null,true]}");
	assert_int_equal(text_clean_json(NULL), 0);
}

static void json_is_written_without_control_characters(void **state)
{
	cleanup(protocol_put) struct json_object *object =
		sample_parse("{'dev/sdb':'\\u001b\\u007f\\u009b\\u00a0','n':1}");
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);

	(void)state;
	assert_int_equal(text_write_json(stream, object), 0);
	fclose(stream);
	assert_string_equal(text, "{\"dev/sdb\":\"\\u001b\\u007f\\u009b\xc2\xa0\",\"n\":1}\n");
}

static void columns_are_counted_by_characters(void **state)
{
	(void)state;
	assert_int_equal(text_columns(""), 0);
	assert_int_equal(text_columns("Gr\xc3\xb6\xc3\x9f"
				      "e"),
			 5);
	assert_int_equal(text_bytes_of_columns("Gr\xc3\xb6\xc3\x9f"
					       "e",
					       3),
			 4);
	assert_int_equal(text_bytes_of_columns("ab", 0), 0);
	assert_int_equal(text_bytes_of_columns("ab", 9), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_become_spaces),
		cmocka_unit_test(control_characters_above_ascii_become_spaces),
		cmocka_unit_test(other_text_above_ascii_is_kept),
		cmocka_unit_test(every_text_of_a_message_is_cleaned),
		cmocka_unit_test(json_is_written_without_control_characters),
		cmocka_unit_test(columns_are_counted_by_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

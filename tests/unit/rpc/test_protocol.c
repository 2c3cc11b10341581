/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/states.h"

#define _json_         cleanup(protocol_put) struct json_object *

#define INTERFACE_FILE "../../../daemon/rpc/org.pvmoved.varlink"

#define DOCS_FILE      "../../../docs/protocol.md"

static char interface_text[32768];
static char docs_text[32768];

static int read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t len;

	if (!file)
		return -1;
	len = fread(text, 1, size - 1, file);
	fclose(file);
	return len > 0 && len < size - 1 ? 0 : -1;
}

static int read_texts(void **state)
{
	(void)state;
	if (read_file(INTERFACE_FILE, interface_text, sizeof(interface_text)) < 0)
		return -1;
	return read_file(DOCS_FILE, docs_text, sizeof(docs_text));
}

static void a_message_is_one_object(void **state)
{
	static const char *const good[] = {"{}", " {\n} ", "{\"a\":[1,{\"b\":null}]}",
					   "{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}"};
	static const char *const bad[] = {"",
					  "[]",
					  "1",
					  "null",
					  "{}{}",
					  "{} x",
					  "{",
					  "{\"a\":1,}",
					  "{\"a\":\"\xff\"}",
					  "{\"a\":\"\xc0\x80\"}",
					  "{\"a\":\"\xed\xbf\xbf\"}",
					  "{\"a\":\"\xf0\x8f\xbf\xbf\"}",
					  "{\"a\":\"\xe2\x82\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		_json_ object = NULL;

		assert_int_equal(protocol_parse(good[i], strlen(good[i]), &object), 0);
		assert_non_null(object);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct json_object *object = NULL;

		assert_int_equal(protocol_parse(bad[i], strlen(bad[i]), &object), -EBADMSG);
		assert_null(object);
	}
}

static void nesting_has_a_bound(void **state)
{
	char text[2 * PROTOCOL_DEPTH_MAX + 16];

	(void)state;
	for (int depth = PROTOCOL_DEPTH_MAX; depth <= PROTOCOL_DEPTH_MAX + 1; depth++) {
		_json_ object = NULL;
		char *end = stpcpy(text, "{\"a\":");

		for (int i = 1; i < depth; i++)
			*end++ = '[';
		for (int i = 1; i < depth; i++)
			*end++ = ']';
		stpcpy(end, "}");
		assert_int_equal(protocol_parse(text, strlen(text), &object),
				 depth <= PROTOCOL_DEPTH_MAX ? 0 : -EBADMSG);
	}
}

static void only_the_bytes_given_are_read(void **state)
{
	_json_ object = NULL;

	(void)state;
	assert_int_equal(protocol_parse("{}garbage", 2, &object), 0);
}

static void numbers_are_whole_and_fit(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
		int ret;
	} cases[] = {
		{"{\"n\":0}", 0, 0},
		{"{\"n\":9223372036854775807}", INT64_MAX, 0},
		{"{\"n\":9223372036854775808}", 0, -EBADMSG},
		{"{\"n\":18446744073709551616}", 0, -EBADMSG},
		{"{\"n\":-1}", 0, -EBADMSG},
		{"{\"n\":1.0}", 0, -EBADMSG},
		{"{\"n\":\"1\"}", 0, -EBADMSG},
		{"{\"n\":null}", 0, -EBADMSG},
		{"{\"n\":true}", 0, -EBADMSG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_json_ object = NULL;
		uint64_t number = 0;

		assert_int_equal(protocol_parse(cases[i].text, strlen(cases[i].text), &object), 0);
		assert_int_equal(protocol_read_number(json_object_object_get(object, "n"), &number),
				 cases[i].ret);
		assert_int_equal(number, cases[i].number);
	}
}

static void texts_hold_no_nul(void **state)
{
	const char message[] = "{\"a\":\"x\\u0000y\",\"b\":\"x\",\"c\":1}";
	_json_ object = NULL;
	const char *text = NULL;

	(void)state;
	assert_int_equal(protocol_parse(message, strlen(message), &object), 0);
	assert_int_equal(protocol_read_text(json_object_object_get(object, "a"), &text), -EBADMSG);
	assert_int_equal(protocol_read_text(json_object_object_get(object, "c"), &text), -EBADMSG);
	assert_int_equal(protocol_read_text(NULL, &text), -EBADMSG);
	assert_null(text);
	assert_int_equal(protocol_read_text(json_object_object_get(object, "b"), &text), 0);
	assert_string_equal(text, "x");
}

static void bytes_that_are_no_text_become_question_marks(void **state)
{
	_json_ clean = protocol_new_text("gr\xc3\xbcn");
	_json_ latin1 = protocol_new_text("gr\xfcn \xe2\x82");

	(void)state;
	assert_string_equal(json_object_get_string(clean), "gr\xc3\xbcn");
	assert_string_equal(json_object_get_string(latin1), "gr?n ??");
}

static void fill(struct refusal *refusal, enum refusal_code code)
{
	refusal_set(refusal, code, "the subject", "the detail");
	refusal->needed_extents = 1;
	refusal->free_extents = 2;
	refusal->extent_bytes = 3;
	refusal->move_id = 4;
}

#define R(code, name) REFUSAL_##code,
static const enum refusal_code codes[] = {REFUSAL_LIST(R)};
#undef R
#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

static void every_refusal_survives_the_wire(void **state)
{
	char error[128];

	(void)state;
	for (size_t i = 0; i < CODE_COUNT; i++) {
		struct refusal refusal;
		struct refusal back;
		_json_ there = NULL;
		_json_ again = NULL;

		fill(&refusal, codes[i]);
		there = protocol_refusal_to_json(&refusal);
		snprintf(error, sizeof(error), "org.pvmoved.%s", refusal_name(codes[i]));
		assert_int_equal(protocol_refusal_from_json(error, there, &back), 0);
		assert_int_equal(back.code, codes[i]);
		again = protocol_refusal_to_json(&back);
		assert_true(json_object_equal(there, again));
	}
}

/* As the interface writes the type of a parameter; null stands where there is no text. */
static const char *type_of(struct json_object *value, struct json_object *without_texts,
			   const char *name)
{
	if (json_object_is_type(value, json_type_int))
		return "int";
	return json_object_object_get(without_texts, name) ? "string" : "?string";
}

/* "error NoSpace (vg: string, needed_extents: int, …)", made from what is really sent. */
static void every_refusal_is_as_the_interface_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < CODE_COUNT; i++) {
		struct refusal refusal;
		struct refusal empty = {.code = codes[i]};
		_json_ parameters = NULL;
		_json_ without_texts = NULL;
		char line[256];
		char *end = line + sprintf(line, "\nerror %s (", refusal_name(codes[i]));
		const char *comma = "";

		fill(&refusal, codes[i]);
		parameters = protocol_refusal_to_json(&refusal);
		without_texts = protocol_refusal_to_json(&empty);
		json_object_object_foreach(parameters, name, value)
		{
			end += sprintf(end, "%s%s: %s", comma, name,
				       type_of(value, without_texts, name));
			comma = ", ";
		}
		stpcpy(end, ")\n");
		if (!strstr(interface_text, line))
			fail_msg("not in the interface: %s", line);
	}
}

static void an_older_daemon_says_less(void **state)
{
	struct refusal refusal;
	_json_ parameters = NULL;

	(void)state;
	assert_int_equal(protocol_parse("{\"device\":\"/dev/a\"}", 19, &parameters), 0);
	assert_int_equal(protocol_refusal_from_json("org.pvmoved.NoSuchPv", parameters, &refusal),
			 0);
	assert_string_equal(refusal.subject, "/dev/a");
	assert_string_equal(refusal.detail, "");
}

static void every_refusal_is_documented(void **state)
{
	char row[128];

	(void)state;
	for (size_t i = 0; i < CODE_COUNT; i++) {
		snprintf(row, sizeof(row), "\n| `%s` | ", refusal_name(codes[i]));
		if (!strstr(docs_text, row))
			fail_msg("not in docs/protocol.md: %s", refusal_name(codes[i]));
	}
}

static void strange_refusals_are_not_taken(void **state)
{
	static const struct {
		const char *error;
		const char *parameters;
	} strange[] = {
		{"NoSuchMove", "{\"id\":1}"},
		{"org.example.NoSuchMove", "{\"id\":1}"},
		{"org.pvmoved.NoSuchThing", "{\"id\":1}"},
		{"org.pvmoved.", "{}"},
		{"org.pvmoved.NoSuchMove", "{}"},
		{"org.pvmoved.NoSuchMove", "{\"id\":\"1\"}"},
		{"org.pvmoved.NoSuchMove", "{\"id\":-1}"},
		{"org.pvmoved.NoSuchPv", "{\"device\":null}"},
	};
	struct refusal refusal = {.code = REFUSAL_NONE};
	_json_ newer = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		_json_ parameters = NULL;

		assert_int_equal(protocol_parse(strange[i].parameters,
						strlen(strange[i].parameters), &parameters),
				 0);
		assert_int_equal(protocol_refusal_from_json(strange[i].error, parameters, &refusal),
				 -EBADMSG);
	}
	assert_int_equal(protocol_refusal_from_json("org.pvmoved.NoSuchMove", NULL, &refusal),
			 -EBADMSG);
	assert_int_equal(refusal.code, REFUSAL_NONE);
	/* a newer daemon may say more */
	assert_int_equal(protocol_parse("{\"id\":7,\"hint\":\"x\"}", 19, &newer), 0);
	assert_int_equal(protocol_refusal_from_json("org.pvmoved.NoSuchMove", newer, &refusal), 0);
	assert_int_equal(refusal.move_id, 7);
}

static void long_texts_in_refusals_are_cut(void **state)
{
	char text[2 * REFUSAL_TEXT_MAX];
	struct refusal refusal;
	_json_ parameters = json_object_new_object();

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(protocol_add_text(parameters, "device", text), 0);
	assert_int_equal(protocol_refusal_from_json("org.pvmoved.NoSuchPv", parameters, &refusal),
			 0);
	assert_int_equal(strlen(refusal.subject), REFUSAL_TEXT_MAX - 1);
}

/* Each enumeration stands in the interface as the lists of states.h have it. */
static void the_interface_names_every_state(void **state)
{
#define X(code, name) name,
	static const char *const pass_states[] = {PASS_STATE_LIST(X)};
	static const char *const move_states[] = {MOVE_STATE_LIST(X)};
	static const char *const reasons[] = {PASS_REASON_LIST(X)};
	static const char *const sides[] = {TROUBLE_SIDE_LIST(X)};
#undef X
	static const struct {
		const char *field;
		const char *const *names;
		size_t count;
	} lists[] = {
		{"state", pass_states, sizeof(pass_states) / sizeof(pass_states[0])},
		{"state", move_states, sizeof(move_states) / sizeof(move_states[0])},
		/* without the reason that is null */
		{"code", reasons + 1, sizeof(reasons) / sizeof(reasons[0]) - 1},
		{"side", sides + 1, sizeof(sides) / sizeof(sides[0]) - 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		char line[512];
		char *end = line + sprintf(line, "  %s: (", lists[i].field);

		for (size_t k = 0; k < lists[i].count; k++)
			end += sprintf(end, "%s%s", k ? ", " : "", lists[i].names[k]);
		stpcpy(end, ")");
		if (!strstr(interface_text, line))
			fail_msg("not in the interface: %s", line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_object),
		cmocka_unit_test(nesting_has_a_bound),
		cmocka_unit_test(only_the_bytes_given_are_read),
		cmocka_unit_test(numbers_are_whole_and_fit),
		cmocka_unit_test(texts_hold_no_nul),
		cmocka_unit_test(bytes_that_are_no_text_become_question_marks),
		cmocka_unit_test(every_refusal_survives_the_wire),
		cmocka_unit_test(every_refusal_is_as_the_interface_says),
		cmocka_unit_test(an_older_daemon_says_less),
		cmocka_unit_test(every_refusal_is_documented),
		cmocka_unit_test(strange_refusals_are_not_taken),
		cmocka_unit_test(long_texts_in_refusals_are_cut),
		cmocka_unit_test(the_interface_names_every_state),
	};

	return cmocka_run_group_tests(tests, read_texts, NULL);
}

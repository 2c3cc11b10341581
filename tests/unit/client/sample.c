/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"

char *sample_quote(const char *text)
{
	char *quoted = strdup(text);

	assert_non_null(quoted);
	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	return quoted;
}

struct json_object *sample_parse(const char *text)
{
	_free_ char *quoted = sample_quote(text);
	struct json_object *object = NULL;

	assert_int_equal(protocol_parse(quoted, strlen(quoted), &object), 0);
	return object;
}

struct json_object *sample_list(const char *text)
{
	cleanup(protocol_put) struct json_object *object = NULL;
	_free_ char *whole = NULL;

	assert_true(asprintf(&whole, "{'moves':[%s]}", text) > 0);
	object = sample_parse(whole);
	return json_object_get(json_object_object_get(object, "moves"));
}

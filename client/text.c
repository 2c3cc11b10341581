/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/text.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "common/cleanup.h"

/*
 * Bytes of the control character that the text begins with, or 0. Those of
 * C1 (U+0080 to U+009F) are C2 80 to C2 9F in UTF-8.
 */
static size_t control_len(const char *text, size_t len_bytes)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] < 0x20 || bytes[0] == 0x7f)
		return 1;
	if (len_bytes > 1 && bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] <= 0x9f)
		return 2;
	return 0;
}

/* Returns whether there was anything to clean. */
static bool clean_bytes(char *text, size_t len_bytes)
{
	bool found = false;

	for (size_t i = 0, len; i < len_bytes; i += len ? len : 1) {
		len = control_len(text + i, len_bytes - i);
		memset(text + i, ' ', len);
		found = found || len > 0;
	}
	return found;
}

void text_clean(char *text)
{
	clean_bytes(text, strlen(text));
}

static int clean_string(struct json_object *string)
{
	_free_ char *copy = strdup(json_object_get_string(string));

	if (!copy)
		return -ENOMEM;
	if (!clean_bytes(copy, strlen(copy)))
		return 0;
	return json_object_set_string(string, copy) ? 0 : -ENOMEM;
}

/* The depth is that of a parsed message, which protocol_parse() bounds. */
int text_clean_json(struct json_object *value) /* NOLINT(misc-no-recursion) */
{
	int ret = 0;

	switch (json_object_get_type(value)) {
	case json_type_string:
		return clean_string(value);
	case json_type_array:
		for (size_t i = 0; ret == 0 && i < json_object_array_length(value); i++)
			ret = text_clean_json(json_object_array_get_idx(value, i));
		return ret;
	case json_type_object: {
		struct json_object_iterator i = json_object_iter_begin(value);
		struct json_object_iterator end = json_object_iter_end(value);

		for (; ret == 0 && !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
			ret = text_clean_json(json_object_iter_peek_value(&i));
		return ret;
	}
	default:
		return 0;
	}
}

int text_write_json(FILE *out, struct json_object *value)
{
	size_t len_bytes;
	const char *text = json_object_to_json_string_length(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len_bytes);

	if (!text)
		return -ENOMEM;
	for (size_t i = 0, len; i < len_bytes; i += len ? len : 1) {
		/* json-c escapes those below U+0020 alone; the others stand only in strings */
		len = control_len(text + i, len_bytes - i);
		if (len > 0)
			fprintf(out, "\\u%04x", (unsigned char)text[i + len - 1]);
		else
			fputc(text[i], out);
	}
	fputc('\n', out);
	return 0;
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		if (begins_character(*text))
			columns++;
	return columns;
}

size_t text_bytes_of_columns(const char *text, size_t columns)
{
	size_t i = 0;

	for (; text[i]; i++) {
		if (!begins_character(text[i]))
			continue;
		if (columns == 0)
			break;
		columns--;
	}
	return i;
}

void text_make_ascii(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if ((unsigned char)*text < 0x80)
			*to++ = *text;
		else if (begins_character(*text))
			*to++ = '?';
	}
	*to = '\0';
}

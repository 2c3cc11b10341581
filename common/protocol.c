/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/protocol.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(struct json_tokener *, cleanup_tokener, json_tokener_free)

/* Most parameters that an error has. */
#define SHAPE_FIELDS_MAX 4

/* One parameter of an error, and the member of struct refusal that holds it. */
struct shape_field {
	const char *name;
	size_t offset;
	bool is_text;     /* char[REFUSAL_TEXT_MAX], otherwise uint64_t */
	bool is_optional; /* null for "", and older daemons do not send it */
};

#define TEXT(member)     offsetof(struct refusal, member), true, false
#define OPTIONAL(member) offsetof(struct refusal, member), true, true
#define NUMBER(member)   offsetof(struct refusal, member), false, false

static const struct shape_field shapes[][SHAPE_FIELDS_MAX] = {
	[REFUSAL_NO_SUCH_PV] = {{"device", TEXT(subject)}, {"devices_file", OPTIONAL(detail)}},
	[REFUSAL_PV_NOT_IN_VG] = {{"device", TEXT(subject)}},
	[REFUSAL_NO_SUCH_LV] = {{"lv", TEXT(subject)}, {"vg", TEXT(detail)}},
	[REFUSAL_SAME_PV] = {{"device", TEXT(subject)}},
	[REFUSAL_OTHER_VG] = {{"device", TEXT(subject)}, {"vg", TEXT(detail)}},
	[REFUSAL_BAD_RANGE] = {{"device", TEXT(subject)}, {"range", TEXT(detail)}},
	[REFUSAL_NO_SPACE] = {{"vg", TEXT(subject)},
			      {"needed_extents", NUMBER(needed_extents)},
			      {"free_extents", NUMBER(free_extents)},
			      {"extent_bytes", NUMBER(extent_bytes)}},
	[REFUSAL_UNSUPPORTED_LV] = {{"lv", TEXT(subject)}, {"type", TEXT(detail)}},
	[REFUSAL_LV_LOCKED] = {{"lv", TEXT(subject)}},
	[REFUSAL_VG_EXPORTED] = {{"vg", TEXT(subject)}},
	[REFUSAL_VG_SHARED] = {{"vg", TEXT(subject)}, {"lock_type", TEXT(detail)}},
	[REFUSAL_VG_READ_ONLY] = {{"vg", TEXT(subject)}},
	[REFUSAL_VG_PARTIAL] = {{"vg", TEXT(subject)}, {"missing_pv", TEXT(detail)}},
	[REFUSAL_BLOCK_SIZE] = {{"device", TEXT(subject)}, {"source", TEXT(detail)}},
	[REFUSAL_PV_READ_ONLY] = {{"device", TEXT(subject)}},
	[REFUSAL_NO_TARGET] = {{"target", TEXT(subject)}},
	[REFUSAL_TOO_FRAGMENTED] = {{"lv", TEXT(subject)},
				    {"pieces", NUMBER(pieces)},
				    {"pieces_max", NUMBER(pieces_max)}},
	[REFUSAL_CONFLICT] = {{"lv", TEXT(subject)}, {"id", NUMBER(move_id)}},
	[REFUSAL_NO_SUCH_MOVE] = {{"id", NUMBER(move_id)}},
	[REFUSAL_MOVE_ENDED] = {{"id", NUMBER(move_id)}, {"state", TEXT(detail)}},
	[REFUSAL_TOO_LATE] = {{"id", NUMBER(move_id)}},
	[REFUSAL_LVM_FAILED] = {{"command", TEXT(subject)}, {"message", TEXT(detail)}},
	[REFUSAL_JOURNAL_FAILED] = {{"message", TEXT(detail)}},
	[REFUSAL_NO_MEMORY] = {{NULL, 0, false, false}},
};

#undef TEXT
#undef OPTIONAL
#undef NUMBER

_Static_assert(sizeof(shapes) / sizeof(shapes[0]) == REFUSAL_NO_MEMORY + 1,
	       "every refusal has a shape");

/*
 * Length of the UTF-8 sequence (RFC 3629: no overlong forms, no surrogates)
 * that text begins with, or 0 when it begins with none.
 */
static size_t utf8_sequence_len(const unsigned char *text, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t bytes = text[0] < 0x80   ? 1
		       : text[0] < 0xc0 ? 0
		       : text[0] < 0xe0 ? 2
		       : text[0] < 0xf0 ? 3
		       : text[0] < 0xf8 ? 4
					: 0;
	uint32_t point;

	if (bytes < 2)
		return bytes;
	if (bytes > len)
		return 0;
	point = text[0] & (0x7fu >> bytes);
	for (size_t i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3fu);
	}
	if (point < least[bytes] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return bytes;
}

static bool utf8_is_valid(const char *text, size_t len)
{
	for (size_t i = 0, bytes; i < len; i += bytes) {
		bytes = utf8_sequence_len((const unsigned char *)text + i, len - i);
		if (!bytes)
			return false;
	}
	return true;
}

int protocol_parse(const char *text, size_t len_bytes, struct json_object **objectp)
{
	cleanup(cleanup_tokener) struct json_tokener *tokener = NULL;
	cleanup(protocol_put) struct json_object *object = NULL;

	if (len_bytes > PROTOCOL_REPLY_MAX || !utf8_is_valid(text, len_bytes))
		return -EBADMSG;
	tokener = json_tokener_new_ex(PROTOCOL_DEPTH_MAX);
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, (int)len_bytes);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(object, json_type_object))
		return -EBADMSG;
	*objectp = steal_pointer(&object);
	return 0;
}

int protocol_add_object(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

int protocol_append(struct json_object *array, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_array_add(array, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

int protocol_add_null(struct json_object *object, const char *key)
{
	return json_object_object_add(object, key, NULL) < 0 ? -ENOMEM : 0;
}

int protocol_add_number(struct json_object *object, const char *key, uint64_t number)
{
	return protocol_add_object(object, key, json_object_new_uint64(number));
}

int protocol_add_text(struct json_object *object, const char *key, const char *text)
{
	return protocol_add_object(object, key, protocol_new_text(text));
}

struct json_object *protocol_new_text(const char *text)
{
	size_t len = strlen(text);
	_free_ char *clean = NULL;

	if (utf8_is_valid(text, len))
		return json_object_new_string(text);
	clean = strdup(text);
	if (!clean)
		return NULL;
	for (size_t i = 0, bytes; i < len; i += bytes ? bytes : 1) {
		bytes = utf8_sequence_len((const unsigned char *)text + i, len - i);
		if (!bytes)
			clean[i] = '?';
	}
	return json_object_new_string(clean);
}

int protocol_read_number(const struct json_object *value, uint64_t *numberp)
{
	/* json-c keeps what is too big for an int64_t as the nearest number it can hold */
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
	    json_object_get_uint64(value) > INT64_MAX)
		return -EBADMSG;
	*numberp = json_object_get_uint64(value);
	return 0;
}

int protocol_read_text(const struct json_object *value, const char **textp)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return -EBADMSG;
	/* a string is kept inside its object, which the call does not change */
	text = json_object_get_string((struct json_object *)value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return -EBADMSG;
	*textp = text;
	return 0;
}

void protocol_put(struct json_object **objectp)
{
	json_object_put(*objectp);
}

static int add_field(struct json_object *parameters, const struct shape_field *field,
		     const void *member)
{
	if (!field->is_text)
		return protocol_add_number(parameters, field->name, *(const uint64_t *)member);
	if (field->is_optional && *(const char *)member == '\0')
		return protocol_add_null(parameters, field->name);
	return protocol_add_text(parameters, field->name, member);
}

struct json_object *protocol_refusal_to_json(const struct refusal *refusal)
{
	cleanup(protocol_put) struct json_object *parameters = json_object_new_object();
	const struct shape_field *field = shapes[refusal->code];

	if (!parameters)
		return NULL;
	for (; field < shapes[refusal->code] + SHAPE_FIELDS_MAX && field->name; field++) {
		if (add_field(parameters, field, (const char *)refusal + field->offset) < 0)
			return NULL;
	}
	return steal_pointer(&parameters);
}

int protocol_refusal_from_json(const char *error, const struct json_object *parameters,
			       struct refusal *refusalp)
{
	static const char interface[] = PROTOCOL_INTERFACE ".";
	const struct shape_field *field;
	struct refusal refusal;
	enum refusal_code code;

	if (strncmp(error, interface, strlen(interface)) != 0)
		return -EBADMSG;
	code = refusal_from_name(error + strlen(interface));
	if (code == REFUSAL_NONE)
		return -EBADMSG;
	refusal_set(&refusal, code, NULL, NULL);
	for (field = shapes[code]; field < shapes[code] + SHAPE_FIELDS_MAX && field->name;
	     field++) {
		void *member = (char *)&refusal + field->offset;
		struct json_object *value = json_object_object_get(parameters, field->name);
		const char *text;

		if (!field->is_text) {
			if (protocol_read_number(value, member) < 0)
				return -EBADMSG;
			continue;
		}
		if (!value && field->is_optional)
			continue;
		if (protocol_read_text(value, &text) < 0)
			return -EBADMSG;
		snprintf(member, REFUSAL_TEXT_MAX, "%s", text);
	}
	*refusalp = refusal;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/member.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "common/protocol.h"

/* Longest text of a record. */
#define MEMBER_TEXT_MAX 4096

static struct json_object *find(const struct json_object *object, const char *key,
				enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

struct json_object *member_find_object(const struct json_object *object, const char *key)
{
	return find(object, key, json_type_object);
}

struct json_object *member_find_objects(const struct json_object *object, const char *key,
					size_t max, size_t *countp)
{
	struct json_object *array = find(object, key, json_type_array);
	size_t count = array ? json_object_array_length(array) : 0;

	if (!array || count > max)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!json_object_is_type(json_object_array_get_idx(array, i), json_type_object))
			return NULL;
	*countp = count;
	return array;
}

const char *member_find_text(const struct json_object *object, const char *key)
{
	const char *text;

	if (protocol_read_text(json_object_object_get(object, key), &text) < 0 ||
	    strlen(text) > MEMBER_TEXT_MAX)
		return NULL;
	return text;
}

int member_read_number(const struct json_object *object, const char *key, uint64_t *numberp)
{
	return protocol_read_number(json_object_object_get(object, key), numberp);
}

int member_read_text(const struct json_object *object, const char *key, char *buffer,
		     size_t size_bytes)
{
	const char *text = member_find_text(object, key);

	if (!text || strlen(text) >= size_bytes)
		return -EBADMSG;
	memcpy(buffer, text, strlen(text) + 1);
	return 0;
}

int member_read_id(const struct json_object *object, const char *key, struct lvm_id *idp)
{
	const char *text = member_find_text(object, key);

	return text && lvm_id_parse(text, idp) == 0 ? 0 : -EBADMSG;
}

int member_copy_text(const struct json_object *object, const char *key, char **textp)
{
	const char *text = member_find_text(object, key);

	if (!text)
		return -EBADMSG;
	*textp = strdup(text);
	return *textp ? 0 : -ENOMEM;
}

int member_copy_nullable_text(const struct json_object *object, const char *key, char **textp)
{
	struct json_object *value = NULL;

	if (json_object_object_get_ex(object, key, &value) && !value)
		return 0;
	return member_copy_text(object, key, textp);
}

int member_read_later_number(const struct json_object *object, const char *key, uint64_t *numberp)
{
	return json_object_object_get_ex(object, key, NULL)
		       ? member_read_number(object, key, numberp)
		       : 0;
}

int member_read_later_text(const struct json_object *object, const char *key, char *buffer,
			   size_t size_bytes)
{
	return json_object_object_get_ex(object, key, NULL)
		       ? member_read_text(object, key, buffer, size_bytes)
		       : 0;
}

int member_read_later_flag(const struct json_object *object, const char *key, bool *flagp)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_boolean))
		return -EBADMSG;
	*flagp = json_object_get_boolean(value);
	return 0;
}

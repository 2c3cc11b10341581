/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void note_error(struct section *section, int r)
{
	if (section->error == 0)
		section->error = r;
}

uint64_t section_need_number(struct section *section, const char *key, uint64_t max)
{
	uint64_t number = 0;

	if (tree_read_number(section->node, key, max, &number) < 0)
		note_error(section, -EBADMSG);
	return number;
}

const char *section_may_string(struct section *section, const char *key)
{
	const char *text = NULL;

	if (tree_read_string(section->node, key, &text) == -EBADMSG)
		note_error(section, -EBADMSG);
	return text && *text ? text : NULL;
}

const char *section_need_string(struct section *section, const char *key)
{
	const char *text = section_may_string(section, key);

	if (!text)
		note_error(section, -EBADMSG);
	return text;
}

const struct dm_config_value *section_may_strings(struct section *section, const char *key)
{
	const struct dm_config_value *first = NULL;

	if (tree_read_strings(section->node, key, &first) < 0)
		note_error(section, -EBADMSG);
	return first;
}

void section_need_id(struct section *section, struct lvm_id *idp)
{
	const char *text = section_need_string(section, "id");

	if (text && lvm_id_parse(text, idp) < 0)
		note_error(section, -EBADMSG);
}

char *section_copy_string(struct section *section, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		note_error(section, -ENOMEM);
	return copy;
}

void *section_new_array(struct section *section, size_t count, size_t size_bytes)
{
	void *array = calloc(count + 1, size_bytes); /* never of nothing */

	if (!array)
		note_error(section, -ENOMEM);
	return array;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/warning.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *warning_name(enum warning_code code)
{
	static const char *const names[] = {
#define W(code, name) [WARNING_##code] = (name),
		WARNING_LIST(W)
#undef W
	};

	return names[code];
}

int warning_append(struct warning_list *list, enum warning_code code, const char *format, ...)
{
	struct warning *items = reallocarray(list->items, list->count + 1, sizeof(*items));
	char *text = NULL;
	va_list arguments;
	int len;

	if (!items)
		return -ENOMEM;
	list->items = items;
	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		return -ENOMEM;
	items[list->count++] = (struct warning){.code = code, .text = text};
	return 0;
}

void warning_list_deinit(struct warning_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
	*list = (struct warning_list){0};
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

int names_sort(struct name *names, size_t count)
{
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1].text, names[i].text) == 0)
			return -EBADMSG;
	return 0;
}

const struct name *names_find(const struct name *names, size_t count, const char *text)
{
	struct name wanted = {.text = text};

	return bsearch(&wanted, names, count, sizeof(*names), compare_names);
}

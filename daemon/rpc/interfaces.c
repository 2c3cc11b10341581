/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/interfaces.h"

#include <stddef.h>
#include <string.h>

const struct interface *interface_find(const char *name)
{
	for (size_t i = 0; i < INTERFACE_COUNT; i++)
		if (strcmp(interfaces[i].name, name) == 0)
			return &interfaces[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A section of a config tree being read into values. The first error stays in
 * it; what is read after an error means nothing. need_… reads what must be
 * there, may_… what may be absent. Strings and lists are borrowed from the tree.
 */

#include "daemon/lvm/tree.h"
#include "daemon/lvm/vg.h"

struct section {
	const struct dm_config_node *node;
	int error; /* 0, -EBADMSG or -ENOMEM */
};

uint64_t section_need_number(struct section *section, const char *key, uint64_t max);
/* NULL for an absent string, and for an empty one. */
const char *section_may_string(struct section *section, const char *key);
const char *section_need_string(struct section *section, const char *key);
/* The first element; NULL for an absent or empty list. */
const struct dm_config_value *section_may_strings(struct section *section, const char *key);
/* The value of "id". */
void section_need_id(struct section *section, struct lvm_id *idp);

/* An owned copy, NULL for NULL. */
char *section_copy_string(struct section *section, const char *text);
/* An owned array of zeroed elements; NULL only on error. */
void *section_new_array(struct section *section, size_t count, size_t size_bytes);

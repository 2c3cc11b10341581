/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/lvm/scan.h"

int tree_parse(const char *text, size_t len_bytes, struct dm_config_tree **treep)
{
	_tree_ struct dm_config_tree *tree = NULL;
	char *copy;

	if (!scan_is_plain(text, len_bytes))
		return -EBADMSG;
	tree = dm_config_create();
	if (!tree)
		return -ENOMEM;
	/* The parser reads numbers with strtoll(), which needs an end. */
	copy = dm_pool_alloc(dm_config_memory(tree), len_bytes + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len_bytes);
	copy[len_bytes] = '\0';
	/* A check for doubles takes quadratic time. Who reads the tree checks where it matters. */
	if (!dm_config_parse_without_dup_node_check(tree, copy, copy + len_bytes))
		return -EBADMSG;
	*treep = steal_pointer(&tree);
	return 0;
}

static int put_line(const char *line, void *baton)
{
	FILE *stream = baton;

	return fputs(line, stream) != EOF && fputc('\n', stream) != EOF;
}

int tree_write(const struct dm_config_tree *tree, char **textp)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	bool failed;

	if (!stream)
		return -ENOMEM;
	failed = !dm_config_write_node(tree->root, put_line, stream) || ferror(stream);
	failed = fclose(stream) != 0 || failed;
	if (failed) {
		free(text);
		return -ENOMEM;
	}
	*textp = text;
	return 0;
}

bool tree_is_section(const struct dm_config_node *node)
{
	return !node->v;
}

struct dm_config_node *tree_find(const struct dm_config_node *parent, const char *key)
{
	for (struct dm_config_node *node = parent ? parent->child : NULL; node; node = node->sib)
		if (strcmp(node->key, key) == 0)
			return node;
	return NULL;
}

struct dm_config_node *tree_find_section(const struct dm_config_node *parent, const char *key)
{
	struct dm_config_node *node = tree_find(parent, key);

	return node && tree_is_section(node) ? node : NULL;
}

struct dm_config_node *tree_only_section(const struct dm_config_tree *tree)
{
	struct dm_config_node *only = NULL;

	for (struct dm_config_node *node = tree->root; node; node = node->sib) {
		if (!tree_is_section(node))
			continue;
		if (only)
			return NULL;
		only = node;
	}
	return only;
}

/* The value of a key that has just one, of that type. */
static int read_single(const struct dm_config_node *parent, const char *key,
		       dm_config_value_type_t type, const struct dm_config_value **valuep)
{
	const struct dm_config_node *node = tree_find(parent, key);

	if (!node)
		return -ENOENT;
	if (tree_is_section(node) || node->v->type != type || node->v->next)
		return -EBADMSG;
	*valuep = node->v;
	return 0;
}

int tree_read_number(const struct dm_config_node *parent, const char *key, uint64_t max,
		     uint64_t *numberp)
{
	const struct dm_config_value *value;
	int r = read_single(parent, key, DM_CFG_INT, &value);

	if (r < 0)
		return r;
	if (value->v.i < 0 || (uint64_t)value->v.i > max)
		return -EBADMSG;
	*numberp = (uint64_t)value->v.i;
	return 0;
}

int tree_read_string(const struct dm_config_node *parent, const char *key, const char **textp)
{
	const struct dm_config_value *value;
	int r = read_single(parent, key, DM_CFG_STRING, &value);

	if (r < 0)
		return r;
	*textp = value->v.str;
	return 0;
}

int tree_read_strings(const struct dm_config_node *parent, const char *key,
		      const struct dm_config_value **firstp)
{
	const struct dm_config_node *node = tree_find(parent, key);

	if (node && tree_is_section(node))
		return -EBADMSG;
	if (!node || node->v->type == DM_CFG_EMPTY_ARRAY) {
		*firstp = NULL;
		return 0;
	}
	for (const struct dm_config_value *value = node->v; value; value = value->next)
		if (value->type != DM_CFG_STRING)
			return -EBADMSG;
	*firstp = node->v;
	return 0;
}

bool tree_list_has(const struct dm_config_value *first, const char *text)
{
	for (; first; first = first->next)
		if (strcmp(first->v.str, text) == 0)
			return true;
	return false;
}

static struct dm_config_node *append_node(struct dm_config_tree *tree,
					  struct dm_config_node *parent, const char *key)
{
	struct dm_config_node *node = dm_config_create_node(tree, key);
	struct dm_config_node **endp = &parent->child;

	if (!node)
		return NULL;
	while (*endp)
		endp = &(*endp)->sib;
	node->parent = parent;
	*endp = node;
	return node;
}

static int set_value(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		     struct dm_config_value *value)
{
	struct dm_config_node *node = tree_find(parent, key);

	if (!node)
		node = append_node(tree, parent, key);
	if (!node)
		return -ENOMEM;
	node->v = value;
	return 0;
}

static struct dm_config_value *make_number(struct dm_config_tree *tree, uint64_t number)
{
	struct dm_config_value *value = dm_config_create_value(tree);

	if (value) {
		value->type = DM_CFG_INT;
		value->v.i = (int64_t)number;
	}
	return value;
}

static struct dm_config_value *make_string(struct dm_config_tree *tree, const char *text)
{
	struct dm_config_value *value = dm_config_create_value(tree);

	if (!value)
		return NULL;
	value->type = DM_CFG_STRING;
	value->v.str = dm_pool_strdup(dm_config_memory(tree), text);
	return value->v.str ? value : NULL;
}

int tree_set_number(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		    uint64_t number)
{
	struct dm_config_value *value = make_number(tree, number);

	return value ? set_value(tree, parent, key, value) : -ENOMEM;
}

int tree_set_string(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		    const char *text)
{
	struct dm_config_value *value = make_string(tree, text);

	return value ? set_value(tree, parent, key, value) : -ENOMEM;
}

int tree_set_area(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		  const char *name, uint64_t extent)
{
	struct dm_config_value *value = make_string(tree, name);

	if (!value)
		return -ENOMEM;
	value->next = make_number(tree, extent);
	return value->next ? set_value(tree, parent, key, value) : -ENOMEM;
}

int tree_list_add(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		  const char *text)
{
	struct dm_config_node *node = tree_find(parent, key);
	struct dm_config_value *value = make_string(tree, text);
	struct dm_config_value *last;

	if (!value)
		return -ENOMEM;
	if (!node || node->v->type == DM_CFG_EMPTY_ARRAY) {
		value->format_flags = DM_CONFIG_VALUE_FMT_COMMON_ARRAY;
		return set_value(tree, parent, key, value);
	}
	for (last = node->v; last->next; last = last->next)
		;
	last->next = value;
	return 0;
}

int tree_list_remove(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		     const char *text)
{
	struct dm_config_node *node = tree_find(parent, key);
	struct dm_config_value **placep;

	if (!node || node->v->type == DM_CFG_EMPTY_ARRAY)
		return 0;
	for (placep = &node->v; *placep;) {
		if (strcmp((*placep)->v.str, text) == 0)
			*placep = (*placep)->next;
		else
			placep = &(*placep)->next;
	}
	if (node->v) {
		node->v->format_flags = DM_CONFIG_VALUE_FMT_COMMON_ARRAY;
		return 0;
	}
	node->v = dm_config_create_value(tree);
	if (!node->v)
		return -ENOMEM;
	node->v->type = DM_CFG_EMPTY_ARRAY;
	return 0;
}

int tree_add_section(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		     struct dm_config_node **sectionp)
{
	struct dm_config_node *node = append_node(tree, parent, key);

	if (!node)
		return -ENOMEM;
	*sectionp = node;
	return 0;
}

int tree_copy_values(struct dm_config_tree *tree, const struct dm_config_node *from,
		     struct dm_config_node *to)
{
	for (const struct dm_config_node *child = from->child; child; child = child->sib) {
		struct dm_config_node *copy = append_node(tree, to, child->key);

		if (!copy)
			return -ENOMEM;
		copy->v = child->v;
		copy->child = child->child;
	}
	return 0;
}

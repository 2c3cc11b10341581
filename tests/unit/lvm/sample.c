/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/lvm/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata.h"
#include "daemon/lvm/tree.h"

char *sample_read(const char *name)
{
	char path[256];
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "samples/%s.vg", name);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

char *text_replace(const char *text, const char *from, const char *to)
{
	const char *place = strstr(text, from);
	char *copy;

	assert_non_null(place);
	assert_true(asprintf(&copy, "%.*s%s%s", (int)(place - text), text, to,
			     place + strlen(from)) > 0);
	return copy;
}

char *text_replace_all(const char *text, const char *from, const char *to)
{
	char *copy = NULL;
	size_t size;
	FILE *stream = open_memstream(&copy, &size);
	const char *place;

	assert_non_null(stream);
	assert_non_null(strstr(text, from));
	for (; (place = strstr(text, from)); text = place + strlen(from))
		fprintf(stream, "%.*s%s", (int)(place - text), text, to);
	fputs(text, stream);
	fclose(stream);
	return copy;
}

struct vg *text_parse(const char *text)
{
	struct vg *vg = NULL;

	assert_int_equal(metadata_parse(text, strlen(text), &vg), 0);
	return vg;
}

static bool values_differ(const struct dm_config_value *a, const struct dm_config_value *b)
{
	for (; a && b; a = a->next, b = b->next) {
		if (a->type != b->type)
			return true;
		if (a->type == DM_CFG_INT && a->v.i != b->v.i)
			return true;
		if (a->type == DM_CFG_STRING && strcmp(a->v.str, b->v.str) != 0)
			return true;
	}
	return a || b;
}

static void print_differences(FILE *out, const char *path, const struct dm_config_node *a,
			      const struct dm_config_node *b)
{
	for (const struct dm_config_node *x = a->child; x; x = x->sib) {
		const struct dm_config_node *y = tree_find(b, x->key);
		char child[1024];

		snprintf(child, sizeof(child), "%s%s%s", path, *path ? "/" : "", x->key);
		if (!y || tree_is_section(x) != tree_is_section(y))
			fprintf(out, "- %s\n", child);
		else if (tree_is_section(x))
			print_differences(out, child, x, y);
		else if (values_differ(x->v, y->v))
			fprintf(out, "~ %s\n", child);
	}
	for (const struct dm_config_node *y = b->child; y; y = y->sib)
		if (!tree_find(a, y->key))
			fprintf(out, "+ %s%s%s\n", path, *path ? "/" : "", y->key);
}

char *text_differences(const char *a, const char *b)
{
	_tree_ struct dm_config_tree *tree_a = NULL;
	_tree_ struct dm_config_tree *tree_b = NULL;
	struct dm_config_node top_a = {0}, top_b = {0};
	char *lines = NULL;
	size_t size;
	FILE *out = open_memstream(&lines, &size);

	assert_non_null(out);
	assert_int_equal(tree_parse(a, strlen(a), &tree_a), 0);
	assert_int_equal(tree_parse(b, strlen(b), &tree_b), 0);
	top_a.child = tree_a->root;
	top_b.child = tree_b->root;
	print_differences(out, "", &top_a, &top_b);
	fclose(out);
	return lines;
}

static void ignore_message(int level, const char *file, int line, int dm_errno, const char *format,
			   ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)dm_errno;
	(void)format;
}

void text_errors_silence(void)
{
	dm_log_with_errno_init(ignore_message);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/segments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pieces_deinit(struct pieces *pieces)
{
	free(pieces->list);
	*pieces = (struct pieces){0};
}

static bool values_equal(const struct dm_config_value *a, const struct dm_config_value *b)
{
	for (; a && b; a = a->next, b = b->next) {
		if (a->type != b->type)
			return false;
		if (a->type == DM_CFG_STRING && strcmp(a->v.str, b->v.str) != 0)
			return false;
		if (a->type == DM_CFG_INT && a->v.i != b->v.i)
			return false;
	}
	return !a && !b;
}

/* The next child from node on that does not say where the segment lies. */
static const struct dm_config_node *skip_place(const struct dm_config_node *node)
{
	while (node &&
	       (strcmp(node->key, "start_extent") == 0 || strcmp(node->key, "extent_count") == 0 ||
		strcmp(node->key, "stripes") == 0))
		node = node->sib;
	return node;
}

/* True when two segments say the same, but for where they lie. */
static bool origins_alike(const struct dm_config_node *a, const struct dm_config_node *b)
{
	const struct dm_config_node *x, *y;

	if (a == b)
		return true;
	if (!a || !b)
		return false;
	x = skip_place(a->child);
	y = skip_place(b->child);
	for (; x && y; x = skip_place(x->sib), y = skip_place(y->sib))
		if (strcmp(x->key, y->key) != 0 || tree_is_section(x) || tree_is_section(y) ||
		    !values_equal(x->v, y->v))
			return false;
	return !x && !y;
}

static bool piece_continues(const struct piece *next, const struct piece *last)
{
	return (next->moved || last->moved) && next->pv_key && last->pv_key &&
	       strcmp(next->pv_key, last->pv_key) == 0 &&
	       next->first_pe == last->first_pe + last->extent_count &&
	       origins_alike(next->origin, last->origin);
}

int pieces_append(struct pieces *pieces, const struct piece *piece)
{
	struct piece *last = pieces->count ? &pieces->list[pieces->count - 1] : NULL;
	struct piece *list;

	if (last && piece_continues(piece, last)) {
		last->extent_count += piece->extent_count;
		last->moved = true;
		return 0;
	}
	list = reallocarray(pieces->list, pieces->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list[pieces->count++] = *piece;
	pieces->list = list;
	return 0;
}

/* The values that a linear segment has besides where it lies. */
static int write_linear(struct dm_config_tree *tree, struct dm_config_node *segment)
{
	int r = tree_set_string(tree, segment, "type", "striped");

	return r < 0 ? r : tree_set_number(tree, segment, "stripe_count", 1);
}

static int write_piece(const struct piece *piece, struct dm_config_tree *tree,
		       struct dm_config_node *segment, uint64_t first_le)
{
	int r = 0;

	if (piece->origin)
		r = tree_copy_values(tree, piece->origin, segment);
	if (r == 0)
		r = tree_set_number(tree, segment, "start_extent", first_le);
	if (r == 0)
		r = tree_set_number(tree, segment, "extent_count", piece->extent_count);
	if (r == 0 && !piece->origin)
		r = write_linear(tree, segment);
	if (r == 0 && piece->pv_key)
		r = tree_set_area(tree, segment, "stripes", piece->pv_key, piece->first_pe);
	return r;
}

/* Takes the segments, which are all sections below an LV, out of it. */
static void remove_segments(struct dm_config_node *lv)
{
	struct dm_config_node **placep = &lv->child;

	while (*placep) {
		if (tree_is_section(*placep))
			*placep = (*placep)->sib;
		else
			placep = &(*placep)->sib;
	}
}

int pieces_write(const struct pieces *pieces, struct dm_config_tree *tree,
		 struct dm_config_node *lv)
{
	uint64_t next_le = 0;
	int r;

	/* Origins that are taken out here stay in the tree's memory. */
	remove_segments(lv);
	r = tree_set_number(tree, lv, "segment_count", pieces->count);
	for (size_t i = 0; i < pieces->count && r == 0; i++) {
		struct dm_config_node *segment;
		char key[sizeof("segment") + 20];

		snprintf(key, sizeof(key), "segment%zu", i + 1);
		r = tree_add_section(tree, lv, key, &segment);
		if (r == 0)
			r = write_piece(&pieces->list[i], tree, segment, next_le);
		next_le += pieces->list[i].extent_count;
	}
	return r;
}

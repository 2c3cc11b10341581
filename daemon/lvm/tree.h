/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * libdevmapper's config trees as LVM's metadata text uses them: made from
 * hostile text, looked up by exact key, edited in place, written back. Knows
 * no VGs. What is found is borrowed from the tree; what is added lives in the
 * tree's own memory.
 */

#include <libdevmapper.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(struct dm_config_tree *, tree_destroyp, dm_config_destroy)
#define _tree_ cleanup(tree_destroyp)

/*
 * Parses text. Returns 0 and an owned tree (dm_config_destroy), -EBADMSG for
 * text that is not what LVM writes (see scan.c), or -ENOMEM.
 */
int tree_parse(const char *text, size_t len_bytes, struct dm_config_tree **treep);

/* Writes the tree. Returns 0 and owned text (free()), NUL-terminated, or -ENOMEM. */
int tree_write(const struct dm_config_tree *tree, char **textp);

bool tree_is_section(const struct dm_config_node *node);
/* The child with that key, or NULL; also when parent is NULL. */
struct dm_config_node *tree_find(const struct dm_config_node *parent, const char *key);
/* The same, but only a section. */
struct dm_config_node *tree_find_section(const struct dm_config_node *parent, const char *key);

/* The one section at the top of the tree, or NULL when there are none or several. */
struct dm_config_node *tree_only_section(const struct dm_config_tree *tree);

/* Reads a whole number of at most max. Returns 0, -ENOENT, or -EBADMSG for any other value. */
int tree_read_number(const struct dm_config_node *parent, const char *key, uint64_t max,
		     uint64_t *numberp);
/* Reads one string, borrowed. Returns 0, -ENOENT, or -EBADMSG for any other value. */
int tree_read_string(const struct dm_config_node *parent, const char *key, const char **textp);
/*
 * Reads a list of strings; a single string is a list of one. Returns 0 and the
 * first element, NULL for an empty or absent list, or -EBADMSG for other elements.
 */
int tree_read_strings(const struct dm_config_node *parent, const char *key,
		      const struct dm_config_value **firstp);
/* True when such a list holds the text. */
bool tree_list_has(const struct dm_config_value *first, const char *text);

/*
 * Each sets the value of a key, which comes last among the parent's children
 * if it is new. Returns 0 or -ENOMEM.
 */
int tree_set_number(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		    uint64_t number);
int tree_set_string(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		    const char *text);
/* Sets a pair of a volume's name and an extent, ["pv0", 5]. */
int tree_set_area(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		  const char *name, uint64_t extent);
/* Adds a string at the end of a list of strings, or makes the list. */
int tree_list_add(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		  const char *text);
/* Takes a string out of a list of strings. */
int tree_list_remove(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		     const char *text);

/* Appends an empty section, borrowed. Returns 0 or -ENOMEM. */
int tree_add_section(struct dm_config_tree *tree, struct dm_config_node *parent, const char *key,
		     struct dm_config_node **sectionp);
/*
 * Gives one node the children of another. Values are shared: set them anew to
 * change them. Returns 0 or -ENOMEM.
 */
int tree_copy_values(struct dm_config_tree *tree, const struct dm_config_node *from,
		     struct dm_config_node *to);

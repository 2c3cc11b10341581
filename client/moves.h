/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The moves that a stream has told of, each as it was told last, in the order
 * in which people want to see them: unfinished ones by ascending id, then those
 * that ended, the latest first.
 */

#include <stddef.h>

#include "client/view.h"

struct json_object;

/*
 * Most moves that are kept. A daemon has fewer at a time, but a stream tells of more and more: of
 * those that have ended the oldest are forgotten then, as the daemon does.
 */
#define MOVES_MAX 16384

struct moves_entry {
	struct json_object *object;
	struct move_view view; /* of object */
};

/* Embedded by its owner; zeroes are an empty one. */
struct moves {
	struct moves_entry *entries;
	size_t count;
	size_t room;
};

void moves_deinit(struct moves *moves);

/*
 * Takes in moves of a reply: each replaces the one with its id, or is added.
 * Returns 0; -EBADMSG for what is not a list of moves, or too many unfinished ones; -ENOMEM.
 */
int moves_update(struct moves *moves, struct json_object *list);

/* Forgets all but the first count of them. */
void moves_truncate(struct moves *moves, size_t count);

/* The move with that id, or NULL. */
const struct moves_entry *moves_find(const struct moves *moves, uint64_t id);

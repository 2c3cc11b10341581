/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/moves.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

void moves_deinit(struct moves *moves)
{
	for (size_t i = 0; i < moves->count; i++)
		json_object_put(moves->entries[i].object);
	free(moves->entries);
	*moves = (struct moves){0};
}

void moves_truncate(struct moves *moves, size_t count)
{
	while (moves->count > count)
		json_object_put(moves->entries[--moves->count].object);
}

static struct moves_entry *find_entry(const struct moves *moves, uint64_t id)
{
	for (size_t i = 0; i < moves->count; i++)
		if (moves->entries[i].view.id == id)
			return &moves->entries[i];
	return NULL;
}

const struct moves_entry *moves_find(const struct moves *moves, uint64_t id)
{
	return find_entry(moves, id);
}

static int compare(const void *a, const void *b)
{
	const struct move_view *left = &((const struct moves_entry *)a)->view;
	const struct move_view *right = &((const struct moves_entry *)b)->view;
	bool is_ended = view_move_is_ended(left);

	if (is_ended != view_move_is_ended(right))
		return is_ended ? 1 : -1;
	if (left->id == right->id)
		return 0;
	return (left->id < right->id) == is_ended ? 1 : -1;
}

static void sort(struct moves *moves)
{
	if (moves->count > 0)
		qsort(moves->entries, moves->count, sizeof(*moves->entries), compare);
}

/* Many at once, so that it is not to be done for each new one. */
static void forget_oldest(struct moves *moves)
{
	sort(moves);
	while (moves->count > MOVES_MAX - MOVES_MAX / 8 &&
	       view_move_is_ended(&moves->entries[moves->count - 1].view))
		json_object_put(moves->entries[--moves->count].object);
}

static int add_entry(struct moves *moves, struct moves_entry **entryp)
{
	if (moves->count == MOVES_MAX)
		forget_oldest(moves);
	if (moves->count == MOVES_MAX)
		return -EBADMSG;
	if (moves->count == moves->room) {
		size_t room = moves->room ? 2 * moves->room : 16;
		struct moves_entry *entries = reallocarray(moves->entries, room, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		moves->entries = entries;
		moves->room = room;
	}
	*entryp = &moves->entries[moves->count++];
	**entryp = (struct moves_entry){0};
	return 0;
}

static int update_move(struct moves *moves, struct json_object *object)
{
	struct moves_entry *entry;
	struct move_view view;
	int ret = view_read_move(object, &view);

	if (ret < 0)
		return ret;
	entry = find_entry(moves, view.id);
	if (!entry) {
		ret = add_entry(moves, &entry);
		if (ret < 0)
			return ret;
	}
	json_object_put(entry->object);
	entry->object = json_object_get(object);
	entry->view = view;
	return 0;
}

int moves_update(struct moves *moves, struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return -EBADMSG;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		int ret = update_move(moves, json_object_array_get_idx(list, i));

		if (ret < 0)
			return ret;
	}
	sort(moves);
	return 0;
}

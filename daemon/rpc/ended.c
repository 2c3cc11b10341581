/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/ended.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/move.h"
#include "daemon/rpc/encode.h"

void ended_texts_deinit(struct ended_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i].text);
	free(texts->items);
	*texts = (struct ended_texts){0};
}

void ended_texts_rewind(struct ended_texts *texts)
{
	texts->next = 0;
}

static void forget(struct ended_texts *texts, size_t i)
{
	free(texts->items[i].text);
	memmove(&texts->items[i], &texts->items[i + 1],
		(--texts->count - i) * sizeof(texts->items[0]));
}

/* Returns 0 or -1 for want of memory. */
static int make_room(struct ended_texts *texts)
{
	size_t room = texts->room ? 2 * texts->room : 64;
	struct ended_text *items;

	if (texts->count < texts->room)
		return 0;
	items = reallocarray(texts->items, room, sizeof(items[0]));
	if (!items)
		return -1;
	texts->items = items;
	texts->room = room;
	return 0;
}

static char *make_text(const struct move *move)
{
	cleanup(protocol_put) struct json_object *object = encode_move(move);
	const char *text =
		object ? json_object_to_json_string_ext(
				 object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
		       : NULL;

	return text ? strdup(text) : NULL;
}

/* The text of the move, which is there or is made; NULL for want of memory. */
static char *find_text(struct ended_texts *texts, const struct move *move)
{
	struct ended_text made = {.id = move->id, .seq = move->seq};

	while (texts->next < texts->count && texts->items[texts->next].id < move->id)
		forget(texts, texts->next);
	if (texts->next < texts->count && texts->items[texts->next].id == move->id) {
		if (texts->items[texts->next].seq == move->seq)
			return texts->items[texts->next++].text;
		forget(texts, texts->next);
	}
	made.text = make_text(move);
	if (!made.text || make_room(texts) < 0) {
		free(made.text);
		return NULL;
	}
	memmove(&texts->items[texts->next + 1], &texts->items[texts->next],
		(texts->count++ - texts->next) * sizeof(texts->items[0]));
	texts->items[texts->next++] = made;
	return made.text;
}

struct json_object *ended_encode(struct ended_texts *texts, const struct move *move)
{
	struct json_object *object = json_object_new_object();
	char *text = object ? find_text(texts, move) : NULL;

	if (!text) {
		json_object_put(object);
		return NULL;
	}
	json_object_set_serializer(object, json_object_userdata_to_json_string, text, NULL);
	return object;
}

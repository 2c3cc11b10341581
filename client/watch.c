/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/watch.h"

#include <errno.h>
#include <json-c/json.h>

#include "client/follow.h"
#include "client/headline.h"
#include "client/moves.h"
#include "client/render.h"
#include "client/report.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"

#define CLEAR_SCREEN "\033[H\033[2J"

struct watching {
	const struct client *client;
	uint64_t id;
	bool json;
	struct moves moves;
};

/* {"moves": …}, as the daemon answers List. */
static int print_json(FILE *out, struct json_object *list)
{
	cleanup(protocol_put) struct json_object *document = json_object_new_object();

	if (!document || protocol_add_object(document, "moves", json_object_get(list)) < 0)
		return -ENOMEM;
	return text_write_json(out, document);
}

static int print_headlines(FILE *out, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct move_view move;
		int ret = view_read_move(json_object_array_get_idx(list, i), &move);

		if (ret < 0)
			return ret;
		headline_write(out, &move);
		fputc('\n', out);
	}
	return 0;
}

static int show(const struct watching *watching, struct json_object *list, bool all)
{
	const struct client *client = watching->client;
	struct client_size size = client_size(client);
	struct style style = {.colour = client->colour};

	if (watching->json)
		return print_json(client->out, list);
	if (size.columns > 0) {
		fputs(CLEAR_SCREEN, client->out);
		style.columns = size.columns;
		/* the cursor takes up the last one */
		style.lines = size.lines > 1 ? size.lines - 1 : 1;
	} else if (!all) {
		return print_headlines(client->out, list);
	}
	return render_status(client->out, &watching->moves, watching->id, &style);
}

static int take(void *arg, struct json_object *list, bool all)
{
	struct watching *watching = arg;
	const struct moves_entry *entry;
	int ret = watching->json ? 0 : text_clean_json(list);

	if (all)
		moves_deinit(&watching->moves);
	if (ret == 0)
		ret = moves_update(&watching->moves, list);
	if (ret < 0)
		return ret;
	entry = moves_find(&watching->moves, watching->id);
	if (watching->id != 0 && !entry)
		return 1;
	ret = show(watching, list, all);
	fflush(watching->client->out);
	return ret < 0 ? ret : entry && view_move_is_ended(&entry->view);
}

static void lose(void *arg)
{
	(void)arg; /* there is no line left half written */
}

enum exit_code watch_moves(const struct client *client, uint64_t id, bool json)
{
	struct watching watching = {client, id, json, {0}};
	struct follower follower = {.id = id, .interrupt_fd = -1, take, lose, &watching, NULL};
	enum exit_code code = follow_moves(client, &follower);

	if (code == EXIT_OK && !moves_find(&watching.moves, id))
		code = report_missing_move(client, id);
	moves_deinit(&watching.moves);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/wait.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "client/follow.h"
#include "client/headline.h"
#include "client/interrupt.h"
#include "client/moves.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/text.h"
#include "client/trouble.h"
#include "common/cleanup.h"
#include "common/protocol.h"

/* A wait under way. */
struct waiting {
	const struct client *client;
	const struct wait *wait;
	struct moves moves;
	struct progress progress;
};

static int take(void *arg, struct json_object *list, bool all)
{
	struct waiting *waiting = arg;
	const struct moves_entry *entry;
	int ret = waiting->wait->json ? 0 : text_clean_json(list);

	if (all)
		moves_deinit(&waiting->moves);
	if (ret == 0)
		ret = moves_update(&waiting->moves, list);
	if (ret < 0)
		return ret;
	entry = moves_find(&waiting->moves, waiting->wait->id);
	if (!entry)
		return 1;
	if (!waiting->wait->json)
		ret = progress_show(&waiting->progress, waiting->client, &entry->view);
	return ret < 0 ? ret : view_move_is_ended(&entry->view);
}

static void lose(void *arg)
{
	struct waiting *waiting = arg;

	progress_leave(&waiting->progress, waiting->client);
}

/* Why that pass failed, and what to do about it. */
static void write_failure(FILE *out, const struct move_view *move, const struct pass_view *pass)
{
	fprintf(out, "move %" PRIu64 " failed: LV %s: ", move->id, pass->lv);
	headline_write_reason(out, pass);
	fputs("; ", out);
	if (trouble_has_advice(pass)) {
		trouble_write_advice(out, move->vg, pass);
		fputs("; ", out);
	}
	fprintf(out, "see \"pvmovectl status %" PRIu64 "\"", move->id);
}

static enum exit_code tell_failure(const struct client *client, const struct move_view *move,
				   const struct pass_view *pass)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);

	if (!stream)
		return report_connection(client, -ENOMEM);
	write_failure(stream, move, pass);
	if (fclose(stream) != 0)
		return report_connection(client, -ENOMEM);
	return client_fail(client, EXIT_NOT_AS_AWAITED, "%s", text);
}

/* Why a move failed: the reason of its first pass that did. */
static enum exit_code explain_failure(const struct client *client, const struct move_view *move)
{
	for (size_t i = 0; i < view_count(move->passes); i++) {
		struct pass_view pass = view_get_pass(move, i);

		if (strcmp(pass.state, "failed") == 0 && pass.reason_code)
			return tell_failure(client, move, &pass);
	}
	return client_fail(client, EXIT_NOT_AS_AWAITED,
			   "move %" PRIu64 " failed; see \"pvmovectl status %" PRIu64 "\"",
			   move->id, move->id);
}

static enum exit_code explain_end(const struct client *client, const struct wait *wait,
				  const struct move_view *move)
{
	bool is_done = strcmp(move->state, "done") == 0;
	bool is_aborted = strcmp(move->state, "aborted") == 0;

	if (wait->aborting ? is_aborted : is_done)
		return EXIT_OK;
	if (is_done)
		return client_fail(client, EXIT_NOT_AS_AWAITED,
				   "move %" PRIu64 " was done before it could be aborted; to go "
				   "back, move the other way",
				   move->id);
	if (is_aborted)
		return client_fail(client, EXIT_NOT_AS_AWAITED,
				   "move %" PRIu64 " was aborted; \"pvmovectl status %" PRIu64
				   "\" shows which LVs stayed where they were",
				   move->id, move->id);
	return explain_failure(client, move);
}

/* {"move": …}, as the daemon answers Start. */
static int print_json(const struct client *client, struct json_object *move)
{
	cleanup(protocol_put) struct json_object *document = json_object_new_object();

	if (!document || protocol_add_object(document, "move", json_object_get(move)) < 0)
		return -ENOMEM;
	return text_write_json(client->out, document);
}

static enum exit_code end_wait(struct waiting *waiting)
{
	const struct client *client = waiting->client;
	const struct moves_entry *entry = moves_find(&waiting->moves, waiting->wait->id);

	if (!entry)
		return report_missing_move(client, waiting->wait->id);
	if (waiting->wait->json && print_json(client, entry->object) < 0)
		return report_connection(client, -ENOMEM);
	return explain_end(client, waiting->wait, &entry->view);
}

enum exit_code wait_for_move(const struct client *client, const struct wait *wait)
{
	cleanup(interrupt_release) struct interrupt interrupt = {.fd = -1};
	struct waiting waiting = {.client = client, .wait = wait};
	struct follower follower = {wait->id, wait->known, -1, take, lose, &waiting, NULL};
	enum exit_code code;

	interrupt_catch(&interrupt);
	follower.interrupt_fd = interrupt.fd;
	code = follow_moves(client, &follower);
	progress_leave(&waiting.progress, client);
	if (code == EXIT_OK)
		code = end_wait(&waiting);
	else if (code == EXIT_INTERRUPTED)
		client_say(client,
			   "no longer waiting, but move %" PRIu64
			   " goes on; \"pvmovectl abort %" PRIu64 "\" undoes it",
			   wait->id, wait->id);
	moves_deinit(&waiting.moves);
	return code;
}

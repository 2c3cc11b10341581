/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/reporting.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "client/call.h"
#include "client/metrics.h"
#include "client/moves.h"
#include "client/render.h"
#include "client/replace.h"
#include "client/report.h"
#include "client/request.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"

static struct json_object *new_list(const struct moves *moves)
{
	cleanup(protocol_put) struct json_object *list = json_object_new_array();
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();

	if (!list || !reply)
		return NULL;
	for (size_t i = 0; i < moves->count; i++)
		if (protocol_append(list, json_object_get(moves->entries[i].object)) < 0)
			return NULL;
	if (protocol_add_object(reply, "moves", steal_pointer(&list)) < 0)
		return NULL;
	return steal_pointer(&reply);
}

enum exit_code reporting_run_history(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	cleanup(moves_deinit) struct moves moves = {0};
	struct history_filter filter = options->filter;
	struct style style = {.colour = client->colour};
	enum exit_code code;
	int ret;

	if (options->destination_count > 0)
		filter.destination = options->destinations[0].device;
	filter.lv = options->lv;
	code = call_list_moves(client, 0, options->json, &reply, &moves);
	if (code != EXIT_OK)
		return code;
	history_filter_moves(&filter, &moves);
	if (options->json) {
		cleanup(protocol_put) struct json_object *kept = new_list(&moves);

		if (!kept || text_write_json(client->out, kept) < 0)
			return report_connection(client, -ENOMEM);
		return EXIT_OK;
	}
	ret = render_history(client->out, &moves, &style);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

enum exit_code reporting_run_check(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	cleanup(moves_deinit) struct moves moves = {0};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* What is wrong was said on standard error. */
	if (call_list_moves(client, 0, false, &reply, &moves) != EXIT_OK)
		return (enum exit_code)check_write_unknown(client->out);
	return (enum exit_code)check_write(client->out, &moves, &options->limits,
					   (uint64_t)now.tv_sec * 1000000);
}

/* Whatever goes wrong is said and is the exit status, and the metrics say that the daemon is not
 * up. */
static enum exit_code print_metrics(const struct client *client, FILE *out)
{
	cleanup(reply_deinit) struct reply info_reply = {0}, list_reply = {0};
	cleanup(moves_deinit) struct moves moves = {0};
	struct info_view info;
	enum exit_code code = call_daemon(client, "GetInfo", request_new_id(0), &info_reply);
	int ret;

	if (code == EXIT_OK)
		code = call_list_moves(client, 0, true, &list_reply, &moves);
	if (code != EXIT_OK) {
		(void)metrics_write(out, NULL, NULL); /* that takes no memory */
		return code;
	}
	ret = view_read_info(info_reply.parameters, &info);
	if (ret == 0)
		ret = metrics_write(out, &info, &moves);
	else
		(void)metrics_write(out, NULL, NULL);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

enum exit_code reporting_run_metrics(const struct client *client, const struct options *options)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream;
	enum exit_code code;
	int ret;

	if (!options->output)
		return print_metrics(client, client->out);
	stream = open_memstream(&text, &len_bytes);
	if (!stream)
		return report_connection(client, -ENOMEM);
	code = print_metrics(client, stream);
	ret = fclose(stream) == 0 ? replace_file(options->output, text, len_bytes) : -ENOMEM;
	if (ret == 0)
		return code;
	return client_fail(client, EXIT_FAILED,
			   "cannot write %s: %s; name a file in a folder that is there",
			   options->output, strerror(-ret));
}

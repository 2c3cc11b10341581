/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "client/connection.h"
#include "client/headline.h"
#include "client/help.h"
#include "client/metrics.h"
#include "client/moves.h"
#include "client/options.h"
#include "client/render.h"
#include "client/replace.h"
#include "client/report.h"
#include "client/request.h"
#include "client/text.h"
#include "client/top.h"
#include "client/wait.h"
#include "client/watch.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Receives the one reply there is to a call. */
static int receive_only_reply(struct connection *connection, int timeout_ms, struct reply *replyp)
{
	int ret = connection_receive(connection, timeout_ms, replyp);

	if (ret < 0 || !replyp->continues)
		return ret;
	reply_deinit(replyp);
	return -EBADMSG;
}

/*
 * Calls a method, consuming the parameters. Returns EXIT_OK and an owned reply
 * that is no error, or why there is none, said already.
 */
static enum exit_code call(const struct client *client, const char *method,
			   struct json_object *parameters, struct reply *replyp)
{
	cleanup(connection_close) struct connection connection = {.fd = -1};
	struct reply reply = {0};
	int ret = connection_open(&connection, client->socket_path, -1, client->reply_timeout_ms);

	if (ret < 0)
		json_object_put(parameters);
	else
		ret = connection_send(&connection, method, parameters, false);
	if (ret == 0)
		ret = receive_only_reply(&connection, client->reply_timeout_ms, &reply);
	if (ret < 0)
		return report_connection(client, ret);
	if (reply.error) {
		enum exit_code code = report_error(client, reply.error, reply.parameters);

		reply_deinit(&reply);
		return code;
	}
	*replyp = reply;
	return EXIT_OK;
}

static enum exit_code print_json(const struct client *client, const struct reply *reply)
{
	if (text_write_json(client->out, reply->parameters) < 0)
		return report_connection(client, -ENOMEM);
	return EXIT_OK;
}

/* Reads the move of a reply; it is cleaned for people, and left as it is for JSON. */
static int read_move(const struct options *options, const struct reply *reply,
		     struct move_view *movep)
{
	struct json_object *object = json_object_object_get(reply->parameters, "move");
	int ret = options->json ? 0 : text_clean_json(object);

	return ret < 0 ? ret : view_read_move(object, movep);
}

/* Beside the output, where people see them and programs that read it do not stumble over them. */
static int print_warnings(const struct client *client, struct json_object *answer)
{
	struct json_object *warnings = NULL;
	int ret = view_read_warnings(answer, &warnings);

	for (size_t i = 0; ret == 0 && warnings && i < view_count(warnings); i++)
		client_say(client, "warning: %s", view_get_warning(warnings, i).text);
	return ret;
}

static void print_nothing_to_move(FILE *out, const struct options *options)
{
	char text[1024];

	snprintf(text, sizeof(text), "Nothing to move: %s%s extents on %s%s.",
		 options->lv ? options->lv : "no LV", options->lv ? " has no" : " has",
		 options->source.device, options->source.span_count ? " in that range" : "");
	text_clean(text);
	fprintf(out, "%s\n", text);
}

static enum exit_code run_plan(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	struct style style = {.colour = client->colour};
	struct plan_view plan;
	enum exit_code code = call(client, "Plan", request_new_start(options), &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	if (options->json)
		return print_json(client, &reply);
	ret = text_clean_json(reply.parameters);
	if (ret == 0)
		ret = view_read_plan(reply.parameters, &plan);
	if (ret == 0)
		ret = print_warnings(client, reply.parameters);
	if (ret == 0 && view_count(plan.passes) == 0)
		print_nothing_to_move(client->out, options);
	else if (ret == 0)
		ret = render_plan(client->out, &plan, &style);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

static void print_headline(FILE *out, const struct move_view *move)
{
	headline_write(out, move);
	fputc('\n', out);
}

static void print_started(FILE *out, const struct move_view *move, bool with_hint)
{
	char total[UNITS_TEXT_MAX];

	if (view_move_is_ended(move)) { /* the same request was made before */
		print_headline(out, move);
		return;
	}
	units_format_bytes(move->total_bytes, total);
	fprintf(out, "Move %" PRIu64 " is started: %s in VG %s, off %s.\n", move->id, total,
		move->vg, move->source);
	if (with_hint)
		fprintf(out,
			"\"pvmovectl wait %" PRIu64
			"\" shows how far it is, \"pvmovectl abort %" PRIu64 "\" undoes it.\n",
			move->id, move->id);
	fflush(out);
}

static enum exit_code run_start(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	struct move_view move;
	enum exit_code code;
	int ret;

	if (options->dry_run)
		return run_plan(client, options);
	code = call(client, "Start", request_new_start(options), &reply);
	if (code != EXIT_OK)
		return code;
	if (!json_object_object_get(reply.parameters, "move")) {
		if (options->json)
			return print_json(client, &reply);
		print_nothing_to_move(client->out, options);
		return EXIT_OK;
	}
	ret = read_move(options, &reply, &move);
	if (ret == 0 && (!options->json || options->wait))
		ret = print_warnings(client, reply.parameters);
	if (ret < 0)
		return report_connection(client, ret);
	if (!options->json)
		print_started(client->out, &move, !options->wait);
	else if (!options->wait)
		return print_json(client, &reply);
	if (!options->wait)
		return EXIT_OK;
	return wait_for_move(client,
			     &(struct wait){.id = move.id, .known = true, .json = options->json});
}

static enum exit_code run_status(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	cleanup(moves_deinit) struct moves moves = {0};
	struct style style = {.colour = client->colour};
	struct json_object *list;
	enum exit_code code;
	int ret;

	if (options->watch)
		return watch_moves(client, options->id, options->json);
	code = call(client, "List", request_new_id(options->id), &reply);
	if (code != EXIT_OK)
		return code;
	list = json_object_object_get(reply.parameters, "moves");
	ret = options->json ? 0 : text_clean_json(list);
	if (ret == 0)
		ret = moves_update(&moves, list);
	if (ret < 0)
		return report_connection(client, ret);
	if (options->id != 0 && !moves_find(&moves, options->id))
		return report_missing_move(client, options->id);
	if (options->json)
		return print_json(client, &reply);
	ret = render_status(client->out, &moves, options->id, &style);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

/* Calls a method that changes what is wanted of a move, consuming its parameters, and shows the
 * move as it then is. */
static enum exit_code change_move(const struct client *client, const struct options *options,
				  const char *method, struct json_object *parameters)
{
	cleanup(reply_deinit) struct reply reply = {0};
	struct move_view move;
	enum exit_code code = call(client, method, parameters, &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	ret = read_move(options, &reply, &move);
	if (ret < 0)
		return report_connection(client, ret);
	if (options->wait)
		return EXIT_OK;
	if (options->json)
		return print_json(client, &reply);
	print_headline(client->out, &move);
	return EXIT_OK;
}

static enum exit_code run_pause(const struct client *client, const struct options *options)
{
	return change_move(client, options, "Pause", request_new_id(options->id));
}

static enum exit_code run_resume(const struct client *client, const struct options *options)
{
	return change_move(client, options, "Resume", request_new_id(options->id));
}

static enum exit_code run_abort(const struct client *client, const struct options *options)
{
	struct wait wait = {
		.id = options->id, .known = true, .aborting = true, .json = options->json};
	enum exit_code code = change_move(client, options, "Abort", request_new_id(options->id));

	return code == EXIT_OK && options->wait ? wait_for_move(client, &wait) : code;
}

static void print_host_limit(FILE *out, uint64_t limit_bytes_s)
{
	char limit[UNITS_TEXT_MAX];

	units_format_bytes(limit_bytes_s, limit);
	if (limit_bytes_s == VIEW_UNKNOWN)
		fputs("All moves together have no limit.\n", out);
	else
		fprintf(out, "All moves together are limited to %s/s.\n", limit);
}

static enum exit_code run_limit(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	uint64_t limit_bytes_s;
	enum exit_code code;
	int ret;

	if (options->has_max_latency)
		return change_move(client, options, "SetMaxLatency",
				   request_new_max_latency(options));
	if (!options->all)
		return change_move(client, options, "SetLimit", request_new_limit(options));
	code = call(client, "SetHostLimit", request_new_limit(options), &reply);
	if (code != EXIT_OK)
		return code;
	if (options->json)
		return print_json(client, &reply);
	ret = view_read_limit(reply.parameters, &limit_bytes_s);
	if (ret < 0)
		return report_connection(client, ret);
	print_host_limit(client->out, limit_bytes_s);
	return EXIT_OK;
}

static enum exit_code run_wait(const struct client *client, const struct options *options)
{
	return wait_for_move(client, &(struct wait){.id = options->id, .json = options->json});
}

static enum exit_code run_info(const struct client *client, const struct options *options)
{
	cleanup(reply_deinit) struct reply reply = {0};
	struct info_view info;
	enum exit_code code = call(client, "GetInfo", request_new_id(0), &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	if (options->json)
		return print_json(client, &reply);
	ret = text_clean_json(reply.parameters);
	if (ret == 0)
		ret = view_read_info(reply.parameters, &info);
	if (ret < 0)
		return report_connection(client, ret);
	render_info(client->out, &info);
	return EXIT_OK;
}

/* Whatever goes wrong is said and is the exit status, and the metrics say that the daemon is not
 * up. */
static enum exit_code print_metrics(const struct client *client, FILE *out)
{
	cleanup(reply_deinit) struct reply info_reply = {0}, list_reply = {0};
	cleanup(moves_deinit) struct moves moves = {0};
	struct info_view info;
	enum exit_code code = call(client, "GetInfo", request_new_id(0), &info_reply);
	int ret;

	if (code == EXIT_OK)
		code = call(client, "List", request_new_id(0), &list_reply);
	if (code != EXIT_OK) {
		(void)metrics_write(out, NULL, NULL); /* that takes no memory */
		return code;
	}
	ret = view_read_info(info_reply.parameters, &info);
	if (ret == 0)
		ret = moves_update(&moves, json_object_object_get(list_reply.parameters, "moves"));
	if (ret == 0)
		ret = metrics_write(out, &info, &moves);
	else
		(void)metrics_write(out, NULL, NULL);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

static enum exit_code run_metrics(const struct client *client, const struct options *options)
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

static enum exit_code run_top(const struct client *client, const struct options *options)
{
	(void)options;
	return top_run(client);
}

static enum exit_code run(struct client client, const struct options *options)
{
	static enum exit_code (*const commands[])(const struct client *client,
						  const struct options *options) = {
		[COMMAND_START] = run_start,     [COMMAND_STATUS] = run_status,
		[COMMAND_WAIT] = run_wait,       [COMMAND_PAUSE] = run_pause,
		[COMMAND_RESUME] = run_resume,   [COMMAND_ABORT] = run_abort,
		[COMMAND_LIMIT] = run_limit,     [COMMAND_INFO] = run_info,
		[COMMAND_METRICS] = run_metrics, [COMMAND_TOP] = run_top,
	};

	if (options->help) {
		help_print(client.out, options->command);
		return EXIT_OK;
	}
	if (options->version) {
		fputs("pvmovectl " PVMOVED_VERSION "\n", client.out);
		return EXIT_OK;
	}
	if (options->socket_path)
		client.socket_path = options->socket_path;
	client.json = options->json;
	if (options->colouring != COLOURING_AUTO)
		client.colour = options->colouring == COLOURING_ALWAYS;
	return commands[options->command](&client, options);
}

enum exit_code commands_run(const struct client *client, int argc, char *const argv[])
{
	struct options options;
	enum exit_code code = options_parse(client, argc, argv, &options);

	if (code != EXIT_OK)
		return code;
	code = run(*client, &options);
	options_deinit(&options);
	if ((fflush(client->out) != 0 || ferror(client->out)) && code == EXIT_OK)
		code = client_fail(client, EXIT_FAILED, "cannot write all of the output");
	return code;
}

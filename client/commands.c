/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "client/call.h"
#include "client/headline.h"
#include "client/help.h"
#include "client/metrics.h"
#include "client/moves.h"
#include "client/options.h"
#include "client/render.h"
#include "client/replace.h"
#include "client/report.h"
#include "client/reporting.h"
#include "client/request.h"
#include "client/text.h"
#include "client/top.h"
#include "client/wait.h"
#include "client/watch.h"
#include "common/cleanup.h"
#include "common/units.h"

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
	enum exit_code code = call_daemon(client, "Plan", request_new_start(options), &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	if (options->json)
		return call_print_json(client, &reply);
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
	code = call_daemon(client, "Start", request_new_start(options), &reply);
	if (code != EXIT_OK)
		return code;
	if (!json_object_object_get(reply.parameters, "move")) {
		if (options->json)
			return call_print_json(client, &reply);
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
		return call_print_json(client, &reply);
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
	enum exit_code code;
	int ret;

	if (options->watch)
		return watch_moves(client, options->id, options->json);
	code = call_list_moves(client, options->id, options->json, &reply, &moves);
	if (code != EXIT_OK)
		return code;
	if (options->id != 0 && !moves_find(&moves, options->id))
		return report_missing_move(client, options->id);
	if (options->json)
		return call_print_json(client, &reply);
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
	enum exit_code code = call_daemon(client, method, parameters, &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	ret = read_move(options, &reply, &move);
	if (ret < 0)
		return report_connection(client, ret);
	if (options->wait)
		return EXIT_OK;
	if (options->json)
		return call_print_json(client, &reply);
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
	code = call_daemon(client, "SetHostLimit", request_new_limit(options), &reply);
	if (code != EXIT_OK)
		return code;
	if (options->json)
		return call_print_json(client, &reply);
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
	enum exit_code code = call_daemon(client, "GetInfo", request_new_id(0), &reply);
	int ret;

	if (code != EXIT_OK)
		return code;
	if (options->json)
		return call_print_json(client, &reply);
	ret = text_clean_json(reply.parameters);
	if (ret == 0)
		ret = view_read_info(reply.parameters, &info);
	if (ret < 0)
		return report_connection(client, ret);
	render_info(client->out, &info);
	return EXIT_OK;
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
		[COMMAND_START] = run_start,
		[COMMAND_STATUS] = run_status,
		[COMMAND_WAIT] = run_wait,
		[COMMAND_PAUSE] = run_pause,
		[COMMAND_RESUME] = run_resume,
		[COMMAND_ABORT] = run_abort,
		[COMMAND_LIMIT] = run_limit,
		[COMMAND_INFO] = run_info,
		[COMMAND_METRICS] = reporting_run_metrics,
		[COMMAND_HISTORY] = reporting_run_history,
		[COMMAND_CHECK] = reporting_run_check,
		[COMMAND_TOP] = run_top,
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

	/* A plugin that is called wrongly knows nothing; 2 would be its word for the worst. */
	if (code != EXIT_OK)
		return argc > 1 && strcmp(argv[1], "check") == 0 ? (enum exit_code)CHECK_UNKNOWN
								 : code;
	code = run(*client, &options);
	options_deinit(&options);
	if ((fflush(client->out) != 0 || ferror(client->out)) && code == EXIT_OK)
		code = client_fail(client, EXIT_FAILED, "cannot write all of the output");
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/call.h"

#include <errno.h>
#include <json-c/json.h>

#include "client/report.h"
#include "client/request.h"
#include "client/text.h"
#include "common/cleanup.h"

/* Receives the one reply there is to a call. */
static int receive_only_reply(struct connection *connection, int timeout_ms, struct reply *replyp)
{
	int ret = connection_receive(connection, timeout_ms, replyp);

	if (ret < 0 || !replyp->continues)
		return ret;
	reply_deinit(replyp);
	return -EBADMSG;
}

enum exit_code call_daemon(const struct client *client, const char *method,
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

enum exit_code call_list_moves(const struct client *client, uint64_t id, bool as_json,
			       struct reply *replyp, struct moves *moves)
{
	enum exit_code code = call_daemon(client, "List", request_new_id(id), replyp);
	struct json_object *list;
	int ret;

	if (code != EXIT_OK)
		return code;
	list = json_object_object_get(replyp->parameters, "moves");
	ret = as_json ? 0 : text_clean_json(list);
	if (ret == 0)
		ret = moves_update(moves, list);
	return ret < 0 ? report_connection(client, ret) : EXIT_OK;
}

enum exit_code call_print_json(const struct client *client, const struct reply *reply)
{
	if (text_write_json(client->out, reply->parameters) < 0)
		return report_connection(client, -ENOMEM);
	return EXIT_OK;
}

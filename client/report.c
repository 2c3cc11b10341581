/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/report.h"

#include "client/explain.h"

enum exit_code report_error(const struct client *client, const char *error,
			    const struct json_object *parameters)
{
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_error(error, parameters, text);

	return client_fail(client, code, "%s", text);
}

enum exit_code report_connection(const struct client *client, int error)
{
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_connection(error, client->socket_path, text);

	return client_fail(client, code, "%s", text);
}

enum exit_code report_missing_move(const struct client *client, uint64_t id)
{
	struct refusal refusal = {.code = REFUSAL_NO_SUCH_MOVE, .move_id = id};
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_refusal(&refusal, text);

	return client_fail(client, code, "%s", text);
}

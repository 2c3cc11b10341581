/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/report.h"

#include <errno.h>
#include <json-c/json.h>

#include "client/explain.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"

/* An error that has been explained; name NULL: it is none of the daemon's. */
struct report {
	const char *name;
	struct json_object *parameters; /* borrowed; NULL: none */
	const char *text;
	enum exit_code code;
};

static struct json_object *new_document(const struct report *report)
{
	cleanup(protocol_put) struct json_object *document = json_object_new_object();
	struct json_object *error = json_object_new_object();
	struct json_object *parameters =
		report->parameters ? json_object_get(report->parameters) : json_object_new_object();
	int ret;

	/* each is consumed, whatever comes of it */
	if (!document || protocol_add_object(document, "error", error) < 0) {
		json_object_put(parameters);
		return NULL;
	}
	ret = report->name ? protocol_add_text(error, "name", report->name)
			   : protocol_add_null(error, "name");
	if (protocol_add_object(error, "parameters", parameters) < 0 || ret < 0 ||
	    protocol_add_text(error, "message", report->text) < 0 ||
	    protocol_add_number(error, "exit_status", report->code) < 0)
		return NULL;
	return steal_pointer(&document);
}

/* In words to err, and for programs to out as well. */
static enum exit_code say(const struct client *client, const struct report *report)
{
	cleanup(protocol_put) struct json_object *document = NULL;

	client_say(client, "%s", report->text);
	if (!client->json)
		return report->code;
	document = new_document(report);
	/* Without it the words and the exit status have to do. */
	if (document)
		(void)text_write_json(client->out, document);
	return report->code;
}

enum exit_code report_error(const struct client *client, const char *error,
			    struct json_object *parameters)
{
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_error(error, parameters, text);

	return say(client, &(struct report){error, parameters, text, code});
}

enum exit_code report_connection(const struct client *client, int error)
{
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_connection(error, client->socket_path, text);

	return say(client, &(struct report){NULL, NULL, text, code});
}

enum exit_code report_missing_move(const struct client *client, uint64_t id)
{
	static const char name[] = PROTOCOL_INTERFACE ".NoSuchMove";
	struct refusal refusal = {.code = REFUSAL_NO_SUCH_MOVE, .move_id = id};
	cleanup(protocol_put) struct json_object *parameters = protocol_refusal_to_json(&refusal);
	char text[EXPLAIN_TEXT_MAX];
	enum exit_code code = explain_refusal(&refusal, text);

	return say(client, &(struct report){name, parameters, text, code});
}

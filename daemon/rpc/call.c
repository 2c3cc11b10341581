/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/call.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"

/* What an answer is beside its parameters. */
struct envelope {
	const char *error; /* NULL: none */
	bool continues;
};

static struct json_object *make_message(struct envelope envelope, struct json_object *parameters)
{
	cleanup(protocol_put) struct json_object *owned = parameters;
	cleanup(protocol_put) struct json_object *message = json_object_new_object();

	if (!message)
		return NULL;
	if (envelope.error && protocol_add_text(message, "error", envelope.error) < 0)
		return NULL;
	if (protocol_add_object(message, "parameters", steal_pointer(&owned)) < 0)
		return NULL;
	if (envelope.continues &&
	    protocol_add_object(message, "continues", json_object_new_boolean(true)) < 0)
		return NULL;
	return steal_pointer(&message);
}

/* Borrowed text of the message. */
static const char *text_of(struct json_object *message, size_t *len_bytesp)
{
	return json_object_to_json_string_length(
		message, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, len_bytesp);
}

/* text: NULL when it could not be made. */
static void send_text(struct call *call, const char *text, size_t len_bytes)
{
	if (call->oneway || !text || len_bytes > PROTOCOL_REPLY_MAX) {
		call->broken = !call->oneway;
		text = NULL;
	}
	call->send(call, text, len_bytes);
}

static void answer(struct call *call, struct envelope envelope, struct json_object *parameters)
{
	cleanup(protocol_put) struct json_object *message = make_message(envelope, parameters);
	size_t len_bytes = 0;
	const char *text = message ? text_of(message, &len_bytes) : NULL;

	call->open = envelope.continues;
	send_text(call, text, len_bytes);
}

char *call_format_continue(struct json_object *parameters, size_t *len_bytesp)
{
	cleanup(protocol_put) struct json_object *message =
		make_message((struct envelope){.continues = true}, parameters);
	const char *text = message ? text_of(message, len_bytesp) : NULL;

	return text ? strdup(text) : NULL;
}

void call_send_continue(struct call *call, const char *text, size_t len_bytes)
{
	call->open = true;
	send_text(call, text, len_bytes);
}

void call_reply(struct call *call, struct json_object *parameters)
{
	answer(call, (struct envelope){0}, parameters);
}

void call_continue(struct call *call, struct json_object *parameters)
{
	answer(call, (struct envelope){.continues = true}, parameters);
}

void call_fail(struct call *call, const char *error, struct json_object *parameters)
{
	answer(call, (struct envelope){.error = error}, parameters);
}

void call_fail_text(struct call *call, const char *error, const char *key, const char *text)
{
	struct json_object *parameters = json_object_new_object();

	if (parameters && protocol_add_text(parameters, key, text) < 0)
		json_object_put(steal_pointer(&parameters));
	call_fail(call, error, parameters);
}

void call_refuse(struct call *call, const struct refusal *refusal)
{
	char error[sizeof(PROTOCOL_INTERFACE) + 64];

	snprintf(error, sizeof(error), PROTOCOL_INTERFACE ".%s", refusal_name(refusal->code));
	call_fail(call, error, protocol_refusal_to_json(refusal));
}

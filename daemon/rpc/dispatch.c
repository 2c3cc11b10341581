/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/dispatch.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/rpc/interfaces.h"
#include "daemon/rpc/methods.h"

enum permission { MAY_LOOK, MAY_CHANGE };

struct method {
	const char *name;
	enum permission permission;
	void (*run)(struct call *call, struct parameters *parameters);
	const struct parameter *parameters;
};

static const struct method methods[] = {
	{"org.pvmoved.Start", MAY_CHANGE, method_start, parameters_request},
	{"org.pvmoved.Plan", MAY_LOOK, method_plan, parameters_request},
	{"org.pvmoved.Abort", MAY_CHANGE, method_abort, parameters_id},
	{"org.pvmoved.Pause", MAY_CHANGE, method_pause, parameters_id},
	{"org.pvmoved.Resume", MAY_CHANGE, method_resume, parameters_id},
	{"org.pvmoved.SetLimit", MAY_CHANGE, method_set_limit, parameters_limit},
	{"org.pvmoved.SetMaxLatency", MAY_CHANGE, method_set_max_latency, parameters_max_latency},
	{"org.pvmoved.SetHostLimit", MAY_CHANGE, method_set_host_limit, parameters_host_limit},
	{"org.pvmoved.List", MAY_LOOK, method_list, parameters_optional_id},
	{"org.pvmoved.GetInfo", MAY_LOOK, method_get_info, parameters_none},
	{"org.varlink.service.GetInfo", MAY_LOOK, method_get_service_info, parameters_none},
	{"org.varlink.service.GetInterfaceDescription", MAY_LOOK, method_get_description,
	 parameters_interface},
};

#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

/* What a message asks for; borrowed from it. */
struct envelope {
	const char *method;
	const struct json_object *parameters; /* NULL: none */
	bool more;
	bool oneway;
	bool upgrade;
};

static int read_flag(const struct json_object *message, const char *name, bool *flagp)
{
	const struct json_object *value = json_object_object_get(message, name);

	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_boolean))
		return -EBADMSG;
	*flagp = json_object_get_boolean(value);
	return 0;
}

static int read_envelope(const struct json_object *message, struct envelope *envelopep)
{
	struct envelope envelope = {
		.parameters = json_object_object_get(message, "parameters"),
	};

	if (protocol_read_text(json_object_object_get(message, "method"), &envelope.method) < 0)
		return -EBADMSG;
	if (envelope.parameters && !json_object_is_type(envelope.parameters, json_type_object))
		return -EBADMSG;
	if (read_flag(message, "more", &envelope.more) < 0 ||
	    read_flag(message, "oneway", &envelope.oneway) < 0 ||
	    read_flag(message, "upgrade", &envelope.upgrade) < 0)
		return -EBADMSG;
	*envelopep = envelope;
	return 0;
}

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < METHOD_COUNT; i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* Fails a call of a method that is not in the table. */
static int fail_unknown(struct call *call, const char *name)
{
	const char *dot = strrchr(name, '.');
	_free_ char *interface = strndup(name, dot ? (size_t)(dot - name) : strlen(name));

	if (!interface)
		return -ENOMEM;
	if (interface_find(interface))
		call_fail_text(call, VARLINK_METHOD_NOT_FOUND, "method", name);
	else
		call_fail_text(call, VARLINK_INTERFACE_NOT_FOUND, "interface", interface);
	return 0;
}

static int run_method(struct call *call, const struct method *method,
		      const struct json_object *object)
{
	cleanup(parameters_deinit) struct parameters parameters;
	const char *bad = NULL;
	int ret = parameters_read(object, method->parameters, &parameters, &bad);

	if (ret == -EBADMSG)
		call_fail_text(call, VARLINK_INVALID_PARAMETER, "parameter", bad);
	else if (ret == 0)
		method->run(call, &parameters);
	return ret == -EBADMSG ? 0 : ret;
}

int dispatch_message(struct call *call, const char *text, size_t len_bytes)
{
	cleanup(protocol_put) struct json_object *message = NULL;
	const struct method *method;
	struct envelope envelope;
	int ret = protocol_parse(text, len_bytes, &message);

	if (ret < 0)
		return ret;
	ret = read_envelope(message, &envelope);
	if (ret < 0)
		return ret;
	call->open = true;
	call->more = envelope.more;
	call->oneway = envelope.oneway;
	method = find_method(envelope.method);
	if (!method)
		return fail_unknown(call, envelope.method);
	if (method->permission == MAY_CHANGE && !call->privileged)
		call_fail(call, VARLINK_PERMISSION_DENIED, json_object_new_object());
	else if (envelope.upgrade)
		call_fail_text(call, VARLINK_METHOD_NOT_IMPLEMENTED, "method", envelope.method);
	else
		return run_method(call, method, envelope.parameters);
	return 0;
}

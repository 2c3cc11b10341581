/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/request.h"

#include <json-c/json.h>

#include "common/cleanup.h"
#include "common/protocol.h"

struct json_object *request_new_id(uint64_t id)
{
	cleanup(protocol_put) struct json_object *parameters = json_object_new_object();

	if (!parameters || (id != 0 && protocol_add_number(parameters, "id", id) < 0))
		return NULL;
	return steal_pointer(&parameters);
}

static struct json_object *new_range(const struct pe_span *span)
{
	cleanup(protocol_put) struct json_object *range = json_object_new_object();

	if (!range || protocol_add_number(range, "first_pe", span->first_pe) < 0 ||
	    protocol_add_number(range, "extent_count", span->extent_count) < 0)
		return NULL;
	return steal_pointer(&range);
}

static struct json_object *new_pv(const struct pv_argument *pv)
{
	cleanup(protocol_put) struct json_object *choice = json_object_new_object();
	cleanup(protocol_put) struct json_object *ranges = json_object_new_array();

	if (!choice || !ranges || protocol_add_text(choice, "device", pv->device) < 0)
		return NULL;
	for (size_t i = 0; i < pv->span_count; i++)
		if (protocol_append(ranges, new_range(&pv->spans[i])) < 0)
			return NULL;
	if (pv->span_count > 0 && protocol_add_object(choice, "ranges", steal_pointer(&ranges)) < 0)
		return NULL;
	return steal_pointer(&choice);
}

static struct json_object *new_request(const struct options *options)
{
	cleanup(protocol_put) struct json_object *request = json_object_new_object();
	cleanup(protocol_put) struct json_object *destinations = json_object_new_array();

	if (!request || !destinations ||
	    protocol_add_object(request, "source", new_pv(&options->source)) < 0)
		return NULL;
	for (size_t i = 0; i < options->destination_count; i++)
		if (protocol_append(destinations, new_pv(&options->destinations[i])) < 0)
			return NULL;
	if (protocol_add_object(request, "destinations", steal_pointer(&destinations)) < 0)
		return NULL;
	if (options->lv && protocol_add_text(request, "lv", options->lv) < 0)
		return NULL;
	if (options->request_id &&
	    protocol_add_text(request, "request_id", options->request_id) < 0)
		return NULL;
	/* Not when it is not wanted: an older daemon does not know it. */
	if (options->verify &&
	    protocol_add_object(request, "verify", json_object_new_boolean(true)) < 0)
		return NULL;
	if (options->has_limit &&
	    protocol_add_number(request, "limit_bytes_s", options->limit_bytes_s) < 0)
		return NULL;
	if (options->has_max_latency &&
	    protocol_add_number(request, "max_latency_us", options->max_latency_us) < 0)
		return NULL;
	return steal_pointer(&request);
}

struct json_object *request_new_limit(const struct options *options)
{
	cleanup(protocol_put) struct json_object *parameters = request_new_id(options->id);

	if (!parameters ||
	    (options->limit_bytes_s != 0 &&
	     protocol_add_number(parameters, "limit_bytes_s", options->limit_bytes_s) < 0))
		return NULL;
	return steal_pointer(&parameters);
}

struct json_object *request_new_max_latency(const struct options *options)
{
	cleanup(protocol_put) struct json_object *parameters = request_new_id(options->id);

	if (!parameters ||
	    (options->max_latency_us != 0 &&
	     protocol_add_number(parameters, "max_latency_us", options->max_latency_us) < 0))
		return NULL;
	return steal_pointer(&parameters);
}

struct json_object *request_new_start(const struct options *options)
{
	cleanup(protocol_put) struct json_object *parameters = json_object_new_object();

	if (!parameters || protocol_add_object(parameters, "request", new_request(options)) < 0)
		return NULL;
	return steal_pointer(&parameters);
}

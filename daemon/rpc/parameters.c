/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/parameters.h"

#include <errno.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/rpc/devpath.h"

#define END                             \
	{                               \
		NULL, false, NULL, 0, 0 \
	}

static const struct parameter *find_parameter(const struct parameter *list, const char *name)
{
	for (; list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

static int read_members(const struct json_object *object, const struct parameter *list, void *out,
			const char **badp)
{
	for (; list->name; list++) {
		struct reading reading = {
			.value = json_object_object_get(object, list->name),
			.max_bytes = list->max_bytes,
			.badp = badp,
		};
		int ret;

		if (!reading.value && !list->required)
			continue;
		*badp = list->name;
		if (!reading.value)
			return -EBADMSG;
		ret = list->read(&reading, (char *)out + list->offset);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int read_object(const struct json_object *object, const struct parameter *list, void *out,
		       const char **badp)
{
	if (!json_object_is_type(object, json_type_object))
		return -EBADMSG;
	json_object_object_foreach((struct json_object *)object, name, value)
	{
		(void)value;
		if (!find_parameter(list, name)) {
			*badp = name;
			return -EBADMSG;
		}
	}
	return read_members(object, list, out, badp);
}

struct list {
	void *array; /* owned; NULL when there are none */
	size_t count;
};

/* Fills in the list also on failure, so that its owner frees what was read. */
static int read_list(const struct reading *reading, const struct parameter *list,
		     size_t element_size, struct list *out)
{
	size_t count;

	*out = (struct list){0};
	if (!json_object_is_type(reading->value, json_type_array))
		return -EBADMSG;
	count = json_object_array_length(reading->value);
	if (count > REQUEST_LIST_MAX)
		return -EBADMSG;
	if (count == 0)
		return 0;
	out->array = calloc(count, element_size);
	if (!out->array)
		return -ENOMEM;
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		int ret = read_object(json_object_array_get_idx(reading->value, i), list,
				      (char *)out->array + i * element_size, reading->badp);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int read_number(const struct reading *reading, void *out)
{
	return protocol_read_number(reading->value, out);
}

static int read_text(const struct reading *reading, void *out)
{
	char **textp = out;
	const char *text;

	if (protocol_read_text(reading->value, &text) < 0 || !text[0] ||
	    strlen(text) > reading->max_bytes)
		return -EBADMSG;
	*textp = strdup(text);
	return *textp ? 0 : -ENOMEM;
}

static int read_flag(const struct reading *reading, void *out)
{
	bool *flagp = out;

	if (!json_object_is_type(reading->value, json_type_boolean))
		return -EBADMSG;
	*flagp = json_object_get_boolean(reading->value);
	return 0;
}

/* A rate below which nothing could be kept is refused, and so is 0: none is null. */
static int read_limit(const struct reading *reading, void *out)
{
	uint64_t limit_bytes_s;

	if (protocol_read_number(reading->value, &limit_bytes_s) < 0 ||
	    limit_bytes_s < MOVE_LIMIT_MIN)
		return -EBADMSG;
	*(uint64_t *)out = limit_bytes_s;
	return 0;
}

static bool max_latency_is_sane(uint64_t max_latency_us)
{
	return max_latency_us >= MOVE_MAX_LATENCY_MIN_US &&
	       max_latency_us <= MOVE_MAX_LATENCY_MAX_US;
}

static int read_max_latency(const struct reading *reading, void *out)
{
	uint64_t max_latency_us;

	if (protocol_read_number(reading->value, &max_latency_us) < 0 ||
	    !max_latency_is_sane(max_latency_us))
		return -EBADMSG;
	*(uint64_t *)out = max_latency_us;
	return 0;
}

/* Here, and of the latency, 0 says that none is wanted, whatever moves have by default. */
static int read_request_limit(const struct reading *reading, void *out)
{
	struct move_request *request = out;

	if (protocol_read_number(reading->value, &request->limit_bytes_s) < 0 ||
	    (request->limit_bytes_s != 0 && request->limit_bytes_s < MOVE_LIMIT_MIN))
		return -EBADMSG;
	request->has_limit = true;
	return 0;
}

static int read_request_max_latency(const struct reading *reading, void *out)
{
	struct move_request *request = out;

	if (protocol_read_number(reading->value, &request->max_latency_us) < 0 ||
	    (request->max_latency_us != 0 && !max_latency_is_sane(request->max_latency_us)))
		return -EBADMSG;
	request->has_max_latency = true;
	return 0;
}

static int read_id(const struct reading *reading, void *out)
{
	struct parameters *parameters = out;

	parameters->has_id = true;
	return protocol_read_number(reading->value, &parameters->id);
}

static int read_device(const struct reading *reading, void *out)
{
	struct pv_choice *choice = out;
	int ret = read_text(reading, &choice->device);

	if (ret < 0)
		return ret;
	choice->dev = devpath_resolve(choice->device);
	return 0;
}

static const struct parameter range_parameters[] = {
	{"first_pe", true, read_number, offsetof(struct pe_range, first_pe), 0},
	{"extent_count", true, read_number, offsetof(struct pe_range, extent_count), 0},
	END,
};

static int read_ranges(const struct reading *reading, void *out)
{
	struct pv_choice *choice = out;
	struct list list;
	int ret = read_list(reading, range_parameters, sizeof(*choice->ranges), &list);

	choice->ranges = list.array;
	choice->range_count = list.count;
	return ret;
}

static const struct parameter choice_parameters[] = {
	{"device", true, read_device, 0, PARAMETER_DEVICE_MAX},
	{"ranges", false, read_ranges, 0, 0},
	END,
};

static int read_choice(const struct reading *reading, void *out)
{
	return read_object(reading->value, choice_parameters, out, reading->badp);
}

static int read_destinations(const struct reading *reading, void *out)
{
	struct move_request *request = out;
	struct list list;
	int ret = read_list(reading, choice_parameters, sizeof(*request->destinations), &list);

	request->destinations = list.array;
	request->destination_count = list.count;
	return ret;
}

static const struct parameter request_parameters[] = {
	{"source", true, read_choice, offsetof(struct move_request, source), 0},
	{"lv", false, read_text, offsetof(struct move_request, lv), PARAMETER_LV_MAX},
	{"destinations", false, read_destinations, 0, 0},
	{"request_id", false, read_text, offsetof(struct move_request, request_id),
	 PARAMETER_REQUEST_ID_MAX},
	{"verify", false, read_flag, offsetof(struct move_request, verify), 0},
	{"limit_bytes_s", false, read_request_limit, 0, 0},
	{"max_latency_us", false, read_request_max_latency, 0, 0},
	END,
};

static int read_request(const struct reading *reading, void *out)
{
	struct move_request **requestp = out;

	*requestp = calloc(1, sizeof(**requestp));
	if (!*requestp)
		return -ENOMEM;
	return read_object(reading->value, request_parameters, *requestp, reading->badp);
}

const struct parameter parameters_none[] = {END};
const struct parameter parameters_id[] = {{"id", true, read_id, 0, 0}, END};
const struct parameter parameters_optional_id[] = {{"id", false, read_id, 0, 0}, END};
const struct parameter parameters_limit[] = {
	{"id", true, read_id, 0, 0},
	{"limit_bytes_s", false, read_limit, offsetof(struct parameters, limit_bytes_s), 0},
	END,
};
const struct parameter parameters_max_latency[] = {
	{"id", true, read_id, 0, 0},
	{"max_latency_us", false, read_max_latency, offsetof(struct parameters, max_latency_us), 0},
	END,
};
const struct parameter parameters_host_limit[] = {
	{"limit_bytes_s", false, read_limit, offsetof(struct parameters, limit_bytes_s), 0},
	END,
};
const struct parameter parameters_request[] = {
	{"request", true, read_request, offsetof(struct parameters, request), 0},
	END,
};
const struct parameter parameters_interface[] = {
	{"interface", true, read_text, offsetof(struct parameters, interface),
	 PARAMETER_INTERFACE_MAX},
	END,
};

int parameters_read(const struct json_object *object, const struct parameter *list,
		    struct parameters *parameters, const char **badp)
{
	*parameters = (struct parameters){0};
	if (!object)
		return read_members(NULL, list, parameters, badp);
	return read_object(object, list, parameters, badp);
}

void parameters_deinit(struct parameters *parameters)
{
	move_request_free(parameters->request);
	free(parameters->interface);
	*parameters = (struct parameters){0};
}

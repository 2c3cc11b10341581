/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/encode.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/move.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/warning.h"

/* A number that is null when it is not known, or too big for the wire. */
static int add_number_if(bool known, struct json_object *object, const char *key, uint64_t number)
{
	return known && number <= INT64_MAX ? protocol_add_number(object, key, number)
					    : protocol_add_null(object, key);
}

static int add_text_or_null(struct json_object *object, const char *key, const char *text)
{
	return text ? protocol_add_text(object, key, text) : protocol_add_null(object, key);
}

int encode_limit(struct json_object *object, uint64_t limit_bytes_s)
{
	return add_number_if(limit_bytes_s != 0, object, "limit_bytes_s", limit_bytes_s);
}

static struct json_object *encode_reason(enum pass_reason code, const char *text)
{
	cleanup(protocol_put) struct json_object *reason = json_object_new_object();

	if (!reason || protocol_add_text(reason, "code", pass_reason_name(code)) < 0 ||
	    protocol_add_text(reason, "text", text) < 0)
		return NULL;
	return steal_pointer(&reason);
}

static int add_reason_or_null(struct json_object *object, const char *key, enum pass_reason code,
			      const char *text)
{
	return code == REASON_NONE ? protocol_add_null(object, key)
				   : protocol_add_object(object, key, encode_reason(code, text));
}

static struct json_object *encode_trouble(const struct pass_trouble *trouble)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();

	if (!object || protocol_add_text(object, "side", trouble_side_name(trouble->side)) < 0 ||
	    add_text_or_null(object, "device", *trouble->device ? trouble->device : NULL) < 0 ||
	    protocol_add_text(object, "pv_uuid", trouble->pv.text) < 0 ||
	    protocol_add_number(object, "first_le", trouble->first_le) < 0 ||
	    protocol_add_number(object, "le_count", trouble->le_count) < 0 ||
	    protocol_add_number(object, "first_sector", trouble->first_sector) < 0 ||
	    protocol_add_number(object, "sector_count", trouble->sector_count) < 0 ||
	    protocol_add_object(object, "exact", json_object_new_boolean(trouble->is_exact)) < 0)
		return NULL;
	return steal_pointer(&object);
}

static struct json_object *encode_pass(const struct pass *pass, bool verify)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();
	int ret;

	if (!object || protocol_add_text(object, "lv", pass->lv_name) < 0 ||
	    protocol_add_text(object, "lv_uuid", pass->reservation.lv.text) < 0 ||
	    protocol_add_text(object, "state", pass_state_name(pass->state)) < 0 ||
	    protocol_add_number(object, "total_bytes", pass->total_bytes) < 0 ||
	    add_number_if(pass->is_observed, object, "copied_bytes", pass->copied_bytes) < 0 ||
	    add_number_if(verify, object, "verified_bytes", pass->verified_bytes) < 0 ||
	    add_text_or_null(object, "unverified", *pass->unverified ? pass->unverified : NULL) <
		    0 ||
	    add_text_or_null(object, "wedged", *pass->wedged ? pass->wedged : NULL) < 0 ||
	    add_reason_or_null(object, "reason", pass->reason, pass->reason_text) < 0 ||
	    add_reason_or_null(object, "waits_for", pass->waits_for, pass->waits_text) < 0)
		return NULL;
	ret = pass->trouble.side == TROUBLE_NONE
		      ? protocol_add_null(object, "trouble")
		      : protocol_add_object(object, "trouble", encode_trouble(&pass->trouble));
	return ret < 0 ? NULL : steal_pointer(&object);
}

static struct json_object *encode_passes(const struct move *move)
{
	cleanup(protocol_put) struct json_object *passes = json_object_new_array();

	if (!passes)
		return NULL;
	for (size_t i = 0; i < move->pass_count; i++)
		if (protocol_append(passes, encode_pass(&move->passes[i], move->request->verify)) <
		    0)
			return NULL;
	return steal_pointer(&passes);
}

static struct json_object *encode_destinations(const struct move_request *request)
{
	cleanup(protocol_put) struct json_object *devices = json_object_new_array();

	if (!devices)
		return NULL;
	for (size_t i = 0; i < request->destination_count; i++) {
		const char *device = request->destinations[i].device;

		if (protocol_append(devices, protocol_new_text(device)) < 0)
			return NULL;
	}
	return steal_pointer(&devices);
}

/* What is as it was asked for, and the names. */
static int add_identity(struct json_object *object, const struct move *move)
{
	const struct move_request *request = move->request;

	if (protocol_add_number(object, "id", move->id) < 0 ||
	    protocol_add_text(object, "uuid", move->uuid) < 0 ||
	    protocol_add_text(object, "vg", move->vg_name) < 0 ||
	    protocol_add_text(object, "vg_uuid", move->vg.text) < 0 ||
	    protocol_add_text(object, "source", request->source.device) < 0 ||
	    add_text_or_null(object, "lv", request->lv) < 0 ||
	    protocol_add_object(object, "destinations", encode_destinations(request)) < 0)
		return -ENOMEM;
	return add_text_or_null(object, "request_id", request->request_id);
}

static struct json_object *encode_queue(const struct move_queue *queue)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();
	char path[sizeof("/dev/") + VG_DISK_NAME_MAX];

	snprintf(path, sizeof(path), "/dev/%s", queue->disk);
	if (!object || protocol_add_number(object, "place", queue->place) < 0 ||
	    protocol_add_number(object, "behind", queue->behind_id) < 0 ||
	    add_text_or_null(object, "disk", *queue->disk ? path : NULL) < 0)
		return NULL;
	return steal_pointer(&object);
}

/* What keeps a move from copying that is no trouble of its own. */
static int add_holdups(struct json_object *object, const struct move *move)
{
	int ret = move->queue.place == 0
			  ? protocol_add_null(object, "queue")
			  : protocol_add_object(object, "queue", encode_queue(&move->queue));

	return ret < 0 ? ret
		       : add_number_if(move->stalled_since_us != 0, object, "stalled_since_us",
				       move->stalled_since_us);
}

/* Rate and time left; of a move that copies nothing now they are not known. */
static int add_estimate(struct json_object *object, const struct move *move)
{
	uint64_t remaining_bytes = move_total_bytes(move) - move_copied_bytes(move);
	bool running = move_state(move) == MOVE_RUNNING && move->queue.place == 0;
	uint64_t rate_bytes_s = 0;
	uint64_t eta_us = 0;
	bool known = running && eta_rate(&move->eta, &rate_bytes_s);

	if (add_number_if(known, object, "rate_bytes_s", rate_bytes_s) < 0)
		return -ENOMEM;
	known = running && move_is_observed(move) && move->stalled_since_us == 0 &&
		eta_remaining(&move->eta, remaining_bytes, &eta_us);
	return add_number_if(known, object, "eta_us", eta_us);
}

static struct json_object *encode_latency(const struct move_latency *latency)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();

	if (!object || protocol_add_number(object, "ios", latency->ios) < 0 ||
	    protocol_add_number(object, "slow_ios", latency->slow_ios) < 0 ||
	    protocol_add_number(object, "narrowed", latency->narrowed) < 0 ||
	    protocol_add_object(object, "aside", json_object_new_boolean(latency->is_aside)) < 0)
		return NULL;
	return steal_pointer(&object);
}

static int add_latency(struct json_object *object, const struct move *move)
{
	if (add_number_if(move->max_latency_us != 0, object, "max_latency_us",
			  move->max_latency_us) < 0)
		return -ENOMEM;
	if (!move->latency.is_known)
		return protocol_add_null(object, "latency");
	return protocol_add_object(object, "latency", encode_latency(&move->latency));
}

struct json_object *encode_move(const struct move *move)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();

	if (!object || add_identity(object, move) < 0 ||
	    protocol_add_text(object, "state", move_state_name(move_state(move))) < 0 ||
	    protocol_add_object(object, "waiting", json_object_new_boolean(move->waiting)) < 0 ||
	    add_holdups(object, move) < 0 ||
	    protocol_add_object(object, "passes", encode_passes(move)) < 0 ||
	    protocol_add_number(object, "total_bytes", move_total_bytes(move)) < 0 ||
	    add_number_if(move_is_observed(move), object, "copied_bytes", move_copied_bytes(move)) <
		    0 ||
	    add_number_if(move->request->verify, object, "verified_bytes",
			  move_verified_bytes(move)) < 0 ||
	    add_estimate(object, move) < 0 || encode_limit(object, move->limit_bytes_s) < 0 ||
	    add_latency(object, move) < 0 ||
	    protocol_add_number(object, "created_us", move->created_us) < 0 ||
	    add_number_if(move->finished_us != 0, object, "finished_us", move->finished_us) < 0 ||
	    protocol_add_number(object, "seq", move->seq) < 0)
		return NULL;
	return steal_pointer(&object);
}

static struct json_object *encode_run(const struct plan *plan, const struct run *run)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();

	if (!object || protocol_add_number(object, "first_le", run->first_le) < 0 ||
	    protocol_add_number(object, "extent_count", run->extent_count) < 0 ||
	    protocol_add_text(object, "source", plan_pv_device(plan, &run->source_pv)) < 0 ||
	    protocol_add_number(object, "source_pe", run->source_pe) < 0 ||
	    protocol_add_text(object, "destination", plan_pv_device(plan, &run->dest_pv)) < 0 ||
	    protocol_add_number(object, "destination_pe", run->dest_pe) < 0)
		return NULL;
	return steal_pointer(&object);
}

static struct json_object *encode_runs(const struct plan *plan,
				       const struct reservation *reservation)
{
	cleanup(protocol_put) struct json_object *runs = json_object_new_array();

	if (!runs)
		return NULL;
	for (size_t i = 0; i < reservation->run_count; i++)
		if (protocol_append(runs, encode_run(plan, &reservation->runs[i])) < 0)
			return NULL;
	return steal_pointer(&runs);
}

static struct json_object *encode_planned_pass(const struct plan *plan,
					       const struct planned_pass *pass)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();
	uint64_t total_bytes = reservation_extent_count(&pass->reservation) * plan->extent_bytes;

	if (!object || protocol_add_text(object, "lv", pass->lv_name) < 0 ||
	    protocol_add_text(object, "lv_uuid", pass->reservation.lv.text) < 0 ||
	    protocol_add_number(object, "total_bytes", total_bytes) < 0 ||
	    protocol_add_object(object, "runs", encode_runs(plan, &pass->reservation)) < 0)
		return NULL;
	return steal_pointer(&object);
}

static struct json_object *encode_planned_passes(const struct plan *plan)
{
	cleanup(protocol_put) struct json_object *passes = json_object_new_array();

	if (!passes)
		return NULL;
	for (size_t i = 0; i < plan->pass_count; i++)
		if (protocol_append(passes, encode_planned_pass(plan, &plan->passes[i])) < 0)
			return NULL;
	return steal_pointer(&passes);
}

static struct json_object *encode_warning(const struct warning *warning)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();

	if (!object || protocol_add_text(object, "code", warning_name(warning->code)) < 0 ||
	    protocol_add_text(object, "text", warning->text) < 0)
		return NULL;
	return steal_pointer(&object);
}

int encode_warnings(struct json_object *object, const struct warning_list *warnings)
{
	cleanup(protocol_put) struct json_object *list = json_object_new_array();

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < warnings->count; i++)
		if (protocol_append(list, encode_warning(&warnings->items[i])) < 0)
			return -ENOMEM;
	return protocol_add_object(object, "warnings", steal_pointer(&list));
}

struct json_object *encode_plan(const struct plan *plan, const struct warning_list *warnings)
{
	cleanup(protocol_put) struct json_object *object = json_object_new_object();
	uint64_t total_bytes = plan->total_extents * plan->extent_bytes;
	uint64_t free_bytes = plan->free_extents * plan->extent_bytes;

	if (!object || protocol_add_text(object, "vg", plan->vg_name) < 0 ||
	    protocol_add_object(object, "passes", encode_planned_passes(plan)) < 0 ||
	    protocol_add_number(object, "total_bytes", total_bytes) < 0 ||
	    protocol_add_number(object, "peak_bytes", total_bytes) < 0 ||
	    protocol_add_number(object, "free_bytes", free_bytes) < 0 ||
	    encode_warnings(object, warnings) < 0)
		return NULL;
	return steal_pointer(&object);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/codec.h"

DEFINE_CLEANUP(struct json_object *, json_putp, json_object_put)

/*
 * json-c's constructors return NULL for want of memory, and adding NULL writes
 * a null, which decoding refuses: so a record is either right or never read.
 */
static void put_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void put_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? protocol_new_text(text) : NULL);
}

static struct json_object *encode_ranges(const struct pv_choice *choice)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < choice->range_count; i++) {
		struct json_object *range = json_object_new_object();

		put_u64(range, "pe", choice->ranges[i].first_pe);
		put_u64(range, "count", choice->ranges[i].extent_count);
		json_object_array_add(array, range);
	}
	return array;
}

static struct json_object *encode_choice(const struct pv_choice *choice)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "device", choice->device);
	put_text(object, "pv", choice->pv.text);
	json_object_object_add(object, "ranges", encode_ranges(choice));
	return object;
}

static struct json_object *encode_request(const struct move_request *request)
{
	struct json_object *object = json_object_new_object();
	struct json_object *destinations = json_object_new_array();

	for (size_t i = 0; i < request->destination_count; i++)
		json_object_array_add(destinations, encode_choice(&request->destinations[i]));
	json_object_object_add(object, "source", encode_choice(&request->source));
	put_text(object, "lv", request->lv);
	json_object_object_add(object, "destinations", destinations);
	put_text(object, "request_id", request->request_id);
	json_object_object_add(object, "verify", json_object_new_boolean(request->verify));
	return object;
}

static struct json_object *encode_reservation(const struct reservation *reservation)
{
	struct json_object *object = json_object_new_object();
	struct json_object *runs = json_object_new_array();

	for (size_t i = 0; i < reservation->run_count; i++) {
		const struct run *run = &reservation->runs[i];
		struct json_object *entry = json_object_new_object();

		put_u64(entry, "le", run->first_le);
		put_u64(entry, "count", run->extent_count);
		put_text(entry, "source_pv", run->source_pv.text);
		put_u64(entry, "source_pe", run->source_pe);
		put_text(entry, "dest_pv", run->dest_pv.text);
		put_u64(entry, "dest_pe", run->dest_pe);
		json_object_array_add(runs, entry);
	}
	put_text(object, "vg", reservation->vg.text);
	put_text(object, "lv", reservation->lv.text);
	put_text(object, "id", reservation->id.text);
	put_text(object, "name", reservation->name);
	json_object_object_add(object, "runs", runs);
	return object;
}

static struct json_object *encode_trouble(const struct pass_trouble *trouble)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "side", trouble_side_name(trouble->side));
	put_text(object, "pv", trouble->pv.text);
	put_text(object, "device", trouble->device);
	put_u64(object, "le", trouble->first_le);
	put_u64(object, "le_count", trouble->le_count);
	put_u64(object, "sector", trouble->first_sector);
	put_u64(object, "sector_count", trouble->sector_count);
	put_u64(object, "exact", trouble->is_exact);
	return object;
}

static struct json_object *encode_pass_object(const struct pass *pass, bool with_reservation)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "lv_name", pass->lv_name);
	put_text(object, "state", pass_state_name(pass->state));
	put_text(object, "reason", pass_reason_name(pass->reason));
	put_text(object, "reason_text", pass->reason_text);
	put_u64(object, "leg_number", pass->leg_number);
	put_text(object, "wedged", pass->wedged);
	put_text(object, "wedged_boot", pass->wedged_boot);
	put_text(object, "activated_boot", pass->activated_boot);
	put_u64(object, "verified_bytes", pass->verified_bytes);
	put_text(object, "unverified", pass->unverified);
	if (pass->trouble.side != TROUBLE_NONE)
		json_object_object_add(object, "trouble", encode_trouble(&pass->trouble));
	if (with_reservation)
		json_object_object_add(object, "reservation",
				       encode_reservation(&pass->reservation));
	return object;
}

/* NULL for want of memory. */
static struct json_object *new_record(void)
{
	struct json_object *record = json_object_new_object();

	if (record)
		put_u64(record, "version", CODEC_VERSION);
	return record;
}

static char *print_record(struct json_object *record)
{
	const char *text = json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN);

	return text ? strdup(text) : NULL;
}

/* Consumes the body. */
static char *encode_record(const char *key, struct json_object *body)
{
	cleanup(json_putp) struct json_object *record = new_record();

	if (!record || !body) {
		json_object_put(body);
		return NULL;
	}
	json_object_object_add(record, key, body);
	return print_record(record);
}

char *codec_encode_move(const struct move *move)
{
	struct json_object *object = json_object_new_object();
	struct json_object *passes = json_object_new_array();

	for (size_t i = 0; i < move->pass_count; i++)
		json_object_array_add(passes, encode_pass_object(&move->passes[i], true));
	put_u64(object, "id", move->id);
	put_text(object, "uuid", move->uuid);
	put_text(object, "vg", move->vg.text);
	put_text(object, "vg_name", move->vg_name);
	put_u64(object, "extent_bytes", move->extent_bytes);
	json_object_object_add(object, "request", encode_request(move->request));
	put_text(object, "goal", move_goal_name(move->goal));
	put_u64(object, "limit_bytes_s", move->limit_bytes_s);
	put_u64(object, "max_latency_us", move->max_latency_us);
	put_u64(object, "created_us", move->created_us);
	put_u64(object, "finished_us", move->finished_us);
	json_object_object_add(object, "passes", passes);
	return encode_record("move", object);
}

char *codec_encode_pass(const struct move *move, const struct pass *pass, uint64_t at_us,
			bool with_reservation)
{
	struct json_object *object = encode_pass_object(pass, with_reservation);

	put_u64(object, "move_id", move->id);
	put_u64(object, "index", (uint64_t)(pass - move->passes));
	put_u64(object, "at_us", at_us);
	return encode_record("pass", object);
}

char *codec_encode_goal(const struct move *move)
{
	struct json_object *object = json_object_new_object();

	put_u64(object, "move_id", move->id);
	put_text(object, "goal", move_goal_name(move->goal));
	put_u64(object, "limit_bytes_s", move->limit_bytes_s);
	put_u64(object, "max_latency_us", move->max_latency_us);
	return encode_record("goal", object);
}

char *codec_encode_next_id(uint64_t next_id, uint64_t host_limit_bytes_s)
{
	cleanup(json_putp) struct json_object *record = new_record();

	if (!record)
		return NULL;
	put_u64(record, "next_id", next_id);
	put_u64(record, "host_limit_bytes_s", host_limit_bytes_s);
	return print_record(record);
}

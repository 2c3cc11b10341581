/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/move/codec.h"

/* Most passes of a move and runs of a pass that a record may hold, and its longest text. */
#define CODEC_PASSES_MAX 100000
#define CODEC_RUNS_MAX   1000000
#define CODEC_TEXT_MAX   4096
#define CODEC_DEPTH_MAX  16
/* LVM counts the sectors of an extent in 32 bits. */
#define EXTENT_BYTES_MAX (UINT64_C(512) * UINT32_MAX)

DEFINE_CLEANUP(struct json_object *, json_putp, json_object_put)

void record_deinit(struct record *record)
{
	move_free(record->move);
	free(record->pass.lv_name);
	reservation_deinit(&record->pass.reservation);
	*record = (struct record){0};
}

static struct json_object *get(const struct json_object *object, const char *key,
			       enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

static int get_u64(const struct json_object *object, const char *key, uint64_t *valuep)
{
	struct json_object *value = get(object, key, json_type_int);

	/*
	 * json-c gives 0 for a negative number asked for as unsigned: tell it from a real 0. What
	 * is beyond 63 bits no protocol could say.
	 */
	if (!value || json_object_get_int64(value) < 0 || json_object_get_uint64(value) > INT64_MAX)
		return -EBADMSG;
	*valuep = json_object_get_uint64(value);
	return 0;
}

/* Borrowed text without NULs in it, or NULL. */
static const char *get_text(const struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key, json_type_string);
	const char *text = value ? json_object_get_string(value) : NULL;
	int len_bytes = value ? json_object_get_string_len(value) : 0;

	if (!text || len_bytes > CODEC_TEXT_MAX || strlen(text) != (size_t)len_bytes)
		return NULL;
	return text;
}

static int get_text_into(const struct json_object *object, const char *key, char *buffer,
			 size_t size_bytes)
{
	const char *text = get_text(object, key);

	if (!text || strlen(text) >= size_bytes)
		return -EBADMSG;
	memcpy(buffer, text, strlen(text) + 1);
	return 0;
}

static int get_text_dup(const struct json_object *object, const char *key, char **textp)
{
	const char *text = get_text(object, key);

	if (!text)
		return -EBADMSG;
	*textp = strdup(text);
	return *textp ? 0 : -ENOMEM;
}

/* The same for a text that may be null: *textp is NULL then. */
static int get_optional_text_dup(const struct json_object *object, const char *key, char **textp)
{
	struct json_object *value = NULL;

	if (json_object_object_get_ex(object, key, &value) && !value)
		return 0;
	return get_text_dup(object, key, textp);
}

/* Members that records of older versions lack, and that are 0, "" or false then. */
static int get_later_u64(const struct json_object *object, const char *key, uint64_t *valuep)
{
	return json_object_object_get_ex(object, key, NULL) ? get_u64(object, key, valuep) : 0;
}

static int get_later_text_into(const struct json_object *object, const char *key, char *buffer,
			       size_t size_bytes)
{
	return json_object_object_get_ex(object, key, NULL)
		       ? get_text_into(object, key, buffer, size_bytes)
		       : 0;
}

static int get_later_flag(const struct json_object *object, const char *key, bool *valuep)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_boolean))
		return -EBADMSG;
	*valuep = json_object_get_boolean(value);
	return 0;
}

static int get_id(const struct json_object *object, const char *key, struct lvm_id *idp)
{
	const char *text = get_text(object, key);

	return text && lvm_id_parse(text, idp) == 0 ? 0 : -EBADMSG;
}

/* An array of at most max elements, which are all objects; NULL otherwise. */
static struct json_object *get_objects(const struct json_object *object, const char *key,
				       size_t max, size_t *countp)
{
	struct json_object *array = get(object, key, json_type_array);
	size_t count = array ? json_object_array_length(array) : 0;

	if (!array || count > max)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!json_object_is_type(json_object_array_get_idx(array, i), json_type_object))
			return NULL;
	*countp = count;
	return array;
}

/* An array for count elements; never NULL but for want of memory. */
static void *new_array(size_t count, size_t size_bytes)
{
	return calloc(count ? count : 1, size_bytes);
}

static int decode_goal_name(const struct json_object *object, enum move_goal *goalp)
{
	const char *name = get_text(object, "goal");
	int goal = name ? move_goal_from_name(name) : -1;

	if (goal < 0)
		return -EBADMSG;
	*goalp = (enum move_goal)goal;
	return 0;
}

static int decode_run(const struct json_object *object, struct run *run)
{
	if (get_u64(object, "le", &run->first_le) < 0 ||
	    get_u64(object, "count", &run->extent_count) < 0 ||
	    get_u64(object, "source_pe", &run->source_pe) < 0 ||
	    get_u64(object, "dest_pe", &run->dest_pe) < 0 ||
	    get_id(object, "source_pv", &run->source_pv) < 0 ||
	    get_id(object, "dest_pv", &run->dest_pv) < 0)
		return -EBADMSG;
	/* extents are 32-bit numbers in LVM: sums of two cannot overflow */
	if (run->extent_count == 0 || run->first_le > UINT32_MAX ||
	    run->extent_count > UINT32_MAX || run->source_pe > UINT32_MAX ||
	    run->dest_pe > UINT32_MAX)
		return -EBADMSG;
	return 0;
}

static int decode_reservation(const struct json_object *object, struct reservation *reservation)
{
	size_t count = 0;
	struct json_object *runs = get_objects(object, "runs", CODEC_RUNS_MAX, &count);
	uint64_t next_le = 0;

	if (!runs || count == 0 || get_id(object, "vg", &reservation->vg) < 0 ||
	    get_id(object, "lv", &reservation->lv) < 0 ||
	    get_id(object, "id", &reservation->id) < 0 ||
	    get_text_into(object, "name", reservation->name, sizeof(reservation->name)) < 0)
		return -EBADMSG;
	reservation->runs = new_array(count, sizeof(*reservation->runs));
	if (!reservation->runs)
		return -ENOMEM;
	reservation->run_count = count;
	for (size_t i = 0; i < count; i++) {
		struct run *run = &reservation->runs[i];

		if (decode_run(json_object_array_get_idx(runs, i), run) < 0 ||
		    run->first_le < next_le)
			return -EBADMSG;
		next_le = run->first_le + run->extent_count;
	}
	return next_le <= UINT32_MAX ? 0 : -EBADMSG;
}

/* Of a pass that no disk has failed there is none, and earlier versions wrote none. */
static int decode_trouble(const struct json_object *pass, struct pass_trouble *troublep)
{
	struct json_object *object = NULL;
	struct pass_trouble trouble = {0};
	uint64_t is_exact = 0;
	const char *side;
	int side_number;

	if (!json_object_object_get_ex(pass, "trouble", &object))
		return 0;
	side = json_object_is_type(object, json_type_object) ? get_text(object, "side") : NULL;
	side_number = side ? trouble_side_from_name(side) : -1;
	if (side_number <= TROUBLE_NONE || get_id(object, "pv", &trouble.pv) < 0 ||
	    get_text_into(object, "device", trouble.device, sizeof(trouble.device)) < 0 ||
	    get_u64(object, "le", &trouble.first_le) < 0 ||
	    get_u64(object, "le_count", &trouble.le_count) < 0 ||
	    get_u64(object, "sector", &trouble.first_sector) < 0 ||
	    get_u64(object, "sector_count", &trouble.sector_count) < 0 ||
	    get_u64(object, "exact", &is_exact) < 0 || is_exact > 1 || trouble.le_count == 0 ||
	    trouble.sector_count == 0)
		return -EBADMSG;
	trouble.side = (enum trouble_side)side_number;
	trouble.is_exact = is_exact;
	*troublep = trouble;
	return 0;
}

/* Legs that are wedged, if any are. */
static int decode_wedged(const struct json_object *object, struct pass *pass)
{
	if (get_later_u64(object, "leg_number", &pass->leg_number) < 0 ||
	    pass->leg_number > UINT32_MAX ||
	    get_later_text_into(object, "wedged", pass->wedged, sizeof(pass->wedged)) < 0 ||
	    get_later_text_into(object, "wedged_boot", pass->wedged_boot,
				sizeof(pass->wedged_boot)) < 0)
		return -EBADMSG;
	return 0;
}

static int decode_pass(const struct json_object *object, struct pass *pass, bool *has_runsp)
{
	const char *state = get_text(object, "state");
	const char *reason = get_text(object, "reason");
	const struct json_object *reservation = get(object, "reservation", json_type_object);

	if (!state || !reason || pass_state_from_name(state) < 0 ||
	    pass_reason_from_name(reason) < 0 || decode_wedged(object, pass) < 0 ||
	    get_text_into(object, "reason_text", pass->reason_text, sizeof(pass->reason_text)) <
		    0 ||
	    get_text_into(object, "activated_boot", pass->activated_boot,
			  sizeof(pass->activated_boot)) < 0 ||
	    get_later_u64(object, "verified_bytes", &pass->verified_bytes) < 0 ||
	    get_later_text_into(object, "unverified", pass->unverified, sizeof(pass->unverified)) <
		    0 ||
	    decode_trouble(object, &pass->trouble) < 0)
		return -EBADMSG;
	pass->state = (enum pass_state)pass_state_from_name(state);
	pass->reason = (enum pass_reason)pass_reason_from_name(reason);
	*has_runsp = reservation;
	if (reservation) {
		int r = decode_reservation(reservation, &pass->reservation);

		if (r < 0)
			return r;
	}
	return get_text_dup(object, "lv_name", &pass->lv_name);
}

static int decode_choice(const struct json_object *object, struct pv_choice *choice)
{
	size_t count = 0;
	struct json_object *ranges = get_objects(object, "ranges", REQUEST_LIST_MAX, &count);

	if (!ranges || get_id(object, "pv", &choice->pv) < 0)
		return -EBADMSG;
	choice->ranges = new_array(count, sizeof(*choice->ranges));
	if (!choice->ranges)
		return -ENOMEM;
	choice->range_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct json_object *range = json_object_array_get_idx(ranges, i);

		if (get_u64(range, "pe", &choice->ranges[i].first_pe) < 0 ||
		    get_u64(range, "count", &choice->ranges[i].extent_count) < 0)
			return -EBADMSG;
	}
	return get_text_dup(object, "device", &choice->device);
}

static int decode_request(const struct json_object *object, struct move_request *request)
{
	size_t count = 0;
	const struct json_object *source = get(object, "source", json_type_object);
	struct json_object *list = get_objects(object, "destinations", REQUEST_LIST_MAX, &count);
	int r;

	if (!source || !list || get_later_flag(object, "verify", &request->verify) < 0)
		return -EBADMSG;
	request->destinations = new_array(count, sizeof(*request->destinations));
	if (!request->destinations)
		return -ENOMEM;
	request->destination_count = count;
	for (size_t i = 0; i < count; i++) {
		r = decode_choice(json_object_array_get_idx(list, i), &request->destinations[i]);
		if (r < 0)
			return r;
	}
	r = decode_choice(source, &request->source);
	if (r == 0)
		r = get_optional_text_dup(object, "lv", &request->lv);
	if (r == 0)
		r = get_optional_text_dup(object, "request_id", &request->request_id);
	return r;
}

static int decode_passes(const struct json_object *object, struct move *move)
{
	size_t count = 0;
	struct json_object *passes = get_objects(object, "passes", CODEC_PASSES_MAX, &count);

	if (!passes || count == 0)
		return -EBADMSG;
	move->passes = new_array(count, sizeof(*move->passes));
	if (!move->passes)
		return -ENOMEM;
	move->pass_count = count;
	for (size_t i = 0; i < count; i++) {
		bool has_runs = false;
		int r = decode_pass(json_object_array_get_idx(passes, i), &move->passes[i],
				    &has_runs);

		if (r < 0)
			return r;
		if (!has_runs)
			return -EBADMSG;
	}
	return 0;
}

static int decode_move(const struct json_object *object, struct move *move)
{
	const struct json_object *request = get(object, "request", json_type_object);
	int r;

	/* the id after the last one has to be one, too */
	if (!request || get_u64(object, "id", &move->id) < 0 || move->id == 0 ||
	    move->id == INT64_MAX ||
	    get_text_into(object, "uuid", move->uuid, sizeof(move->uuid)) < 0 ||
	    get_id(object, "vg", &move->vg) < 0 ||
	    get_u64(object, "extent_bytes", &move->extent_bytes) < 0 || move->extent_bytes == 0 ||
	    move->extent_bytes > EXTENT_BYTES_MAX || decode_goal_name(object, &move->goal) < 0 ||
	    get_later_u64(object, "limit_bytes_s", &move->limit_bytes_s) < 0 ||
	    get_u64(object, "created_us", &move->created_us) < 0 ||
	    get_u64(object, "finished_us", &move->finished_us) < 0)
		return -EBADMSG;
	move->request = calloc(1, sizeof(*move->request));
	if (!move->request)
		return -ENOMEM;
	r = decode_request(request, move->request);
	if (r == 0)
		r = get_text_dup(object, "vg_name", &move->vg_name);
	if (r == 0)
		r = decode_passes(object, move);
	return r;
}

static int decode_pass_record(const struct json_object *object, struct record *record)
{
	uint64_t index = 0;
	bool has_runs = false;

	if (get_u64(object, "move_id", &record->move_id) < 0 ||
	    get_u64(object, "index", &index) < 0 || index >= CODEC_PASSES_MAX ||
	    get_u64(object, "at_us", &record->at_us) < 0)
		return -EBADMSG;
	record->pass_index = (size_t)index;
	return decode_pass(object, &record->pass, &has_runs);
}

static int decode_body(const struct json_object *object, struct record *record)
{
	const struct json_object *body;

	if ((body = get(object, "move", json_type_object))) {
		record->type = RECORD_MOVE;
		record->move = calloc(1, sizeof(*record->move));
		return record->move ? decode_move(body, record->move) : -ENOMEM;
	}
	if ((body = get(object, "pass", json_type_object))) {
		record->type = RECORD_PASS;
		return decode_pass_record(body, record);
	}
	if ((body = get(object, "goal", json_type_object))) {
		record->type = RECORD_GOAL;
		if (get_u64(body, "move_id", &record->move_id) < 0 ||
		    get_later_u64(body, "limit_bytes_s", &record->limit_bytes_s) < 0)
			return -EBADMSG;
		return decode_goal_name(body, &record->goal);
	}
	record->type = RECORD_NEXT_ID;
	record->has_host_limit = json_object_object_get_ex(object, "host_limit_bytes_s", NULL);
	if (get_later_u64(object, "host_limit_bytes_s", &record->host_limit_bytes_s) < 0)
		return -EBADMSG;
	return get_u64(object, "next_id", &record->next_id);
}

int codec_decode(const char *payload, size_t len_bytes, struct record *recordp)
{
	struct json_tokener *tokener = json_tokener_new_ex(CODEC_DEPTH_MAX);
	cleanup(json_putp) struct json_object *object = NULL;
	struct record record = {0};
	uint64_t version = 0;
	int r;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (len_bytes > 0 && len_bytes <= INT32_MAX)
		object = json_tokener_parse_ex(tokener, payload, (int)len_bytes);
	json_tokener_free(tokener);
	if (!json_object_is_type(object, json_type_object) ||
	    get_u64(object, "version", &version) < 0 || version != CODEC_VERSION)
		return -EBADMSG;
	r = decode_body(object, &record);
	if (r < 0) {
		record_deinit(&record);
		return r;
	}
	*recordp = record;
	return 0;
}

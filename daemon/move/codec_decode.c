/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "daemon/move/codec.h"
#include "daemon/move/member.h"

/* Most passes of a move and runs of a pass that a record may hold. */
#define CODEC_PASSES_MAX 100000
#define CODEC_RUNS_MAX   1000000
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

/* An array for count elements; never NULL but for want of memory. */
static void *new_array(size_t count, size_t size_bytes)
{
	return calloc(count ? count : 1, size_bytes);
}

static int decode_goal_name(const struct json_object *object, enum move_goal *goalp)
{
	const char *name = member_find_text(object, "goal");
	int goal = name ? move_goal_from_name(name) : -1;

	if (goal < 0)
		return -EBADMSG;
	*goalp = (enum move_goal)goal;
	return 0;
}

static int decode_run(const struct json_object *object, struct run *run)
{
	if (member_read_number(object, "le", &run->first_le) < 0 ||
	    member_read_number(object, "count", &run->extent_count) < 0 ||
	    member_read_number(object, "source_pe", &run->source_pe) < 0 ||
	    member_read_number(object, "dest_pe", &run->dest_pe) < 0 ||
	    member_read_id(object, "source_pv", &run->source_pv) < 0 ||
	    member_read_id(object, "dest_pv", &run->dest_pv) < 0)
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
	struct json_object *runs = member_find_objects(object, "runs", CODEC_RUNS_MAX, &count);
	uint64_t next_le = 0;

	if (!runs || count == 0 || member_read_id(object, "vg", &reservation->vg) < 0 ||
	    member_read_id(object, "lv", &reservation->lv) < 0 ||
	    member_read_id(object, "id", &reservation->id) < 0 ||
	    member_read_text(object, "name", reservation->name, sizeof(reservation->name)) < 0)
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
	side = json_object_is_type(object, json_type_object) ? member_find_text(object, "side")
							     : NULL;
	side_number = side ? trouble_side_from_name(side) : -1;
	if (side_number <= TROUBLE_NONE || member_read_id(object, "pv", &trouble.pv) < 0 ||
	    member_read_text(object, "device", trouble.device, sizeof(trouble.device)) < 0 ||
	    member_read_number(object, "le", &trouble.first_le) < 0 ||
	    member_read_number(object, "le_count", &trouble.le_count) < 0 ||
	    member_read_number(object, "sector", &trouble.first_sector) < 0 ||
	    member_read_number(object, "sector_count", &trouble.sector_count) < 0 ||
	    member_read_number(object, "exact", &is_exact) < 0 || is_exact > 1 ||
	    trouble.le_count == 0 || trouble.sector_count == 0)
		return -EBADMSG;
	trouble.side = (enum trouble_side)side_number;
	trouble.is_exact = is_exact;
	*troublep = trouble;
	return 0;
}

/* Legs that are wedged, if any are. */
static int decode_wedged(const struct json_object *object, struct pass *pass)
{
	if (member_read_later_number(object, "leg_number", &pass->leg_number) < 0 ||
	    pass->leg_number > UINT32_MAX ||
	    member_read_later_text(object, "wedged", pass->wedged, sizeof(pass->wedged)) < 0 ||
	    member_read_later_text(object, "wedged_boot", pass->wedged_boot,
				   sizeof(pass->wedged_boot)) < 0)
		return -EBADMSG;
	return 0;
}

static int decode_pass(const struct json_object *object, struct pass *pass, bool *has_runsp)
{
	const char *state = member_find_text(object, "state");
	const char *reason = member_find_text(object, "reason");
	const struct json_object *reservation = member_find_object(object, "reservation");

	if (!state || !reason || pass_state_from_name(state) < 0 ||
	    pass_reason_from_name(reason) < 0 || decode_wedged(object, pass) < 0 ||
	    member_read_text(object, "reason_text", pass->reason_text, sizeof(pass->reason_text)) <
		    0 ||
	    member_read_text(object, "activated_boot", pass->activated_boot,
			     sizeof(pass->activated_boot)) < 0 ||
	    member_read_later_number(object, "verified_bytes", &pass->verified_bytes) < 0 ||
	    member_read_later_text(object, "unverified", pass->unverified,
				   sizeof(pass->unverified)) < 0 ||
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
	return member_copy_text(object, "lv_name", &pass->lv_name);
}

static int decode_choice(const struct json_object *object, struct pv_choice *choice)
{
	size_t count = 0;
	struct json_object *ranges =
		member_find_objects(object, "ranges", REQUEST_LIST_MAX, &count);

	if (!ranges || member_read_id(object, "pv", &choice->pv) < 0)
		return -EBADMSG;
	choice->ranges = new_array(count, sizeof(*choice->ranges));
	if (!choice->ranges)
		return -ENOMEM;
	choice->range_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct json_object *range = json_object_array_get_idx(ranges, i);

		if (member_read_number(range, "pe", &choice->ranges[i].first_pe) < 0 ||
		    member_read_number(range, "count", &choice->ranges[i].extent_count) < 0)
			return -EBADMSG;
	}
	return member_copy_text(object, "device", &choice->device);
}

static int decode_request(const struct json_object *object, struct move_request *request)
{
	size_t count = 0;
	const struct json_object *source = member_find_object(object, "source");
	struct json_object *list =
		member_find_objects(object, "destinations", REQUEST_LIST_MAX, &count);
	int r;

	if (!source || !list || member_read_later_flag(object, "verify", &request->verify) < 0)
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
		r = member_copy_nullable_text(object, "lv", &request->lv);
	if (r == 0)
		r = member_copy_nullable_text(object, "request_id", &request->request_id);
	return r;
}

static int decode_passes(const struct json_object *object, struct move *move)
{
	size_t count = 0;
	struct json_object *passes =
		member_find_objects(object, "passes", CODEC_PASSES_MAX, &count);

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
	const struct json_object *request = member_find_object(object, "request");
	int r;

	/* the id after the last one has to be one, too */
	if (!request || member_read_number(object, "id", &move->id) < 0 || move->id == 0 ||
	    move->id == INT64_MAX ||
	    member_read_text(object, "uuid", move->uuid, sizeof(move->uuid)) < 0 ||
	    member_read_id(object, "vg", &move->vg) < 0 ||
	    member_read_number(object, "extent_bytes", &move->extent_bytes) < 0 ||
	    move->extent_bytes == 0 || move->extent_bytes > EXTENT_BYTES_MAX ||
	    decode_goal_name(object, &move->goal) < 0 ||
	    member_read_later_number(object, "limit_bytes_s", &move->limit_bytes_s) < 0 ||
	    member_read_later_number(object, "max_latency_us", &move->max_latency_us) < 0 ||
	    member_read_number(object, "created_us", &move->created_us) < 0 ||
	    member_read_number(object, "finished_us", &move->finished_us) < 0)
		return -EBADMSG;
	move->request = calloc(1, sizeof(*move->request));
	if (!move->request)
		return -ENOMEM;
	r = decode_request(request, move->request);
	if (r == 0)
		r = member_copy_text(object, "vg_name", &move->vg_name);
	if (r == 0)
		r = decode_passes(object, move);
	return r;
}

static int decode_pass_record(const struct json_object *object, struct record *record)
{
	uint64_t index = 0;
	bool has_runs = false;

	if (member_read_number(object, "move_id", &record->move_id) < 0 ||
	    member_read_number(object, "index", &index) < 0 || index >= CODEC_PASSES_MAX ||
	    member_read_number(object, "at_us", &record->at_us) < 0)
		return -EBADMSG;
	record->pass_index = (size_t)index;
	return decode_pass(object, &record->pass, &has_runs);
}

static int decode_body(const struct json_object *object, struct record *record)
{
	const struct json_object *body;

	if ((body = member_find_object(object, "move"))) {
		record->type = RECORD_MOVE;
		record->move = calloc(1, sizeof(*record->move));
		return record->move ? decode_move(body, record->move) : -ENOMEM;
	}
	if ((body = member_find_object(object, "pass"))) {
		record->type = RECORD_PASS;
		return decode_pass_record(body, record);
	}
	if ((body = member_find_object(object, "goal"))) {
		record->type = RECORD_GOAL;
		if (member_read_number(body, "move_id", &record->move_id) < 0 ||
		    member_read_later_number(body, "limit_bytes_s", &record->limit_bytes_s) < 0 ||
		    member_read_later_number(body, "max_latency_us", &record->max_latency_us) < 0)
			return -EBADMSG;
		return decode_goal_name(body, &record->goal);
	}
	record->type = RECORD_NEXT_ID;
	record->has_host_limit = json_object_object_get_ex(object, "host_limit_bytes_s", NULL);
	if (member_read_later_number(object, "host_limit_bytes_s", &record->host_limit_bytes_s) < 0)
		return -EBADMSG;
	return member_read_number(object, "next_id", &record->next_id);
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
	    member_read_number(object, "version", &version) < 0 || version != CODEC_VERSION)
		return -EBADMSG;
	r = decode_body(object, &record);
	if (r < 0) {
		record_deinit(&record);
		return r;
	}
	*recordp = record;
	return 0;
}

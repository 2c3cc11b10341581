/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/view.h"

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "common/protocol.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_FLAG,
	FIELD_LIST,
};

/* A member of a JSON object, and where its value goes in the view. */
struct field {
	const char *name;
	size_t offset;
	enum field_kind kind;
	bool nullable;
};

static int read_field(const struct field *field, struct json_object *value, void *to)
{
	switch (field->kind) {
	case FIELD_TEXT:
		*(const char **)to = NULL;
		return field->nullable && !value ? 0 : protocol_read_text(value, to);
	case FIELD_NUMBER:
		*(uint64_t *)to = VIEW_UNKNOWN;
		return field->nullable && !value ? 0 : protocol_read_number(value, to);
	case FIELD_FLAG:
		if (!json_object_is_type(value, json_type_boolean))
			return -EBADMSG;
		*(bool *)to = json_object_get_boolean(value);
		return 0;
	case FIELD_LIST:
		if (!json_object_is_type(value, json_type_array))
			return -EBADMSG;
		*(struct json_object **)to = value;
		return 0;
	}
	assert(!"a kind of field");
	return -EBADMSG;
}

/* A nullable member may be left out as well. */
static int read_fields(struct json_object *object, const struct field *fields, size_t count,
		       void *view)
{
	if (!json_object_is_type(object, json_type_object))
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = json_object_object_get(object, fields[i].name);
		int ret = read_field(&fields[i], value, (char *)view + fields[i].offset);

		if (ret < 0)
			return ret;
	}
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int read_trouble(struct json_object *object, struct trouble_view *troublep)
{
	static const struct field fields[] = {
		{"side", offsetof(struct trouble_view, side), FIELD_TEXT, false},
		{"device", offsetof(struct trouble_view, device), FIELD_TEXT, true},
		{"pv_uuid", offsetof(struct trouble_view, pv_uuid), FIELD_TEXT, false},
		{"first_le", offsetof(struct trouble_view, first_le), FIELD_NUMBER, false},
		{"le_count", offsetof(struct trouble_view, le_count), FIELD_NUMBER, false},
		{"first_sector", offsetof(struct trouble_view, first_sector), FIELD_NUMBER, false},
		{"sector_count", offsetof(struct trouble_view, sector_count), FIELD_NUMBER, false},
		{"exact", offsetof(struct trouble_view, exact), FIELD_FLAG, false},
	};
	struct trouble_view trouble = {0};
	int ret = read_fields(object, fields, COUNT(fields), &trouble);

	if (ret == 0 && (trouble.le_count == 0 || trouble.sector_count == 0))
		ret = -EBADMSG;
	if (ret == 0)
		*troublep = trouble;
	return ret;
}

/* The three members of a pass that may be null. */
static int read_reasons(struct json_object *object, struct pass_view *pass)
{
	static const struct field reason_fields[] = {
		{"code", offsetof(struct pass_view, reason_code), FIELD_TEXT, false},
		{"text", offsetof(struct pass_view, reason_text), FIELD_TEXT, false},
	};
	static const struct field wait_fields[] = {
		{"code", offsetof(struct pass_view, waits_code), FIELD_TEXT, false},
		{"text", offsetof(struct pass_view, waits_text), FIELD_TEXT, false},
	};
	struct json_object *reason = json_object_object_get(object, "reason");
	struct json_object *wait = json_object_object_get(object, "waits_for");
	struct json_object *trouble = json_object_object_get(object, "trouble");
	int ret = reason ? read_fields(reason, reason_fields, COUNT(reason_fields), pass) : 0;

	if (ret == 0 && wait)
		ret = read_fields(wait, wait_fields, COUNT(wait_fields), pass);
	if (ret == 0 && trouble)
		ret = read_trouble(trouble, &pass->trouble);
	return ret;
}

static int read_pass(struct json_object *object, struct pass_view *passp)
{
	static const struct field pass_fields[] = {
		{"lv", offsetof(struct pass_view, lv), FIELD_TEXT, false},
		{"state", offsetof(struct pass_view, state), FIELD_TEXT, false},
		{"total_bytes", offsetof(struct pass_view, total_bytes), FIELD_NUMBER, false},
		{"copied_bytes", offsetof(struct pass_view, copied_bytes), FIELD_NUMBER, true},
		{"verified_bytes", offsetof(struct pass_view, verified_bytes), FIELD_NUMBER, true},
		{"unverified", offsetof(struct pass_view, unverified), FIELD_TEXT, true},
		{"wedged", offsetof(struct pass_view, wedged), FIELD_TEXT, true},
	};
	struct pass_view pass = {0};
	int ret = read_fields(object, pass_fields, COUNT(pass_fields), &pass);

	if (ret == 0)
		ret = read_reasons(object, &pass);
	if (ret == 0)
		*passp = pass;
	return ret;
}

static int read_queue(struct json_object *object, struct move_view *move)
{
	static const struct field fields[] = {
		{"place", offsetof(struct move_view, queue_place), FIELD_NUMBER, false},
		{"behind", offsetof(struct move_view, queue_behind), FIELD_NUMBER, false},
		{"disk", offsetof(struct move_view, queue_disk), FIELD_TEXT, true},
	};
	struct json_object *queue = json_object_object_get(object, "queue");
	int ret;

	move->queue_place = VIEW_UNKNOWN;
	move->queue_behind = VIEW_UNKNOWN;
	move->queue_disk = NULL;
	if (!queue)
		return 0;
	ret = read_fields(queue, fields, COUNT(fields), move);
	return ret == 0 && (move->queue_place == 0 || move->queue_behind == 0) ? -EBADMSG : ret;
}

static int read_latency(struct json_object *object, struct move_view *move)
{
	static const struct field fields[] = {
		{"ios", offsetof(struct move_view, ios), FIELD_NUMBER, false},
		{"slow_ios", offsetof(struct move_view, slow_ios), FIELD_NUMBER, false},
		{"narrowed", offsetof(struct move_view, narrowed), FIELD_NUMBER, false},
		{"aside", offsetof(struct move_view, aside), FIELD_FLAG, false},
	};
	struct json_object *latency = json_object_object_get(object, "latency");

	move->ios = move->slow_ios = move->narrowed = VIEW_UNKNOWN;
	move->aside = false;
	return latency ? read_fields(latency, fields, COUNT(fields), move) : 0;
}

int view_read_move(struct json_object *object, struct move_view *movep)
{
	static const struct field fields[] = {
		{"id", offsetof(struct move_view, id), FIELD_NUMBER, false},
		{"uuid", offsetof(struct move_view, uuid), FIELD_TEXT, false},
		{"state", offsetof(struct move_view, state), FIELD_TEXT, false},
		{"waiting", offsetof(struct move_view, waiting), FIELD_FLAG, false},
		{"vg", offsetof(struct move_view, vg), FIELD_TEXT, false},
		{"source", offsetof(struct move_view, source), FIELD_TEXT, false},
		{"lv", offsetof(struct move_view, lv), FIELD_TEXT, true},
		{"destinations", offsetof(struct move_view, destinations), FIELD_LIST, false},
		{"passes", offsetof(struct move_view, passes), FIELD_LIST, false},
		{"total_bytes", offsetof(struct move_view, total_bytes), FIELD_NUMBER, false},
		{"copied_bytes", offsetof(struct move_view, copied_bytes), FIELD_NUMBER, true},
		{"verified_bytes", offsetof(struct move_view, verified_bytes), FIELD_NUMBER, true},
		{"rate_bytes_s", offsetof(struct move_view, rate_bytes_s), FIELD_NUMBER, true},
		{"eta_us", offsetof(struct move_view, eta_us), FIELD_NUMBER, true},
		{"limit_bytes_s", offsetof(struct move_view, limit_bytes_s), FIELD_NUMBER, true},
		{"max_latency_us", offsetof(struct move_view, max_latency_us), FIELD_NUMBER, true},
		{"created_us", offsetof(struct move_view, created_us), FIELD_NUMBER, false},
		{"finished_us", offsetof(struct move_view, finished_us), FIELD_NUMBER, true},
		{"request_id", offsetof(struct move_view, request_id), FIELD_TEXT, true},
		{"stalled_since_us", offsetof(struct move_view, stalled_since_us), FIELD_NUMBER,
		 true},
	};
	struct move_view move;
	int ret = read_fields(object, fields, COUNT(fields), &move);

	if (ret == 0)
		ret = read_queue(object, &move);
	if (ret == 0)
		ret = read_latency(object, &move);
	if (ret == 0 && move.id == 0)
		ret = -EBADMSG;
	for (size_t i = 0; ret == 0 && i < view_count(move.destinations); i++) {
		const char *device;

		ret = protocol_read_text(json_object_array_get_idx(move.destinations, i), &device);
	}
	for (size_t i = 0; ret == 0 && i < view_count(move.passes); i++) {
		struct pass_view pass;

		ret = read_pass(json_object_array_get_idx(move.passes, i), &pass);
	}
	if (ret == 0)
		*movep = move;
	return ret;
}

static int read_run(struct json_object *object, struct run_view *runp)
{
	static const struct field fields[] = {
		{"first_le", offsetof(struct run_view, first_le), FIELD_NUMBER, false},
		{"extent_count", offsetof(struct run_view, extent_count), FIELD_NUMBER, false},
		{"source", offsetof(struct run_view, source), FIELD_TEXT, false},
		{"source_pe", offsetof(struct run_view, source_pe), FIELD_NUMBER, false},
		{"destination", offsetof(struct run_view, destination), FIELD_TEXT, false},
		{"destination_pe", offsetof(struct run_view, destination_pe), FIELD_NUMBER, false},
	};
	struct run_view run;
	int ret = read_fields(object, fields, COUNT(fields), &run);

	if (ret == 0 && run.extent_count == 0)
		ret = -EBADMSG;
	if (ret == 0)
		*runp = run;
	return ret;
}

static int read_planned_pass(struct json_object *object, struct planned_pass_view *passp)
{
	static const struct field fields[] = {
		{"lv", offsetof(struct planned_pass_view, lv), FIELD_TEXT, false},
		{"total_bytes", offsetof(struct planned_pass_view, total_bytes), FIELD_NUMBER,
		 false},
		{"runs", offsetof(struct planned_pass_view, runs), FIELD_LIST, false},
	};
	struct planned_pass_view pass;
	int ret = read_fields(object, fields, COUNT(fields), &pass);

	for (size_t i = 0; ret == 0 && i < view_count(pass.runs); i++) {
		struct run_view run;

		ret = read_run(json_object_array_get_idx(pass.runs, i), &run);
	}
	if (ret == 0)
		*passp = pass;
	return ret;
}

int view_read_plan(struct json_object *object, struct plan_view *planp)
{
	static const struct field fields[] = {
		{"vg", offsetof(struct plan_view, vg), FIELD_TEXT, false},
		{"passes", offsetof(struct plan_view, passes), FIELD_LIST, false},
		{"total_bytes", offsetof(struct plan_view, total_bytes), FIELD_NUMBER, false},
		{"peak_bytes", offsetof(struct plan_view, peak_bytes), FIELD_NUMBER, false},
		{"free_bytes", offsetof(struct plan_view, free_bytes), FIELD_NUMBER, false},
	};
	struct plan_view plan;
	int ret = read_fields(object, fields, COUNT(fields), &plan);

	for (size_t i = 0; ret == 0 && i < view_count(plan.passes); i++) {
		struct planned_pass_view pass;

		ret = read_planned_pass(json_object_array_get_idx(plan.passes, i), &pass);
	}
	if (ret == 0)
		*planp = plan;
	return ret;
}

static int read_warning(struct json_object *object, struct warning_view *warningp)
{
	static const struct field fields[] = {
		{"code", offsetof(struct warning_view, code), FIELD_TEXT, false},
		{"text", offsetof(struct warning_view, text), FIELD_TEXT, false},
	};

	return read_fields(object, fields, COUNT(fields), warningp);
}

int view_read_warnings(struct json_object *object, struct json_object **warningsp)
{
	struct json_object *warnings = json_object_object_get(object, "warnings");
	int ret = warnings && !json_object_is_type(warnings, json_type_array) ? -EBADMSG : 0;

	for (size_t i = 0; ret == 0 && warnings && i < view_count(warnings); i++) {
		struct warning_view warning;

		ret = read_warning(json_object_array_get_idx(warnings, i), &warning);
	}
	if (ret == 0)
		*warningsp = warnings;
	return ret;
}

struct warning_view view_get_warning(struct json_object *warnings, size_t i)
{
	struct warning_view warning = {0};
	int ret = read_warning(json_object_array_get_idx(warnings, i), &warning);

	assert(ret == 0);
	(void)ret;
	return warning;
}

int view_read_info(struct json_object *object, struct info_view *infop)
{
	static const struct field fields[] = {
		{"version", offsetof(struct info_view, version), FIELD_TEXT, false},
		{"boot_id", offsetof(struct info_view, boot_id), FIELD_TEXT, false},
		{"state_dir", offsetof(struct info_view, state_dir), FIELD_TEXT, false},
		{"started_us", offsetof(struct info_view, started_us), FIELD_NUMBER, false},
		{"limit_bytes_s", offsetof(struct info_view, limit_bytes_s), FIELD_NUMBER, true},
		{"moves_unfinished", offsetof(struct info_view, moves_unfinished), FIELD_NUMBER,
		 false},
	};
	struct info_view info;
	int ret = read_fields(object, fields, COUNT(fields), &info);

	if (ret == 0)
		*infop = info;
	return ret;
}

int view_read_limit(struct json_object *object, uint64_t *limit_bytes_sp)
{
	static const struct field fields[] = {{"limit_bytes_s", 0, FIELD_NUMBER, true}};
	uint64_t limit_bytes_s;
	int ret = read_fields(object, fields, COUNT(fields), &limit_bytes_s);

	if (ret == 0)
		*limit_bytes_sp = limit_bytes_s;
	return ret;
}

struct pass_view view_get_pass(const struct move_view *move, size_t i)
{
	struct pass_view pass = {0};
	int ret = read_pass(json_object_array_get_idx(move->passes, i), &pass);

	assert(ret == 0);
	(void)ret;
	return pass;
}

struct planned_pass_view view_get_planned_pass(const struct plan_view *plan, size_t i)
{
	struct planned_pass_view pass = {0};
	int ret = read_planned_pass(json_object_array_get_idx(plan->passes, i), &pass);

	assert(ret == 0);
	(void)ret;
	return pass;
}

struct run_view view_get_run(const struct planned_pass_view *pass, size_t i)
{
	struct run_view run = {0};
	int ret = read_run(json_object_array_get_idx(pass->runs, i), &run);

	assert(ret == 0);
	(void)ret;
	return run;
}

const char *view_get_destination(const struct move_view *move, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(move->destinations, i));
}

size_t view_count(const struct json_object *list)
{
	return json_object_array_length(list);
}

static bool state_is_ended(const char *state)
{
	return strcmp(state, "done") == 0 || strcmp(state, "aborted") == 0 ||
	       strcmp(state, "failed") == 0;
}

bool view_move_is_ended(const struct move_view *move)
{
	return state_is_ended(move->state);
}

bool view_find_current_pass(const struct move_view *move, struct pass_view *passp)
{
	for (size_t i = 0; i < view_count(move->passes); i++) {
		struct pass_view pass = view_get_pass(move, i);

		if (!state_is_ended(pass.state)) {
			*passp = pass;
			return true;
		}
	}
	return false;
}

uint64_t view_get_narrowing(const struct move_view *move)
{
	return move->narrowed < 64 ? UINT64_C(1) << move->narrowed : 1;
}

size_t view_count_wedged(const struct move_view *move)
{
	size_t count = 0;

	for (size_t i = 0; i < view_count(move->passes); i++)
		count += view_get_pass(move, i).wedged != NULL;
	return count;
}

unsigned view_percent(uint64_t copied_bytes, uint64_t total_bytes)
{
	if (copied_bytes == VIEW_UNKNOWN)
		return 0;
	if (copied_bytes >= total_bytes)
		return 100;
	return (unsigned)((unsigned __int128)copied_bytes * 100 / total_bytes);
}

void view_format_done(uint64_t copied_bytes, uint64_t total_bytes, char text[VIEW_DONE_MAX])
{
	if (copied_bytes == VIEW_UNKNOWN)
		snprintf(text, VIEW_DONE_MAX, "?%%");
	else
		snprintf(text, VIEW_DONE_MAX, "%u%%", view_percent(copied_bytes, total_bytes));
}

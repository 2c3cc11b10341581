/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/render.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/headline.h"
#include "client/names.h"
#include "client/table.h"
#include "client/trouble.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Most lines above the passes of a move. */
#define HEADER_LINES_MAX 11

/* Room for a date and time. */
#define TIME_TEXT_MAX 32

static void format_time(uint64_t time_us, char text[TIME_TEXT_MAX])
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm parts;

	if (!localtime_r(&seconds, &parts) ||
	    strftime(text, TIME_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		snprintf(text, TIME_TEXT_MAX, "?");
}

static void write_way(FILE *out, const void *subject)
{
	const struct move_view *move = subject;

	fprintf(out, "%s -> ", move->source);
	names_write_destinations(out, move);
}

static void write_lvs(FILE *out, const void *subject)
{
	names_write_lvs(out, subject);
}

static void write_reason(FILE *out, const void *subject)
{
	headline_write_reason(out, subject);
	headline_write_wait(out, subject);
}

static void set_bytes(struct table_row *row, size_t column, uint64_t bytes)
{
	char text[UNITS_TEXT_MAX];

	units_format_bytes(bytes, text);
	table_set(row, column, "%s", text);
}

/* In a column that is there where anything was to be verified. */
static void set_verified(struct table_row *row, size_t column, uint64_t verified_bytes,
			 uint64_t total_bytes)
{
	char text[VIEW_DONE_MAX];

	view_format_done(verified_bytes, total_bytes, text);
	table_set(row, column, "%s", verified_bytes == VIEW_UNKNOWN ? "-" : text);
}

static void set_move(struct table_row *row, const struct move_view *move, bool with_verified)
{
	size_t column = 7;
	bool has_rate = move->rate_bytes_s != VIEW_UNKNOWN && !view_move_is_ended(move);
	bool has_eta = move->eta_us != VIEW_UNKNOWN && !view_move_is_ended(move);
	char rate[UNITS_TEXT_MAX], eta[UNITS_TEXT_MAX], done[VIEW_DONE_MAX];

	units_format_bytes(move->rate_bytes_s, rate);
	units_format_duration(move->eta_us, eta);
	table_set(row, 0, "%" PRIu64, move->id);
	if (move->queue_place != VIEW_UNKNOWN && strcmp(headline_state(move), "queued") == 0)
		table_set(row, 1, "queued, behind %" PRIu64, move->queue_behind);
	else
		table_set(row, 1, "%s", headline_state(move));
	table_set(row, 2, "%s", move->vg);
	table_set_written(row, 3, write_way, move);
	table_set_written(row, 4, write_lvs, move);
	set_bytes(row, 5, move->total_bytes);
	view_format_done(move->copied_bytes, move->total_bytes, done);
	table_set(row, 6, "%s", done);
	if (with_verified)
		set_verified(row, column++, move->verified_bytes, move->total_bytes);
	table_set(row, column++, "%s%s", has_rate ? rate : "-", has_rate ? "/s" : "");
	table_set(row, column, "%s", has_eta ? eta : "-");
	row->colour = headline_colour(headline_state(move));
}

static bool any_is_to_be_verified(const struct moves *moves)
{
	for (size_t i = 0; i < moves->count; i++)
		if (moves->entries[i].view.verified_bytes != VIEW_UNKNOWN)
			return true;
	return false;
}

static int render_moves(FILE *out, const struct moves *moves, const struct style *style)
{
	static const struct table_column columns_verified[] = {
		{"ID", true},   {"STATE", false}, {"VG", false},  {"FROM -> TO", false},
		{"LV", false},  {"SIZE", true},   {"DONE", true}, {"VERIFIED", true},
		{"RATE", true}, {"TO GO", true},  {NULL, false},
	};
	static const struct table_column columns[] = {
		{"ID", true},    {"STATE", false}, {"VG", false},  {"FROM -> TO", false},
		{"LV", false},   {"SIZE", true},   {"DONE", true}, {"RATE", true},
		{"TO GO", true}, {NULL, false},
	};
	bool with_verified = any_is_to_be_verified(moves);
	cleanup(table_deinit) struct table table = {
		.columns = with_verified ? columns_verified : columns, .coloured = 1};

	if (moves->count == 0) {
		fputs("There are no moves.\n", out);
		return 0;
	}
	for (size_t i = 0; i < moves->count; i++) {
		struct table_row *row = table_add_row(&table);

		if (!row)
			return -ENOMEM;
		set_move(row, &moves->entries[i].view, with_verified);
	}
	return table_print(&table, out, style);
}

int render_history(FILE *out, const struct moves *moves, const struct style *style)
{
	static const struct table_column columns[] = {
		{"ID", true},   {"RESULT", false}, {"ENDED", false},
		{"TOOK", true}, {"VG", false},     {"FROM -> TO", false},
		{"LV", false},  {"SIZE", true},    {NULL, false},
	};
	cleanup(table_deinit) struct table table = {.columns = columns, .coloured = 1};

	if (moves->count == 0) {
		fputs("No such move has ended, as far as the daemon remembers.\n", out);
		return 0;
	}
	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;
		struct table_row *row = table_add_row(&table);
		char ended[TIME_TEXT_MAX], took[UNITS_TEXT_MAX];

		if (!row)
			return -ENOMEM;
		format_time(move->finished_us, ended);
		units_format_duration(move->finished_us > move->created_us
					      ? move->finished_us - move->created_us
					      : 0,
				      took);
		table_set(row, 0, "%" PRIu64, move->id);
		table_set(row, 1, "%s", move->state);
		table_set(row, 2, "%s", ended);
		table_set(row, 3, "%s", took);
		table_set(row, 4, "%s", move->vg);
		table_set_written(row, 5, write_way, move);
		table_set_written(row, 6, write_lvs, move);
		set_bytes(row, 7, move->total_bytes);
		row->colour = headline_colour(move->state);
	}
	return table_print(&table, out, style);
}

static int render_passes(FILE *out, const struct move_view *move, const struct style *style)
{
	static const struct table_column columns[] = {
		{"LV", false},  {"STATE", false},  {"SIZE", true},
		{"DONE", true}, {"REASON", false}, {NULL, false},
	};
	static const struct table_column columns_verified[] = {
		{"LV", false},      {"STATE", false},  {"SIZE", true}, {"DONE", true},
		{"VERIFIED", true}, {"REASON", false}, {NULL, false},
	};
	bool with_verified = move->verified_bytes != VIEW_UNKNOWN;
	cleanup(table_deinit) struct table table = {
		.columns = with_verified ? columns_verified : columns, .coloured = 1};

	for (size_t i = 0; i < view_count(move->passes); i++) {
		struct pass_view pass = view_get_pass(move, i);
		struct table_row *row = table_add_row(&table);
		char done[VIEW_DONE_MAX];

		if (!row)
			return -ENOMEM;
		table_set(row, 0, "%s", pass.lv);
		table_set(row, 1, "%s", pass.state);
		set_bytes(row, 2, pass.total_bytes);
		view_format_done(pass.copied_bytes, pass.total_bytes, done);
		table_set(row, 3, "%s", done);
		if (with_verified)
			set_verified(row, 4, pass.verified_bytes, pass.total_bytes);
		table_set_written(row, with_verified ? 5 : 4, write_reason, &pass);
		row->colour = headline_colour(pass.state);
	}
	return table_print(&table, out, style);
}

/* Devices that are left of a pass, and what not to do before they are gone. */
static void write_wedged(FILE *out, const char *vg, const struct pass_view *pass)
{
	fprintf(out,
		"\nWedged until the next boot: %s. An executor of pvmoved was killed while it "
		"changed the device. No data is affected, and %s/%s does without it. Leave it "
		"alone: "
		"whatever would change or remove it hangs; and reboot before you take away the "
		"disks below it, which it keeps in use.\n",
		pass->wedged, vg, pass->lv);
}

static void write_stall(FILE *out, const struct move_view *move)
{
	char since[TIME_TEXT_MAX];

	format_time(move->stalled_since_us, since);
	fprintf(out,
		"\nNothing was copied since %s. See whether a disk hangs (\"dmesg\") or a device "
		"below is suspended (\"dmsetup info\"). When that is put right it goes on by "
		"itself; "
		"until then applications may have to wait, too.\n",
		since);
}

/* What to do about passes that a disk has failed, or that left something; not where the screen is
 * redrawn. */
static void render_advice(FILE *out, const struct move_view *move)
{
	if (move->stalled_since_us != VIEW_UNKNOWN)
		write_stall(out, move);
	for (size_t i = 0; i < view_count(move->passes); i++) {
		struct pass_view pass = view_get_pass(move, i);

		if (pass.wedged)
			write_wedged(out, move->vg, &pass);
		if (!trouble_has_advice(&pass))
			continue;
		fputc('\n', out);
		trouble_write_advice(out, move->vg, &pass);
		fputs(".\n", out);
	}
}

static void write_time(FILE *out, const char *title, uint64_t time_us)
{
	char text[TIME_TEXT_MAX];

	format_time(time_us, text);
	fprintf(out, "  %s%s\n", title, text);
}

static void write_limit(FILE *out, const char *title, uint64_t limit_bytes_s)
{
	char text[UNITS_TEXT_MAX];

	units_format_bytes(limit_bytes_s, text);
	fprintf(out, "  %s%s/s\n", title, text);
}

static void write_latency(FILE *out, const struct move_view *move)
{
	fprintf(out, "  Latency  up to %g ms", (double)move->max_latency_us / 1e3);
	if (move->ios != VIEW_UNKNOWN)
		fprintf(out, ", longer for %" PRIu64 " of %" PRIu64 " I/Os", move->slow_ios,
			move->ios);
	if (move->aside)
		fputs("; copying stands aside", out);
	else if (view_get_narrowing(move) > 1)
		fprintf(out, "; copying is narrowed to 1/%" PRIu64, view_get_narrowing(move));
	fputc('\n', out);
}

static int render_move(FILE *out, const struct move_view *move, const struct style *style)
{
	struct style rest = *style;

	headline_write(out, move);
	fprintf(out, "\n  VG       %s\n  From     %s\n  To       ", move->vg, move->source);
	names_write_destinations(out, move);
	fputc('\n', out);
	if (move->lv)
		fprintf(out, "  Only LV  %s\n", move->lv);
	if (move->limit_bytes_s != VIEW_UNKNOWN)
		write_limit(out, "Limit    ", move->limit_bytes_s);
	if (move->max_latency_us != VIEW_UNKNOWN && !view_move_is_ended(move))
		write_latency(out, move);
	write_time(out, "Started  ", move->created_us);
	if (move->finished_us != VIEW_UNKNOWN)
		write_time(out, "Ended    ", move->finished_us);
	fprintf(out, "  UUID     %s\n", move->uuid);
	if (move->request_id)
		fprintf(out, "  Request  %s\n", move->request_id);
	fputc('\n', out);
	if (rest.lines)
		rest.lines = rest.lines > HEADER_LINES_MAX ? rest.lines - HEADER_LINES_MAX : 1;
	if (render_passes(out, move, &rest) < 0)
		return -ENOMEM;
	if (!rest.lines)
		render_advice(out, move);
	return 0;
}

int render_status(FILE *out, const struct moves *moves, uint64_t id, const struct style *style)
{
	const struct moves_entry *entry = moves_find(moves, id);

	if (id == 0)
		return render_moves(out, moves, style);
	return entry ? render_move(out, &entry->view, style) : 0;
}

/* "/dev/sdb:0-99", which start takes again. */
static void set_extents(struct table_row *row, size_t column, const char *device, uint64_t first,
			uint64_t count)
{
	table_set(row, column, "%s:%" PRIu64 "-%" PRIu64, device, first, first + (count - 1));
}

static int render_runs(FILE *out, const struct plan_view *plan, const struct style *style)
{
	static const struct table_column columns[] = {
		{"LV", false}, {"LE", false}, {"FROM", false}, {"TO", false}, {NULL, false},
	};
	cleanup(table_deinit) struct table table = {.columns = columns};

	for (size_t i = 0; i < view_count(plan->passes); i++) {
		struct planned_pass_view pass = view_get_planned_pass(plan, i);

		for (size_t j = 0; j < view_count(pass.runs); j++) {
			struct run_view run = view_get_run(&pass, j);
			struct table_row *row = table_add_row(&table);

			if (!row)
				return -ENOMEM;
			table_set(row, 0, "%s", pass.lv);
			table_set(row, 1, "%" PRIu64 "-%" PRIu64, run.first_le,
				  run.first_le + (run.extent_count - 1));
			set_extents(row, 2, run.source, run.source_pe, run.extent_count);
			set_extents(row, 3, run.destination, run.destination_pe, run.extent_count);
		}
	}
	return table_print(&table, out, style);
}

int render_plan(FILE *out, const struct plan_view *plan, const struct style *style)
{
	char total[UNITS_TEXT_MAX], peak[UNITS_TEXT_MAX], available[UNITS_TEXT_MAX];

	units_format_bytes(plan->total_bytes, total);
	units_format_bytes(plan->peak_bytes, peak);
	units_format_bytes(plan->free_bytes, available);
	fprintf(out,
		"Would move %s in VG %s. At its peak that takes up %s on the destinations, where "
		"%s is free.\n\n",
		total, plan->vg, peak, available);
	return render_runs(out, plan, style);
}

void render_info(FILE *out, const struct info_view *info)
{
	fprintf(out, "pvmoved %s (pvmovectl %s)\n  State folder      %s\n", info->version,
		PVMOVED_VERSION, info->state_dir);
	write_time(out, "Running since     ", info->started_us);
	if (info->limit_bytes_s != VIEW_UNKNOWN)
		write_limit(out, "Limit of all      ", info->limit_bytes_s);
	fprintf(out, "  Boot ID           %s\n  Unfinished moves  %" PRIu64 "\n", info->boot_id,
		info->moves_unfinished);
}

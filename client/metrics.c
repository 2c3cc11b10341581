/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/metrics.h"

#include <inttypes.h>
#include <string.h>

#define USEC_PER_SEC UINT64_C(1000000)

static void begin(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* Backslashes, quotes and line ends are escaped. */
static void write_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

/* To the microsecond, without a float in between. */
static void write_seconds(FILE *out, uint64_t time_us)
{
	fprintf(out, " %" PRIu64 ".%06" PRIu64 "\n", time_us / USEC_PER_SEC,
		time_us % USEC_PER_SEC);
}

/* ---- the daemon -------------------------------------------------------- */

static void write_daemon(FILE *out, const struct info_view *info)
{
	begin(out, "pvmoved_info", "Version of the daemon.");
	fputs("pvmoved_info{", out);
	write_label(out, "version", info->version);
	fputs("} 1\n", out);
	begin(out, "pvmoved_start_time_seconds", "When the daemon was started, since the epoch.");
	fputs("pvmoved_start_time_seconds", out);
	write_seconds(out, info->started_us);
	if (info->limit_bytes_s == VIEW_UNKNOWN)
		return;
	begin(out, "pvmoved_limit_bytes_per_second", "What all moves together may copy.");
	fprintf(out, "pvmoved_limit_bytes_per_second %" PRIu64 "\n", info->limit_bytes_s);
}

/* ---- all moves --------------------------------------------------------- */

static const char *const states[] = {"queued",   "running", "paused",  "held",
				     "aborting", "done",    "aborted", "failed"};

static void write_states(FILE *out, const struct moves *moves)
{
	begin(out, "pvmoved_moves", "Moves that the daemon knows of, by state.");
	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
		size_t count = 0;

		for (size_t i = 0; i < moves->count; i++)
			count += strcmp(moves->entries[i].view.state, states[s]) == 0;
		fprintf(out, "pvmoved_moves{state=\"%s\"} %zu\n", states[s], count);
	}
}

static size_t count_wedged(const struct move_view *move)
{
	size_t count = 0;

	for (size_t i = 0; i < view_count(move->passes); i++)
		count += view_get_pass(move, i).wedged != NULL;
	return count;
}

static void write_wedged(FILE *out, const struct moves *moves)
{
	size_t count = 0;

	for (size_t i = 0; i < moves->count; i++)
		count += count_wedged(&moves->entries[i].view);
	begin(out, "pvmoved_wedged_lvs", "LVs with a device that stays until the next boot.");
	fprintf(out, "pvmoved_wedged_lvs %zu\n", count);
}

/* ---- each move that has not ended -------------------------------------- */

static uint64_t size_of(const struct move_view *move)
{
	return move->total_bytes;
}

static uint64_t copied_of(const struct move_view *move)
{
	return move->copied_bytes;
}

static uint64_t verified_of(const struct move_view *move)
{
	return move->verified_bytes;
}

static uint64_t rate_of(const struct move_view *move)
{
	return move->rate_bytes_s;
}

static uint64_t limit_of(const struct move_view *move)
{
	return move->limit_bytes_s;
}

static uint64_t waiting_of(const struct move_view *move)
{
	return move->waiting;
}

static uint64_t queued_of(const struct move_view *move)
{
	return move->queue_place == VIEW_UNKNOWN ? 0 : move->queue_place;
}

static uint64_t eta_of(const struct move_view *move)
{
	return move->eta_us;
}

static uint64_t created_of(const struct move_view *move)
{
	return move->created_us;
}

static uint64_t stalled_of(const struct move_view *move)
{
	return move->stalled_since_us;
}

static const struct {
	const char *name, *help;
	uint64_t (*value)(const struct move_view *move);
	bool is_time; /* microseconds, shown as seconds */
} series[] = {
	{"pvmoved_move_size_bytes", "What is to be moved.", size_of, false},
	{"pvmoved_move_copied_bytes", "What is on the destination.", copied_of, false},
	{"pvmoved_move_verified_bytes", "What was read back and found equal.", verified_of, false},
	{"pvmoved_move_rate_bytes_per_second", "How fast it copies.", rate_of, false},
	{"pvmoved_move_limit_bytes_per_second", "How fast it may.", limit_of, false},
	{"pvmoved_move_waiting", "1: it waits for something outside of the daemon.", waiting_of,
	 false},
	{"pvmoved_move_queue_place", "So many moves on its disks go first.", queued_of, false},
	{"pvmoved_move_eta_seconds", "Time that the copying is going to take.", eta_of, true},
	{"pvmoved_move_created_timestamp_seconds", "When it was asked for, since the epoch.",
	 created_of, true},
	{"pvmoved_move_stalled_timestamp_seconds",
	 "Since when nothing was copied although it should be, since the epoch.", stalled_of, true},
};

static void write_move_labels(FILE *out, const struct move_view *move)
{
	fprintf(out, "{move=\"%" PRIu64 "\",", move->id);
	write_label(out, "vg", move->vg);
	fputc(',', out);
	write_label(out, "source", move->source);
	fputc('}', out);
}

static void write_series(FILE *out, const struct moves *moves, size_t s)
{
	bool has_begun = false;

	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;
		uint64_t value = series[s].value(move);

		if (view_move_is_ended(move) || value == VIEW_UNKNOWN)
			continue;
		if (!has_begun)
			begin(out, series[s].name, series[s].help);
		has_begun = true;
		fputs(series[s].name, out);
		write_move_labels(out, move);
		if (series[s].is_time)
			write_seconds(out, value);
		else
			fprintf(out, " %" PRIu64 "\n", value);
	}
}

void metrics_write(FILE *out, const struct info_view *info, const struct moves *moves)
{
	begin(out, "pvmoved_up", "1: the daemon answers.");
	fprintf(out, "pvmoved_up %d\n", info != NULL);
	if (!info)
		return;
	write_daemon(out, info);
	write_states(out, moves);
	write_wedged(out, moves);
	for (size_t s = 0; s < sizeof(series) / sizeof(series[0]); s++)
		write_series(out, moves, s);
}

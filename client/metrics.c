/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

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

static void write_wedged(FILE *out, const struct moves *moves)
{
	size_t count = 0;

	for (size_t i = 0; i < moves->count; i++)
		count += view_count_wedged(&moves->entries[i].view);
	begin(out, "pvmoved_wedged_lvs", "LVs with a device that stays until the next boot.");
	fprintf(out, "pvmoved_wedged_lvs %zu\n", count);
}

/* ---- disks that have failed moves ---------------------------------------- */

/* The passes that disks have failed, of all moves, ended or not. */
struct troubles {
	struct trouble_view *entries;
	size_t count;
};

static void collect_troubles(const struct moves *moves, struct troubles *troubles)
{
	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;

		for (size_t p = 0; p < view_count(move->passes); p++) {
			struct pass_view pass = view_get_pass(move, p);

			if (pass.trouble.side)
				troubles->entries[troubles->count++] = pass.trouble;
		}
	}
}

static size_t count_passes(const struct moves *moves)
{
	size_t count = 0;

	for (size_t i = 0; i < moves->count; i++)
		count += view_count(moves->entries[i].view.passes);
	return count;
}

static bool is_same_disk(const struct trouble_view *a, const struct trouble_view *b)
{
	return strcmp(a->side, b->side) == 0 && strcmp(a->pv_uuid, b->pv_uuid) == 0;
}

/* The most sectors that a pass has found there; 0 when an earlier one is about the same disk. */
static uint64_t find_most(const struct troubles *troubles, size_t i)
{
	const struct trouble_view *entries = troubles->entries;
	uint64_t sectors = 0;

	for (size_t j = 0; j < troubles->count; j++) {
		if (!is_same_disk(&entries[i], &entries[j]))
			continue;
		if (j < i)
			return 0;
		if (entries[j].sector_count > sectors)
			sectors = entries[j].sector_count;
	}
	return sectors;
}

/* Moves that were tried again have met the same sectors: the most that one has found counts, and
 * not the sum. */
static void write_troubles(FILE *out, const struct troubles *troubles)
{
	static const char name[] = "pvmoved_failed_sectors";

	begin(out, name, "Sectors where a disk has failed moves: the most of any LV.");
	for (size_t i = 0; i < troubles->count; i++) {
		const struct trouble_view *trouble = &troubles->entries[i];
		uint64_t sectors = find_most(troubles, i);

		if (sectors == 0)
			continue;
		fprintf(out, "%s{", name);
		write_label(out, "side", trouble->side);
		fputc(',', out);
		write_label(out, "pv", trouble->pv_uuid);
		fputc(',', out);
		write_label(out, "device", trouble->device ? trouble->device : "");
		fprintf(out, "} %" PRIu64 "\n", sectors);
	}
}

/* Returns 0 or -ENOMEM. */
static int write_failed_disks(FILE *out, const struct moves *moves)
{
	_free_ struct trouble_view *entries = calloc(count_passes(moves) + 1, sizeof(*entries));
	struct troubles troubles = {.entries = entries};

	if (!entries)
		return -ENOMEM;
	collect_troubles(moves, &troubles);
	if (troubles.count > 0)
		write_troubles(out, &troubles);
	return 0;
}

/* ---- each move that has not ended -------------------------------------- */

#define NUMBER(member) offsetof(struct move_view, member)

static const struct {
	const char *name, *help;
	size_t offset; /* of the number in a view */
	bool is_time;  /* microseconds, shown as seconds */
} series[] = {
	{"pvmoved_move_size_bytes", "What is to be moved.", NUMBER(total_bytes), false},
	{"pvmoved_move_copied_bytes", "What is on the destination.", NUMBER(copied_bytes), false},
	{"pvmoved_move_verified_bytes", "What was read back and found equal.",
	 NUMBER(verified_bytes), false},
	{"pvmoved_move_rate_bytes_per_second", "How fast it copies.", NUMBER(rate_bytes_s), false},
	{"pvmoved_move_limit_bytes_per_second", "How fast it may.", NUMBER(limit_bytes_s), false},
	{"pvmoved_move_max_latency_seconds", "How long the I/O of its LV may take.",
	 NUMBER(max_latency_us), true},
	{"pvmoved_move_ios", "I/Os of its LV that were counted since the copying began.",
	 NUMBER(ios), false},
	{"pvmoved_move_slow_ios", "I/Os of its LV that took longer than they may.",
	 NUMBER(slow_ios), false},
	{"pvmoved_move_queue_place", "So many moves on its disks go first.", NUMBER(queue_place),
	 false},
	{"pvmoved_move_eta_seconds", "Time that the copying is going to take.", NUMBER(eta_us),
	 true},
	{"pvmoved_move_created_timestamp_seconds", "When it was asked for, since the epoch.",
	 NUMBER(created_us), true},
	{"pvmoved_move_stalled_timestamp_seconds",
	 "Since when nothing was copied although it should be, since the epoch.",
	 NUMBER(stalled_since_us), true},
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
		const void *at = (const char *)move + series[s].offset;
		uint64_t value = *(const uint64_t *)at;

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

static void write_waiting(FILE *out, const struct moves *moves)
{
	static const char name[] = "pvmoved_move_waiting";

	begin(out, name, "1: it waits for something outside of the daemon.");
	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;

		if (view_move_is_ended(move))
			continue;
		fputs(name, out);
		write_move_labels(out, move);
		fprintf(out, " %d\n", move->waiting);
	}
}

int metrics_write(FILE *out, const struct info_view *info, const struct moves *moves)
{
	begin(out, "pvmoved_up", "1: the daemon answers.");
	fprintf(out, "pvmoved_up %d\n", info != NULL);
	if (!info)
		return 0;
	write_daemon(out, info);
	write_states(out, moves);
	write_wedged(out, moves);
	write_waiting(out, moves);
	for (size_t s = 0; s < sizeof(series) / sizeof(series[0]); s++)
		write_series(out, moves, s);
	return write_failed_disks(out, moves);
}

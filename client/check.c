/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/check.h"

#include <inttypes.h>
#include <string.h>

#include "common/units.h"

/* Most moves that are named: monitoring cuts long lines. */
#define NAMED_MAX    5

#define USEC_PER_SEC UINT64_C(1000000)

struct counts {
	uint64_t running, queued, paused, waiting, stalled, failed;
	uint64_t total_bytes, copied_bytes, rate_bytes_s;
};

static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

static uint64_t since(uint64_t now_us, uint64_t then_us)
{
	return now_us > then_us ? now_us - then_us : 0;
}

static uint64_t known(uint64_t value)
{
	return value == VIEW_UNKNOWN ? 0 : value;
}

static bool failed_lately(const struct move_view *move, const struct check_limits *limits,
			  uint64_t now_us)
{
	return strcmp(move->state, "failed") == 0 && move->finished_us != VIEW_UNKNOWN &&
	       since(now_us, move->finished_us) < limits->failed_us;
}

/* What is wrong with a move, in words; CHECK_OK and "" for nothing. */
static enum check_verdict judge(const struct move_view *move, const struct check_limits *limits,
				uint64_t now_us, const char **wordsp, uint64_t *for_usp)
{
	*wordsp = "";
	*for_usp = 0;
	if (failed_lately(move, limits, now_us)) {
		*wordsp = "failed";
		*for_usp = since(now_us, move->finished_us);
		return CHECK_CRITICAL;
	}
	if (!view_move_is_ended(move) && move->stalled_since_us != VIEW_UNKNOWN) {
		*wordsp = "stalls";
		*for_usp = since(now_us, move->stalled_since_us);
		if (*for_usp >= limits->critical_us)
			return CHECK_CRITICAL;
		return *for_usp >= limits->warning_us ? CHECK_WARNING : CHECK_OK;
	}
	if (!view_move_is_ended(move) && move->waiting) {
		*wordsp = "waits for something outside";
		return CHECK_WARNING;
	}
	if (view_count_wedged(move) > 0) {
		*wordsp = "left a device for the next boot";
		return CHECK_WARNING;
	}
	return CHECK_OK;
}

static void count(struct counts *counts, const struct move_view *move)
{
	if (view_move_is_ended(move))
		return;
	counts->queued += strcmp(move->state, "queued") == 0 || move->queue_place != VIEW_UNKNOWN;
	counts->paused += strcmp(move->state, "paused") == 0;
	counts->running += strcmp(move->state, "running") == 0 && move->queue_place == VIEW_UNKNOWN;
	counts->waiting += move->waiting;
	counts->stalled += move->stalled_since_us != VIEW_UNKNOWN;
	counts->total_bytes += move->total_bytes;
	counts->copied_bytes += known(move->copied_bytes);
	counts->rate_bytes_s += known(move->rate_bytes_s);
}

static void write_trouble(FILE *out, const struct move_view *move, const char *words,
			  uint64_t for_us)
{
	char span[UNITS_TEXT_MAX];

	fprintf(out, "move %" PRIu64 " %s", move->id, words);
	units_format_duration(for_us, span);
	if (for_us >= USEC_PER_SEC)
		fprintf(out, strcmp(words, "failed") == 0 ? " %s ago" : " for %s", span);
	fputs("; ", out);
}

/* All that is wrong, the gravest first, and no more than a few of them. */
static void write_troubles(FILE *out, const struct moves *moves, const struct check_limits *limits,
			   uint64_t now_us)
{
	size_t named = 0, more = 0;

	for (int grave = CHECK_CRITICAL; grave > CHECK_OK; grave--) {
		for (size_t i = 0; i < moves->count; i++) {
			const struct move_view *move = &moves->entries[i].view;
			const char *words;
			uint64_t for_us;

			if ((int)judge(move, limits, now_us, &words, &for_us) != grave)
				continue;
			if (named++ < NAMED_MAX)
				write_trouble(out, move, words, for_us);
			else
				more++;
		}
	}
	if (more > 0)
		fprintf(out, "%zu more; ", more);
}

static void write_numbers(FILE *out, const struct counts *counts)
{
	fprintf(out,
		"%" PRIu64 " running, %" PRIu64 " queued, %" PRIu64 " paused | running=%" PRIu64
		";;;0 queued=%" PRIu64 ";;;0 paused=%" PRIu64 ";;;0 waiting=%" PRIu64
		";;;0 stalled=%" PRIu64 ";;;0 failed=%" PRIu64 ";;;0 copied=%" PRIu64
		"B;;;0;%" PRIu64 " rate=%" PRIu64 "B;;;0\n",
		counts->running, counts->queued, counts->paused, counts->running, counts->queued,
		counts->paused, counts->waiting, counts->stalled, counts->failed,
		counts->copied_bytes, counts->total_bytes, counts->rate_bytes_s);
}

enum check_verdict check_write(FILE *out, const struct moves *moves,
			       const struct check_limits *limits, uint64_t now_us)
{
	enum check_verdict worst = CHECK_OK;
	struct counts counts = {0};

	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;
		const char *words;
		uint64_t for_us;
		enum check_verdict verdict = judge(move, limits, now_us, &words, &for_us);

		count(&counts, move);
		counts.failed += failed_lately(move, limits, now_us);
		if (verdict > worst)
			worst = verdict;
	}
	fprintf(out, "PVMOVED %s - ", names[worst]);
	write_troubles(out, moves, limits, now_us);
	write_numbers(out, &counts);
	return worst;
}

enum check_verdict check_write_unknown(FILE *out)
{
	fprintf(out, "PVMOVED %s - the daemon does not answer\n", names[CHECK_UNKNOWN]);
	return CHECK_UNKNOWN;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/check.h"

#include <inttypes.h>
#include <string.h>

#include "common/units.h"

/* Most moves that are named: monitoring cuts long lines. */
#define NAMED_MAX    5

#define USEC_PER_SEC UINT64_C(1000000)

/* What is wrong with a move. */
struct finding {
	const struct move_view *move;
	const char *words;
	uint64_t for_us; /* since when; 0: not known */
};

/* All that is wrong, by how grave it is: of each kind as many as may be named. */
struct findings {
	struct finding named[CHECK_CRITICAL + 1][NAMED_MAX];
	size_t counts[CHECK_CRITICAL + 1];
};

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

/* Says what is wrong with a move in its finding; returns CHECK_OK for nothing. */
static enum check_verdict judge(const struct check_limits *limits, uint64_t now_us,
				struct finding *finding)
{
	const struct move_view *move = finding->move;

	if (failed_lately(move, limits, now_us)) {
		finding->words = "failed";
		finding->for_us = since(now_us, move->finished_us);
		return CHECK_CRITICAL;
	}
	if (!view_move_is_ended(move) && move->stalled_since_us != VIEW_UNKNOWN) {
		finding->words = "stalls";
		finding->for_us = since(now_us, move->stalled_since_us);
		if (finding->for_us >= limits->critical_us)
			return CHECK_CRITICAL;
		return finding->for_us >= limits->warning_us ? CHECK_WARNING : CHECK_OK;
	}
	if (!view_move_is_ended(move) && move->waiting) {
		finding->words = "waits for something outside";
		return CHECK_WARNING;
	}
	if (view_count_wedged(move) > 0) {
		finding->words = "left a device for the next boot";
		return CHECK_WARNING;
	}
	return CHECK_OK;
}

static void add_finding(struct findings *findings, enum check_verdict verdict,
			const struct finding *finding)
{
	size_t i = findings->counts[verdict]++;

	if (i < NAMED_MAX)
		findings->named[verdict][i] = *finding;
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

static void write_finding(FILE *out, const struct finding *finding)
{
	char span[UNITS_TEXT_MAX];

	fprintf(out, "move %" PRIu64 " %s", finding->move->id, finding->words);
	units_format_duration(finding->for_us, span);
	if (finding->for_us >= USEC_PER_SEC)
		fprintf(out, strcmp(finding->words, "failed") == 0 ? " %s ago" : " for %s", span);
	fputs("; ", out);
}

/* All that is wrong, the gravest first, and no more than a few of them. */
static void write_findings(FILE *out, const struct findings *findings)
{
	size_t named = 0, all = 0;

	for (int grave = CHECK_CRITICAL; grave > CHECK_OK; grave--) {
		all += findings->counts[grave];
		for (size_t i = 0; named < NAMED_MAX && i < findings->counts[grave]; i++, named++)
			write_finding(out, &findings->named[grave][i]);
	}
	if (all > named)
		fprintf(out, "%zu more; ", all - named);
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
	struct findings findings = {0};
	struct counts counts = {0};

	for (size_t i = 0; i < moves->count; i++) {
		struct finding finding = {.move = &moves->entries[i].view};
		enum check_verdict verdict = judge(limits, now_us, &finding);

		count(&counts, finding.move);
		counts.failed += failed_lately(finding.move, limits, now_us);
		add_finding(&findings, verdict, &finding);
		if (verdict > worst)
			worst = verdict;
	}
	fprintf(out, "PVMOVED %s - ", names[worst]);
	write_findings(out, &findings);
	write_numbers(out, &counts);
	return worst;
}

enum check_verdict check_write_unknown(FILE *out)
{
	fprintf(out, "PVMOVED %s - the daemon does not answer\n", names[CHECK_UNKNOWN]);
	return CHECK_UNKNOWN;
}

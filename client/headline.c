/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/headline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/explain.h"
#include "client/text.h"
#include "client/trouble.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Columns of a bar without its brackets; one that would be smaller is left out. */
#define BAR_MIN 10
#define BAR_MAX 40

const char *headline_state(const struct move_view *move)
{
	bool is_going = strcmp(move->state, "running") == 0 || strcmp(move->state, "queued") == 0;

	if (!is_going)
		return move->state;
	if (move->waiting)
		return "waiting";
	if (move->queue_place != VIEW_UNKNOWN)
		return "queued";
	return move->stalled_since_us != VIEW_UNKNOWN ? "stalled" : move->state;
}

enum colour headline_colour(const char *state)
{
	if (strcmp(state, "failed") == 0 || strcmp(state, "held") == 0)
		return COLOUR_RED;
	if (strcmp(state, "waiting") == 0 || strcmp(state, "paused") == 0 ||
	    strcmp(state, "stalled") == 0)
		return COLOUR_YELLOW;
	return strcmp(state, "done") == 0 ? COLOUR_GREEN : COLOUR_NONE;
}

void headline_write_queue(FILE *out, const struct move_view *move)
{
	if (move->queue_place == VIEW_UNKNOWN)
		return;
	fprintf(out, "place %" PRIu64 "%s%s, behind move %" PRIu64, move->queue_place,
		move->queue_disk ? " on " : "", move->queue_disk ? move->queue_disk : "",
		move->queue_behind);
}

void headline_write_reason(FILE *out, const struct pass_view *pass)
{
	if (pass->reason_code) {
		fputs(explain_reason(pass->reason_code), out);
		if (*pass->reason_text)
			fprintf(out, ": %s", pass->reason_text);
		if (pass->trouble.side)
			fputs(": ", out);
		trouble_write_place(out, pass);
	}
	if (pass->unverified)
		fprintf(out, "%snot all was verified: %s", pass->reason_code ? "; " : "",
			pass->unverified);
}

static bool pass_has_reason(const struct pass_view *pass)
{
	return pass->reason_code || pass->unverified;
}

/* What it waits for, where that is not its reason. */
static bool pass_has_wait(const struct pass_view *pass)
{
	return pass->waits_code &&
	       (!pass->reason_code || strcmp(pass->waits_code, pass->reason_code) != 0);
}

void headline_write_wait(FILE *out, const struct pass_view *pass)
{
	if (!pass_has_wait(pass))
		return;
	fprintf(out, "%swaits: %s", pass_has_reason(pass) ? "; " : "",
		explain_reason(pass->waits_code));
	if (*pass->waits_text)
		fprintf(out, ": %s", pass->waits_text);
}

static void write_verified(FILE *out, const struct move_view *move, const char *before)
{
	char verified[VIEW_DONE_MAX];

	if (move->verified_bytes == VIEW_UNKNOWN)
		return;
	view_format_done(move->verified_bytes, move->total_bytes, verified);
	fprintf(out, "%s%s verified", before, verified);
}

static void write_rate(FILE *out, const struct move_view *move, const char *before)
{
	char text[UNITS_TEXT_MAX];

	if (move->rate_bytes_s == VIEW_UNKNOWN)
		return;
	units_format_bytes(move->rate_bytes_s, text);
	fprintf(out, "%s%s/s", before, text);
}

static void write_eta(FILE *out, const struct move_view *move, const char *before,
		      const char *after)
{
	char text[UNITS_TEXT_MAX];

	if (move->eta_us == VIEW_UNKNOWN)
		return;
	units_format_duration(move->eta_us, text);
	fprintf(out, "%s%s%s", before, text, after);
}

void headline_write(FILE *out, const struct move_view *move)
{
	char text[UNITS_TEXT_MAX], done[VIEW_DONE_MAX];
	struct pass_view pass;

	units_format_bytes(move->total_bytes, text);
	view_format_done(move->copied_bytes, move->total_bytes, done);
	fprintf(out, "Move %" PRIu64 ": %s, %s of %s", move->id, headline_state(move), done, text);
	write_verified(out, move, ", ");
	if (view_move_is_ended(move))
		return;
	write_rate(out, move, ", ");
	write_eta(out, move, ", ", " to go");
	if (move->queue_place != VIEW_UNKNOWN) {
		fputs(", ", out);
		headline_write_queue(out, move);
	}
	if (!view_find_current_pass(move, &pass))
		return;
	fprintf(out, "; %s: %s%s", pass.lv, pass.state,
		pass_has_reason(&pass) || pass_has_wait(&pass) ? ", " : "");
	headline_write_reason(out, &pass);
	headline_write_wait(out, &pass);
}

/* All that stands behind the bar. */
static void write_numbers(FILE *out, const struct move_view *move)
{
	char copied[UNITS_TEXT_MAX] = "?", total[UNITS_TEXT_MAX], done[VIEW_DONE_MAX];
	struct pass_view pass;

	if (move->copied_bytes != VIEW_UNKNOWN)
		units_format_bytes(move->copied_bytes, copied);
	units_format_bytes(move->total_bytes, total);
	view_format_done(move->copied_bytes, move->total_bytes, done);
	fprintf(out, "%4s %s/%s", done, copied, total);
	write_verified(out, move, " ");
	if (view_move_is_ended(move) || !view_find_current_pass(move, &pass)) {
		fprintf(out, " %s", move->state);
		return;
	}
	write_rate(out, move, " ");
	write_eta(out, move, " ETA ", "");
	fprintf(out, " %s %s%s", pass.lv, pass.state, pass_has_reason(&pass) ? ": " : "");
	headline_write_reason(out, &pass);
	if (move->queue_place != VIEW_UNKNOWN) {
		fputs(", ", out);
		headline_write_queue(out, move);
	} else if (move->stalled_since_us != VIEW_UNKNOWN) {
		fputs(", stalled", out);
	}
}

static void write_bar(FILE *out, const struct move_view *move, size_t width)
{
	size_t filled = view_percent(move->copied_bytes, move->total_bytes) * width / 100;

	fputc('[', out);
	for (size_t i = 0; i < width; i++)
		fputc(i < filled ? '#' : '.', out);
	fputs("] ", out);
}

int headline_write_bar(FILE *out, const struct move_view *move, unsigned columns)
{
	_free_ char *numbers = NULL;
	char head[sizeof("Move 18446744073709551615 ")];
	size_t len_bytes, used, room;
	FILE *stream = open_memstream(&numbers, &len_bytes);

	if (!stream)
		return -ENOMEM;
	write_numbers(stream, move);
	if (fclose(stream) != 0)
		return -ENOMEM;
	snprintf(head, sizeof(head), "Move %" PRIu64 " ", move->id);
	used = strlen(head) + strlen("[] ") + text_columns(numbers);
	room = columns > used ? columns - used : 0;
	fputs(head, out);
	if (room >= BAR_MIN)
		write_bar(out, move, room < BAR_MAX ? room : BAR_MAX);
	room = columns > strlen(head) ? columns - strlen(head) : 0;
	fwrite(numbers, 1, text_bytes_of_columns(numbers, room), out);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/dashboard_draw.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/dashboard_moves.h"
#include "client/disks.h"
#include "client/headline.h"
#include "client/table.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Fewer lines than these have no room for a table, for empty lines and the selected move in words,
 * for the disks. */
#define LINES_FOR_TABLE 4
#define LINES_FOR_WORDS 8
#define LINES_FOR_DISKS 12

#define HELP            "q quit   up/down select   p pause   r resume   a abort"
#define HELP_UTF8       "q quit   ↑/↓ select   p pause   r resume   a abort"

typedef void write_fn(FILE *out, const struct dashboard *dashboard, const struct style *style);

/* Writes one line of what the function writes, in a colour, as far as there is room. */
static int write_line(FILE *out, const struct dashboard *dashboard, const struct style *style,
		      enum colour colour, write_fn *write)
{
	bool is_coloured = style->colour && colour != COLOUR_NONE;
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);

	if (!stream)
		return -ENOMEM;
	write(stream, dashboard, style);
	if (fclose(stream) != 0)
		return -ENOMEM;
	fputs(is_coloured ? style_escape(colour) : "", out);
	fwrite(text, 1, text_bytes_of_columns(text, style->columns), out);
	fputs(is_coloured ? STYLE_PLAIN : "", out);
	return 0;
}

/* What all moves come to. */
struct totals {
	size_t ended, under_way;
	uint64_t total_bytes, copied_bytes;
	uint64_t rate_bytes_s;
};

/* Sums stay below what a line could not show anyway. */
static void add(uint64_t *sump, uint64_t value)
{
	if (value != VIEW_UNKNOWN && __builtin_add_overflow(*sump, value, sump))
		*sump = VIEW_UNKNOWN;
}

static struct totals sum_up(const struct moves *moves)
{
	struct totals totals = {0};

	for (size_t i = 0; i < moves->count; i++) {
		const struct move_view *move = &moves->entries[i].view;

		if (view_move_is_ended(move)) {
			totals.ended++;
			continue;
		}
		totals.under_way++;
		add(&totals.total_bytes, move->total_bytes);
		add(&totals.copied_bytes, move->copied_bytes);
		add(&totals.rate_bytes_s, move->rate_bytes_s);
	}
	return totals;
}

/* ", 2 running, 1 paused". */
static void write_states(FILE *out, const struct moves *moves)
{
	static const char *const states[] = {"running", "queued",   "waiting", "stalled",
					     "paused",  "aborting", "held"};

	for (size_t state = 0; state < sizeof(states) / sizeof(states[0]); state++) {
		size_t count = 0;

		for (size_t i = 0; i < moves->count; i++)
			count +=
				strcmp(headline_state(&moves->entries[i].view), states[state]) == 0;
		if (count > 0)
			fprintf(out, ", %zu %s", count, states[state]);
	}
}

static void write_totals(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	struct totals totals = sum_up(&dashboard->moves);
	char rate[UNITS_TEXT_MAX], total[UNITS_TEXT_MAX], done[VIEW_DONE_MAX];

	(void)style;
	units_format_bytes(totals.rate_bytes_s, rate);
	units_format_bytes(totals.total_bytes, total);
	view_format_done(totals.copied_bytes, totals.total_bytes, done);
	fprintf(out, "pvmoved: %zu under way", totals.under_way);
	if (totals.under_way > 0) {
		fprintf(out, ", %s of %s, %s/s", done, total, rate);
		write_states(out, &dashboard->moves);
	}
	if (totals.ended > 0)
		fprintf(out, "; %zu ended", totals.ended);
}

static void write_header(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	switch (dashboard->link) {
	case LINK_AWAITED:
		fputs("pvmoved: waiting for its answer", out);
		break;
	case LINK_LOST:
		fputs("pvmoved went away, waiting for it to come back; this is how it was", out);
		break;
	case LINK_THERE:
		write_totals(out, dashboard, style);
		break;
	}
}

static void write_words(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	const struct moves_entry *entry = moves_find(&dashboard->moves, dashboard->selected_id);

	(void)style;
	if (entry)
		headline_write(out, &entry->view);
	else if (dashboard->link == LINK_THERE)
		fputs("There are no moves.", out);
}

static void write_footer(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	if (dashboard->asked_id != 0)
		fprintf(out,
			"Abort move %" PRIu64 "? LVs that are not committed stay where they were. "
			"(y/n)",
			dashboard->asked_id);
	else if (*dashboard->notice)
		fputs(dashboard->notice, out);
	else
		fputs(style->utf8 ? HELP_UTF8 : HELP, out);
}

static void set_rate(struct table_row *row, size_t column, uint64_t rate_bytes_s, bool is_at_most)
{
	char text[UNITS_TEXT_MAX];

	units_format_bytes(rate_bytes_s, text);
	if (rate_bytes_s == VIEW_UNKNOWN)
		table_set(row, column, "-");
	else
		table_set(row, column, "%s%s/s", is_at_most ? "up to " : "", text);
}

static int draw_disks(FILE *out, const struct disks *disks, const struct style *style)
{
	static const struct table_column columns[] = {
		{"DISK", false}, {"READ", true}, {"WRITTEN", true}, {NULL, false}};
	cleanup(table_deinit) struct table table = {.columns = columns};

	for (size_t i = 0; i < disks->count; i++) {
		struct table_row *row = table_add_row(&table);

		if (!row)
			return -ENOMEM;
		table_set(row, 0, "%s", disks->entries[i].name);
		set_rate(row, 1, disks->entries[i].read_bytes_s, false);
		set_rate(row, 2, disks->entries[i].written_bytes_s,
			 disks->entries[i].is_written_at_most);
	}
	return table_print(&table, out, style);
}

/* Draws disks, an empty line and moves into the style's lines. */
static int draw_tables(FILE *out, const struct dashboard *dashboard, const struct style *style,
		       unsigned screen_lines)
{
	cleanup(disks_deinit) struct disks disks = {0};
	struct style part = *style;
	int ret = disks_sum(&disks, &dashboard->moves);

	if (ret == 0 && disks.count > 0 && screen_lines >= LINES_FOR_DISKS) {
		/* a third of them at the most */
		part.lines = disks.count + 1 < style->lines / 3 ? (unsigned)disks.count + 1
								: style->lines / 3;
		ret = draw_disks(out, &disks, &part);
		fputc('\n', out);
		part.lines = style->lines - part.lines - 1;
	}
	if (ret == 0 && dashboard->moves.count > 0)
		ret = dashboard_draw_moves(out, dashboard, &part);
	return ret;
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	while ((text = strchr(text, '\n'))) {
		lines++;
		text++;
	}
	return lines;
}

/* Draws all above the footer but the selected move in words: lines that end with line feeds. */
static int draw_top(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	struct style rest = *style;
	int ret;

	if (style->lines < LINES_FOR_TABLE)
		return 0;
	ret = write_line(out, dashboard, style,
			 dashboard->link == LINK_THERE ? COLOUR_NONE : COLOUR_YELLOW, write_header);
	if (ret < 0)
		return ret;
	fputs(style->lines < LINES_FOR_WORDS ? "\n" : "\n\n", out);
	/* header and footer; two empty lines and the words */
	rest.lines -= style->lines < LINES_FOR_WORDS ? 2 : 5;
	return draw_tables(out, dashboard, &rest, style->lines);
}

/* What a part draws, as a text of its own. Returns 0 with *textp owned, or -ENOMEM. */
static int capture(int (*part)(FILE *, const struct dashboard *, const struct style *),
		   const struct dashboard *dashboard, const struct style *style, char **textp)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);
	int ret;

	if (!stream)
		return -ENOMEM;
	ret = part(stream, dashboard, style);
	if (fclose(stream) != 0 && ret == 0)
		ret = -ENOMEM;
	if (ret < 0)
		return ret;
	assert(text); /* the stream has made it */
	*textp = steal_pointer(&text);
	return 0;
}

static int draw(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	bool has_words = style->lines >= LINES_FOR_WORDS ||
			 (style->lines > 1 && style->lines < LINES_FOR_TABLE);
	_free_ char *top = NULL;
	int ret = capture(draw_top, dashboard, style, &top);

	if (ret < 0)
		return ret;
	fputs(top, out);
	for (unsigned i = count_lines(top) + has_words + 1; i < style->lines; i++)
		fputc('\n', out);
	if (has_words) {
		ret = write_line(out, dashboard, style, COLOUR_NONE, write_words);
		fputc('\n', out);
	}
	return ret < 0 ? ret
		       : write_line(out, dashboard, style,
				    dashboard->asked_id || *dashboard->notice ? COLOUR_YELLOW
									      : COLOUR_NONE,
				    write_footer);
}

int dashboard_draw(const struct dashboard *dashboard, const struct style *style, char **linesp)
{
	int ret = capture(draw, dashboard, style, linesp);

	if (ret == 0 && !style->utf8)
		text_make_ascii(*linesp);
	return ret;
}

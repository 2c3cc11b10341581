/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/dashboard_moves.h"

#include <errno.h>
#include <inttypes.h>

#include "client/headline.h"
#include "client/names.h"
#include "client/table.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Of the screen's columns one in so many is the bar's, within these bounds. */
#define BAR_SHARE 8
#define BAR_MIN   6
#define BAR_MAX   24

/* Screens with fewer columns say of several destinations only how many these are. */
#define COLUMNS_FOR_DESTINATIONS 90

/* What a cell is made from. */
struct subject {
	const struct move_view *move;
	const struct style *style;
	bool is_selected;
};

static void write_id(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	fprintf(out, "%s%" PRIu64, subject->is_selected ? ">" : "", subject->move->id);
}

static void write_state(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	fputs(headline_state(subject->move), out);
}

static void write_way(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	names_write_short_way(out, subject->move, subject->style->utf8 ? "→" : "->",
			      subject->style->columns < COLUMNS_FOR_DESTINATIONS);
}

/* The LV that is being moved, or all of a move that has ended. */
static void write_lv(FILE *out, const void *arg)
{
	const struct subject *subject = arg;
	struct pass_view pass;

	if (view_find_current_pass(subject->move, &pass))
		fputs(pass.lv, out);
	else
		names_write_lvs(out, subject->move);
}

static void write_bar(FILE *out, const void *arg)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	const struct subject *subject = arg;
	const struct move_view *move = subject->move;
	size_t width = subject->style->columns / BAR_SHARE, filled;

	width = width < BAR_MIN ? BAR_MIN : width > BAR_MAX ? BAR_MAX : width;
	filled = view_percent(move->copied_bytes, move->total_bytes) * width * 8 / 100;
	for (size_t i = 0; i < width; i++)
		if (!subject->style->utf8)
			fputc(i < filled / 8 ? '#' : '.', out);
		else if (i < filled / 8)
			fputs("█", out);
		else
			fputs(i == filled / 8 && filled % 8 ? eighths[filled % 8] : "░", out);
}

static void write_done(FILE *out, const void *arg)
{
	const struct subject *subject = arg;
	char text[VIEW_DONE_MAX];

	view_format_done(subject->move->copied_bytes, subject->move->total_bytes, text);
	fputs(text, out);
}

static void write_rate(FILE *out, uint64_t rate_bytes_s)
{
	char text[UNITS_TEXT_MAX];

	units_format_bytes(rate_bytes_s, text);
	fprintf(out, "%s%s", rate_bytes_s == VIEW_UNKNOWN ? "-" : text,
		rate_bytes_s == VIEW_UNKNOWN ? "" : "/s");
}

static void write_move_rate(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	write_rate(out,
		   view_move_is_ended(subject->move) ? VIEW_UNKNOWN : subject->move->rate_bytes_s);
}

static void write_eta(FILE *out, const void *arg)
{
	const struct subject *subject = arg;
	const struct move_view *move = subject->move;
	char text[UNITS_TEXT_MAX];

	units_format_duration(move->eta_us, text);
	fputs(move->eta_us == VIEW_UNKNOWN || view_move_is_ended(move) ? "-" : text, out);
}

static bool has_limit(const struct move_view *move)
{
	return move->limit_bytes_s != VIEW_UNKNOWN && !view_move_is_ended(move);
}

static void write_limit(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	write_rate(out, has_limit(subject->move) ? subject->move->limit_bytes_s : VIEW_UNKNOWN);
}

static bool has_bound(const struct move_view *move)
{
	return move->max_latency_us != VIEW_UNKNOWN && !view_move_is_ended(move);
}

/* The bound, and by how much copying gives way for it just now. */
static void write_bound(FILE *out, const void *arg)
{
	const struct move_view *move = ((const struct subject *)arg)->move;

	if (!has_bound(move)) {
		fputc('-', out);
		return;
	}
	fprintf(out, "%g ms", (double)move->max_latency_us / 1e3);
	if (move->ios == VIEW_UNKNOWN)
		return;
	if (move->aside)
		fputs(", aside", out);
	else if (view_get_narrowing(move) > 1)
		fprintf(out, ", 1/%" PRIu64, view_get_narrowing(move));
}

static bool has_queue(const struct move_view *move)
{
	return move->queue_place != VIEW_UNKNOWN && !view_move_is_ended(move);
}

static void write_queue(FILE *out, const void *arg)
{
	const struct subject *subject = arg;

	if (has_queue(subject->move))
		fprintf(out, "%" PRIu64 ", behind %" PRIu64, subject->move->queue_place,
			subject->move->queue_behind);
	else
		fputc('-', out);
}

/* A column, and what is in it. */
struct column {
	struct table_column head;
	unsigned rank;                                   /* see table.h */
	bool (*is_needed)(const struct move_view *move); /* NULL: always; otherwise for any move */
	void (*write)(FILE *out, const void *subject);
};

static const struct column columns[] = {
	{{"ID", true}, 0, NULL, write_id},
	{{"STATE", false}, 0, NULL, write_state},
	{{"FROM -> TO", false}, 2, NULL, write_way},
	{{"LV", false}, 4, NULL, write_lv},
	{{"", false}, 5, NULL, write_bar},
	{{"DONE", true}, 0, NULL, write_done},
	{{"RATE", true}, 1, NULL, write_move_rate},
	{{"TO GO", true}, 3, NULL, write_eta},
	{{"LIMIT", true}, 6, has_limit, write_limit},
	{{"LATENCY", false}, 7, has_bound, write_bound},
	{{"QUEUE", false}, 8, has_queue, write_queue},
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

_Static_assert(COLUMN_COUNT <= TABLE_COLUMNS_MAX, "a table has room for all of them");

/* The columns of these moves. */
struct choice {
	const struct column *columns[COLUMN_COUNT];
	struct table_column heads[COLUMN_COUNT + 1];
	unsigned ranks[COLUMN_COUNT];
	size_t count;
};

static bool any_needs(const struct moves *moves, const struct column *column)
{
	bool is_needed = !column->is_needed;

	for (size_t i = 0; !is_needed && i < moves->count; i++)
		is_needed = column->is_needed(&moves->entries[i].view);
	return is_needed;
}

static void choose_columns(const struct moves *moves, struct choice *choice)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (any_needs(moves, &columns[i])) {
			choice->columns[choice->count] = &columns[i];
			choice->heads[choice->count] = columns[i].head;
			choice->ranks[choice->count++] = columns[i].rank;
		}
}

static int add_row(struct table *table, const struct choice *choice, const struct subject *subject)
{
	struct table_row *row = table_add_row(table);

	if (!row)
		return -ENOMEM;
	for (size_t i = 0; i < choice->count; i++)
		table_set_written(row, i, choice->columns[i]->write, subject);
	row->colour = headline_colour(headline_state(subject->move));
	row->is_selected = subject->is_selected;
	return 0;
}

/* Where the moves in sight begin: with the selected one in the middle, or as near to it as can be.
 */
static size_t first_in_sight(const struct dashboard *dashboard, size_t rows)
{
	size_t count = dashboard->moves.count, position = dashboard_position(dashboard);

	if (count <= rows || position < rows / 2)
		return 0;
	return position - rows / 2 < count - rows ? position - rows / 2 : count - rows;
}

int dashboard_draw_moves(FILE *out, const struct dashboard *dashboard, const struct style *style)
{
	const struct moves *moves = &dashboard->moves;
	size_t rows = style->lines - 1, first = first_in_sight(dashboard, rows);
	struct choice choice = {0};
	cleanup(table_deinit) struct table table = {
		.columns = choice.heads, .ranks = choice.ranks, .coloured = 1};

	choose_columns(moves, &choice);
	for (size_t i = first; i < moves->count && i < first + rows; i++) {
		const struct move_view *move = &moves->entries[i].view;
		struct subject subject = {move, style, move->id == dashboard->selected_id};
		int ret = add_row(&table, &choice, &subject);

		if (ret < 0)
			return ret;
	}
	return table_print(&table, out, style);
}

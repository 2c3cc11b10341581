/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "client/text.h"
#include "common/cleanup.h"

#define GAP_COLUMNS 2

/* Which columns are shown, and how wide. */
struct shape {
	size_t widths[TABLE_COLUMNS_MAX];
	bool is_left_out[TABLE_COLUMNS_MAX];
};

static size_t column_count(const struct table *table)
{
	size_t count = 0;

	while (table->columns[count].title)
		count++;
	return count;
}

void table_deinit(struct table *table)
{
	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++)
			free(table->rows[row].cells[i]);
	free(table->rows);
	table->rows = NULL;
	table->row_count = 0;
}

struct table_row *table_add_row(struct table *table)
{
	struct table_row *rows =
		reallocarray(table->rows, table->row_count + 1, sizeof(*table->rows));

	if (!rows)
		return NULL;
	table->rows = rows;
	rows[table->row_count] = (struct table_row){0};
	return &rows[table->row_count++];
}

void table_set(struct table_row *row, size_t column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&row->cells[column], format, arguments) < 0)
		row->cells[column] = NULL;
	va_end(arguments);
}

void table_set_written(struct table_row *row, size_t column,
		       void (*write)(FILE *out, const void *subject), const void *subject)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);

	if (!stream)
		return;
	write(stream, subject);
	if (fclose(stream) == 0)
		table_set(row, column, "%s", text);
}

static void measure(const struct table *table, struct shape *shape)
{
	for (size_t i = 0; i < column_count(table); i++) {
		shape->widths[i] = text_columns(table->columns[i].title);
		for (size_t row = 0; row < table->row_count; row++) {
			size_t width = text_columns(table->rows[row].cells[i]);

			if (width > shape->widths[i])
				shape->widths[i] = width;
		}
	}
}

static size_t width_of(const struct table *table, const struct shape *shape)
{
	size_t width = 0;

	for (size_t i = 0; i < column_count(table); i++)
		if (!shape->is_left_out[i])
			width += shape->widths[i] + (width > 0 ? GAP_COLUMNS : 0);
	return width;
}

/* Leaves out what there is no room for. */
static void make_fit(const struct table *table, struct shape *shape, size_t columns)
{
	while (width_of(table, shape) > columns) {
		size_t worst = TABLE_COLUMNS_MAX;

		for (size_t i = 0; i < column_count(table); i++)
			if (!shape->is_left_out[i] && table->ranks[i] > 0 &&
			    (worst == TABLE_COLUMNS_MAX || table->ranks[i] > table->ranks[worst]))
				worst = i;
		if (worst == TABLE_COLUMNS_MAX)
			return;
		shape->is_left_out[worst] = true;
	}
}

/* Writes as much of the text as there is room for. */
static void print_text(FILE *out, const char *text, size_t *roomp)
{
	size_t columns = text_columns(text);

	if (columns > *roomp)
		columns = *roomp;
	fwrite(text, 1, text_bytes_of_columns(text, columns), out);
	*roomp -= columns;
}

static void print_row(const struct table *table, const struct shape *shape,
		      const struct table_row *row, FILE *out, const struct style *style)
{
	bool is_reversed = style->colour && row && row->is_selected;
	size_t room = style->columns ? style->columns : SIZE_MAX;
	size_t spaces = 0; /* due before the next text, so that no line ends with any */

	fputs(is_reversed ? STYLE_REVERSED : "", out);
	for (size_t i = 0; i < column_count(table); i++) {
		const char *text = row ? row->cells[i] : table->columns[i].title;
		bool is_coloured =
			style->colour && row && row->colour && i == table->coloured && !is_reversed;
		size_t padding = shape->widths[i] - text_columns(text);

		if (shape->is_left_out[i])
			continue;
		if (table->columns[i].right)
			spaces += padding;
		if (*text && spaces < room) {
			for (; spaces > 0; spaces--)
				print_text(out, " ", &room);
			fputs(is_coloured ? style_escape(row->colour) : "", out);
			print_text(out, text, &room);
			fputs(is_coloured ? STYLE_PLAIN : "", out);
		}
		if (!table->columns[i].right)
			spaces += padding;
		spaces += GAP_COLUMNS;
	}
	fputs(is_reversed ? STYLE_PLAIN : "", out);
	fputc('\n', out);
}

int table_print(const struct table *table, FILE *out, const struct style *style)
{
	struct shape shape = {0};
	size_t rows = table->row_count;

	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < column_count(table); i++)
			if (!table->rows[row].cells[i])
				return -ENOMEM;
	if (style->lines && rows > style->lines - 1)
		rows = style->lines - 1;
	measure(table, &shape);
	if (table->ranks && style->columns)
		make_fit(table, &shape, style->columns);
	print_row(table, &shape, NULL, out, style);
	for (size_t row = 0; row < rows; row++)
		print_row(table, &shape, &table->rows[row], out, style);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "client/text.h"

#define GAP_COLUMNS 2

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

static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
	for (size_t i = 0; i < column_count(table); i++) {
		widths[i] = text_columns(table->columns[i].title);
		for (size_t row = 0; row < table->row_count; row++) {
			size_t width = text_columns(table->rows[row].cells[i]);

			if (width > widths[i])
				widths[i] = width;
		}
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

static void print_row(const struct table *table, const size_t widths[TABLE_COLUMNS_MAX],
		      const struct table_row *row, FILE *out, const struct style *style)
{
	static const char *const escapes[] = {"", "\033[31m", "\033[32m", "\033[33m"};
	size_t room = style->columns ? style->columns : SIZE_MAX;
	size_t spaces = 0; /* due before the next text, so that no line ends with any */

	for (size_t i = 0; i < column_count(table); i++) {
		const char *text = row ? row->cells[i] : table->columns[i].title;
		bool is_coloured = style->colour && row && row->colour && i == table->coloured;
		size_t padding = widths[i] - text_columns(text);

		if (table->columns[i].right)
			spaces += padding;
		if (*text && spaces < room) {
			for (; spaces > 0; spaces--)
				print_text(out, " ", &room);
			fputs(is_coloured ? escapes[row->colour] : "", out);
			print_text(out, text, &room);
			fputs(is_coloured ? "\033[0m" : "", out);
		}
		if (!table->columns[i].right)
			spaces += padding;
		spaces += GAP_COLUMNS;
	}
	fputc('\n', out);
}

int table_print(const struct table *table, FILE *out, const struct style *style)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};
	size_t rows = table->row_count;

	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < column_count(table); i++)
			if (!table->rows[row].cells[i])
				return -ENOMEM;
	if (style->lines && rows > style->lines - 1)
		rows = style->lines - 1;
	measure(table, widths);
	print_row(table, widths, NULL, out, style);
	for (size_t row = 0; row < rows; row++)
		print_row(table, widths, &table->rows[row], out, style);
	return 0;
}

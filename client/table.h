/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rows of text in aligned columns, two spaces apart. Knows nothing of what they say. */

#include <stddef.h>
#include <stdio.h>

#include "client/style.h"

#define TABLE_COLUMNS_MAX 12

struct table_column {
	const char *title; /* NULL ends the columns */
	bool right;        /* aligned, for numbers */
};

struct table_row {
	char *cells[TABLE_COLUMNS_MAX];
	enum colour colour; /* of the coloured column */
	bool is_selected;   /* drawn in reverse where there are colours */
};

struct table {
	const struct table_column *columns;
	/* Of each column: where there is no room for all, that with the highest rank goes, 0 never.
	 * NULL: none goes; rows are cut. */
	const unsigned *ranks;
	size_t coloured; /* which column takes the rows' colours */
	struct table_row *rows;
	size_t row_count;
};

void table_deinit(struct table *table);

/* Adds a row of cells to be set. Returns it, good until the next, or NULL for want of memory. */
struct table_row *table_add_row(struct table *table);

/* Sets a cell of a row that does not have it yet; for want of memory table_print() will fail. */
__attribute__((format(printf, 3, 4))) void table_set(struct table_row *row, size_t column,
						     const char *format, ...);

/* Sets such a cell to what the function writes of the subject. */
void table_set_written(struct table_row *row, size_t column,
		       void (*write)(FILE *out, const void *subject), const void *subject);

/* Writes titles and rows, of which all cells are set. Returns 0 or -ENOMEM. */
int table_print(const struct table *table, FILE *out, const struct style *style);

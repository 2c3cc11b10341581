/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "client/table.h"
#include "common/cleanup.h"

static void expect_table(unsigned columns, const unsigned *ranks, bool colour, const char *expected)
{
	static const struct table_column heads[] = {
		{"A", false}, {"BB", true}, {"C", false}, {NULL, false}};
	struct table table = {.columns = heads, .ranks = ranks};
	struct style style = {.columns = columns, .colour = colour};
	struct table_row *row = table_add_row(&table);
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *out = open_memstream(&text, &len_bytes);

	table_set(row, 0, "aaaa");
	table_set(row, 1, "b");
	table_set(row, 2, "cc");
	row->colour = COLOUR_RED;
	row->is_selected = true;
	assert_int_equal(table_print(&table, out, &style), 0);
	fclose(out);
	assert_string_equal(text, expected);
	table_deinit(&table);
}

static void columns_go_by_rank_where_there_is_no_room(void **state)
{
	static const unsigned ranks[] = {0, 1, 2};

	(void)state;
	expect_table(12, ranks, false, "A     BB  C\naaaa   b  cc\n");
	expect_table(11, ranks, false, "A     BB\naaaa   b\n");
	expect_table(7, ranks, false, "A\naaaa\n");
	/* what has no rank is cut */
	expect_table(3, ranks, false, "A\naaa\n");
	/* no limit */
	expect_table(0, ranks, false, "A     BB  C\naaaa   b  cc\n");
}

static void without_ranks_rows_are_cut(void **state)
{
	(void)state;
	expect_table(11, NULL, false, "A     BB  C\naaaa   b  c\n");
}

static void selected_row_is_reversed_and_has_no_colour_of_its_own(void **state)
{
	(void)state;
	expect_table(0, NULL, true, "A     BB  C\n\033[7maaaa   b  cc\033[0m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_go_by_rank_where_there_is_no_room),
		cmocka_unit_test(without_ranks_rows_are_cut),
		cmocka_unit_test(selected_row_is_reversed_and_has_no_colour_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

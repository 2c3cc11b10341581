/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/log.h"
#include "daemon/rpc/complaint.h"

static size_t lines;
static char last[LOG_TEXT_MAX];

void __wrap_log_write(int level, const struct log_field *fields, size_t field_count,
		      const char *format, ...);
void __wrap_log_write(int level, const struct log_field *fields, size_t field_count,
		      const char *format, ...)
{
	va_list arguments;

	(void)fields;
	assert_int_equal(level, LOG_WARNING);
	assert_int_equal(field_count, 0);
	va_start(arguments, format);
	vsnprintf(last, sizeof(last), format, arguments);
	va_end(arguments);
	lines++;
}

static void a_flood_of_complaints_is_a_few_lines_and_a_number(void **state)
{
	struct complaints complaints = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		complaints_say(&complaints, "client %d", i);
	assert_int_equal(lines, COMPLAINTS_MAX);
	assert_string_equal(last, "client 19");
	/* time goes by */
	complaints.window_end_s = 0;
	lines = 0;
	complaints_say(&complaints, "client %d", 1000);
	assert_int_equal(lines, 2);
	assert_string_equal(last, "client 1000");
	complaints.window_end_s = 0;
	lines = 0;
	complaints_say(&complaints, "client %d", 1001);
	/* nothing was kept this time */
	assert_int_equal(lines, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_complaints_is_a_few_lines_and_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

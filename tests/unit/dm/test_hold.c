/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/dm/hold.h"

static char folder[] = "/tmp/pvmoved-hold-XXXXXX";
static char parameter[64], note[64];
static const struct hold_paths paths = {parameter, note};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_holds_text(const char *path, const char *text)
{
	char line[32] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	(void)!fgets(line, sizeof(line), file);
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, text);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int make_files(void **state)
{
	(void)state;
	unlink(note);
	put(parameter, "100\n");
	return 0;
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(parameter, sizeof(parameter), "%s/parameter", folder);
	snprintf(note, sizeof(note), "%s/note", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(parameter);
	unlink(note);
	return rmdir(folder);
}

static void what_was_is_put_back(void **state)
{
	(void)state;
	put(parameter, "70\n");
	assert_int_equal(hold_copying(&paths), 0);
	assert_holds_text(parameter, "1");
	assert_holds_text(note, "70");
	assert_int_equal(hold_copying(&paths), 0);
	assert_holds_text(note, "70");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "70");
	assert_false(exists(note));
}

static void one_that_comes_after_a_crash_puts_it_back(void **state)
{
	(void)state;
	put(parameter, "1\n");
	put(note, "85\n");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "85");
	assert_false(exists(note));
}

static void a_crash_between_note_and_parameter_changes_nothing(void **state)
{
	(void)state;
	put(note, "100\n");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "100");
	assert_false(exists(note));
}

static void what_somebody_else_has_written_meanwhile_stays(void **state)
{
	(void)state;
	assert_int_equal(hold_copying(&paths), 0);
	put(parameter, "40\n");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "40");
	assert_false(exists(note));
}

static void without_a_note_nothing_is_changed(void **state)
{
	(void)state;
	put(parameter, "1\n");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "1");
}

static void a_host_that_is_held_by_its_admin_stays_so(void **state)
{
	(void)state;
	put(parameter, "1\n");
	assert_int_equal(hold_copying(&paths), 0);
	assert_false(exists(note));
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "1");
}

static void without_the_module_it_says_so_and_leaves_nothing(void **state)
{
	(void)state;
	unlink(parameter);
	assert_int_equal(hold_copying(&paths), -ENOENT);
	assert_false(exists(note));
	put(note, "100\n");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_false(exists(note));
}

static void a_note_that_cannot_be_written_leaves_the_parameter_alone(void **state)
{
	const struct hold_paths no_note = {parameter, "/nowhere/at/all"};

	(void)state;
	assert_int_equal(hold_copying(&no_note), -ENOENT);
	assert_holds_text(parameter, "100");
}

static void a_torn_note_is_taken_for_the_kernels_own_value(void **state)
{
	(void)state;
	put(parameter, "1\n");
	put(note, "");
	assert_int_equal(hold_let_go(&paths), 0);
	assert_holds_text(parameter, "100");
	assert_false(exists(note));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_is_put_back, make_files),
		cmocka_unit_test_setup(one_that_comes_after_a_crash_puts_it_back, make_files),
		cmocka_unit_test_setup(a_crash_between_note_and_parameter_changes_nothing,
				       make_files),
		cmocka_unit_test_setup(what_somebody_else_has_written_meanwhile_stays, make_files),
		cmocka_unit_test_setup(without_a_note_nothing_is_changed, make_files),
		cmocka_unit_test_setup(a_host_that_is_held_by_its_admin_stays_so, make_files),
		cmocka_unit_test_setup(without_the_module_it_says_so_and_leaves_nothing,
				       make_files),
		cmocka_unit_test_setup(a_note_that_cannot_be_written_leaves_the_parameter_alone,
				       make_files),
		cmocka_unit_test_setup(a_torn_note_is_taken_for_the_kernels_own_value, make_files),
	};

	return cmocka_run_group_tests_name("hold", tests, make_folder, remove_folder);
}

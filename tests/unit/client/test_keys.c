/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/keys.h"

/* The keys end with 0. */
static void expect_keys(const char *bytes, const int *keys)
{
	const char *at = bytes, *end = bytes + strlen(bytes);

	for (; *keys; keys++) {
		assert_true(at < end);
		assert_int_equal(keys_take(&at, end), *keys);
	}
	assert_ptr_equal(at, end);
}

#define EXPECT_KEYS(bytes, ...) expect_keys(bytes, (const int[]){__VA_ARGS__, 0})

static void characters_are_themselves(void **state)
{
	(void)state;
	EXPECT_KEYS("qJ\x0c", 'q', 'J', '\x0c');
}

static void escape_sequences_are_one_key(void **state)
{
	(void)state;
	EXPECT_KEYS("\033[A\033OBx", KEY_UP, KEY_DOWN, 'x');
	EXPECT_KEYS("\033[5~\033[6~\033[1~\033[4~", KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END);
	EXPECT_KEYS("\033[H\033OFq", KEY_HOME, KEY_END, 'q');
	EXPECT_KEYS("\033[1;5A", KEY_UP);
}

/* Whose characters would otherwise pause or abort something. */
static void unknown_sequences_are_no_letters(void **state)
{
	(void)state;
	EXPECT_KEYS("\033[3~\033[200~\033[12;34R\033Op", KEY_OTHER, KEY_OTHER, KEY_OTHER,
		    KEY_OTHER);
	EXPECT_KEYS("\033[99999999999999999999~a", KEY_OTHER, 'a');
}

static void sequence_that_is_cut_off_is_over(void **state)
{
	(void)state;
	EXPECT_KEYS("\033", KEY_ESCAPE);
	EXPECT_KEYS("\033a", KEY_ESCAPE, 'a');
	EXPECT_KEYS("\033[", KEY_OTHER);
	EXPECT_KEYS("\033[12", KEY_OTHER);
	EXPECT_KEYS("\033\033[A", KEY_ESCAPE, KEY_UP);
}

static void what_is_not_ascii_means_nothing(void **state)
{
	(void)state;
	EXPECT_KEYS("\xc3\xa4y", KEY_OTHER, KEY_OTHER, 'y');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_themselves),
		cmocka_unit_test(escape_sequences_are_one_key),
		cmocka_unit_test(unknown_sequences_are_no_letters),
		cmocka_unit_test(sequence_that_is_cut_off_is_over),
		cmocka_unit_test(what_is_not_ascii_means_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

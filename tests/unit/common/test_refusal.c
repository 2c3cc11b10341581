/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/refusal.h"

static void a_refusal_keeps_its_texts_and_forgets_the_last_one(void **state)
{
	struct refusal refusal;

	(void)state;
	memset(&refusal, 0xA5, sizeof(refusal));
	refusal_set(&refusal, REFUSAL_OTHER_VG, "/dev/sdb", "data");
	assert_int_equal(refusal.code, REFUSAL_OTHER_VG);
	assert_string_equal(refusal.subject, "/dev/sdb");
	assert_string_equal(refusal.detail, "data");
	assert_int_equal(refusal.needed_extents, 0);
	assert_int_equal(refusal.free_extents, 0);
	assert_int_equal(refusal.extent_bytes, 0);
	assert_int_equal(refusal.move_id, 0);

	refusal_set(&refusal, REFUSAL_NO_MEMORY, NULL, NULL);
	assert_string_equal(refusal.subject, "");
	assert_string_equal(refusal.detail, "");
}

static void a_text_of_the_longest_length_is_kept_and_a_longer_one_is_cut(void **state)
{
	char text[REFUSAL_TEXT_MAX + 1];
	struct refusal refusal;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[REFUSAL_TEXT_MAX - 1] = '\0';
	refusal_set(&refusal, REFUSAL_LVM_FAILED, text, NULL);
	assert_string_equal(refusal.subject, text);

	text[REFUSAL_TEXT_MAX - 1] = 'y';
	text[REFUSAL_TEXT_MAX] = '\0';
	refusal_set(&refusal, REFUSAL_LVM_FAILED, text, text);
	assert_int_equal(strlen(refusal.subject), REFUSAL_TEXT_MAX - 1);
	assert_null(strchr(refusal.subject, 'y'));
	assert_string_equal(refusal.detail, refusal.subject);
}

static void a_text_is_never_cut_within_a_character(void **state)
{
	static const char snowman[] = "\xE2\x98\x83";
	char text[REFUSAL_TEXT_MAX + 8];
	struct refusal refusal;

	(void)state;
	/* The cut falls ahead of the character, or one or two bytes into it. */
	for (size_t lead = REFUSAL_TEXT_MAX - 3; lead < REFUSAL_TEXT_MAX; lead++) {
		memset(text, 'x', lead);
		memcpy(text + lead, snowman, sizeof(snowman));
		refusal_set(&refusal, REFUSAL_LVM_FAILED, "", text);
		assert_int_equal(strlen(refusal.detail), lead);
	}
	memset(text, 'x', REFUSAL_TEXT_MAX - 4);
	memcpy(text + REFUSAL_TEXT_MAX - 4, snowman, sizeof(snowman));
	refusal_set(&refusal, REFUSAL_LVM_FAILED, "", text);
	assert_string_equal(refusal.detail, text);
}

static void every_code_has_a_name_that_leads_back_to_it(void **state)
{
	(void)state;
	for (unsigned int code = REFUSAL_NONE + 1; code <= REFUSAL_NO_MEMORY; code++) {
		const char *name = refusal_name((enum refusal_code)code);

		assert_non_null(name);
		assert_int_equal(refusal_from_name(name), code);
	}
	assert_string_equal(refusal_name(REFUSAL_NO_SPACE), "NoSpace");
}

static void what_is_not_a_code_has_no_name_and_what_is_not_a_name_no_code(void **state)
{
	(void)state;
	assert_null(refusal_name(REFUSAL_NONE));
	assert_null(refusal_name((enum refusal_code)(REFUSAL_NO_MEMORY + 1)));
	assert_null(refusal_name((enum refusal_code) - 1));
	assert_int_equal(refusal_from_name(""), REFUSAL_NONE);
	assert_int_equal(refusal_from_name("nospace"), REFUSAL_NONE);
	assert_int_equal(refusal_from_name("NoSpaceLeft"), REFUSAL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_keeps_its_texts_and_forgets_the_last_one),
		cmocka_unit_test(a_text_of_the_longest_length_is_kept_and_a_longer_one_is_cut),
		cmocka_unit_test(a_text_is_never_cut_within_a_character),
		cmocka_unit_test(every_code_has_a_name_that_leads_back_to_it),
		cmocka_unit_test(what_is_not_a_code_has_no_name_and_what_is_not_a_name_no_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

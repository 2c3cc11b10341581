/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/lv_spec.h"
#include "tests/unit/plan/vg_by_hand.h"

static int make_group(void **state)
{
	struct vg *vg = hand_vg(1, 10);

	free(vg->name);
	vg->name = strdup("a-b");
	hand_add_lv(vg, "root");
	hand_add_lv(vg, "my-data");
	hand_add_lv(vg, "dev");
	*state = vg;
	return vg->name ? 0 : -1;
}

static int free_group(void **state)
{
	vg_free(*state);
	return 0;
}

static const char *find(const struct vg *vg, const char *spec)
{
	const struct vg_lv *lv = lv_spec_find(vg, spec);

	return lv ? lv->name : "none";
}

static void every_way_to_name_an_lv_finds_it(void **state)
{
	const struct vg *vg = *state;

	assert_string_equal(find(vg, "root"), "root");
	assert_string_equal(find(vg, "a-b/root"), "root");
	assert_string_equal(find(vg, "/dev/a-b/root"), "root");
	assert_string_equal(find(vg, "/dev/mapper/a--b-root"), "root");
	assert_string_equal(find(vg, "/dev/mapper/a--b-my--data"), "my-data");
	assert_string_equal(find(vg, "dev"), "dev");
}

static void the_lv_of_another_group_is_not_ours(void **state)
{
	const struct vg *vg = *state;

	assert_string_equal(find(vg, "a/root"), "none");
	assert_string_equal(find(vg, "/dev/a-bc/root"), "none");
	assert_string_equal(find(vg, "/dev/mapper/a-root"), "none");
	assert_string_equal(find(vg, "/dev/mapper/a-b-root"), "none");
	assert_string_equal(find(vg, "/dev/mapper/a--bc-root"), "none");
}

static void text_that_names_nothing_finds_nothing(void **state)
{
	static const char *const specs[] = {
		"",
		"/",
		"/dev/",
		"/dev/mapper/",
		"/dev/mapper/a--b",
		"/dev/mapper/a--b-",
		"/dev/mapper/a--b-my-data",
		"/dev/mapper/a--b-my--dat",
		"/dev/mapper/a--b-root-",
		"a-b/",
		"a-b/root/",
		"a-b//root",
		"/root",
		"/dev/root",
		"roo",
		"root ",
		"/dev/disk/by-id/root",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		assert_string_equal(find(*state, specs[i]), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_name_an_lv_finds_it),
		cmocka_unit_test(the_lv_of_another_group_is_not_ours),
		cmocka_unit_test(text_that_names_nothing_finds_nothing),
	};

	return cmocka_run_group_tests(tests, make_group, free_group);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/vg.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

#define ID_A "aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg"
#define ID_B "VlPROR-fgr1-qVwN-Ff35-Pgx2-R6wo-i1XDZ#"

static void an_id_is_parsed_and_loses_its_dashes(void **state)
{
	char plain[LVM_ID_PLAIN_LEN + 1];
	struct lvm_id a, b;

	(void)state;
	assert_int_equal(lvm_id_parse(ID_A, &a), 0);
	assert_int_equal(lvm_id_parse(ID_B, &b), 0);
	assert_true(lvm_id_equal(&a, &a));
	assert_false(lvm_id_equal(&a, &b));
	lvm_id_plain(&b, plain);
	assert_string_equal(plain, "VlPRORfgr1qVwNFf35Pgx2R6woi1XDZ#");
}

static void what_is_no_id_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"aaaaaa-bbbb-cccc-dddd-eeee-ffff-ggggg",
		"aaaaaa-bbbb-cccc-dddd-eeee-ffff-ggggggg",
		"aaaaaabbbbccccddddeeeeffffgggggg",
		"aaaaaa-bbbb-cccc-dddd-eeee-fffff-ggggg",
		"aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggg/g",
		"aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggg g",
		"-aaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct lvm_id id = {.text = "untouched"};

		assert_int_equal(lvm_id_parse(texts[i], &id), -EINVAL);
		assert_string_equal(id.text, "untouched");
	}
}

static void generated_ids_are_good_and_differ(void **state)
{
	struct lvm_id a = lvm_id_generate(), b = lvm_id_generate(), parsed;

	(void)state;
	assert_int_equal(lvm_id_parse(a.text, &parsed), 0);
	assert_true(lvm_id_equal(&a, &parsed));
	assert_false(lvm_id_equal(&a, &b));
}

static void names_are_what_lvm_takes(void **state)
{
	char longest[LVM_NAME_MAX + 1];

	(void)state;
	assert_true(lvm_name_is_valid("a"));
	assert_true(lvm_name_is_valid("vg-0_1.x+y"));
	assert_true(lvm_name_is_valid("..."));
	assert_false(lvm_name_is_valid(""));
	assert_false(lvm_name_is_valid("."));
	assert_false(lvm_name_is_valid(".."));
	assert_false(lvm_name_is_valid("-a"));
	assert_false(lvm_name_is_valid("a/b"));
	assert_false(lvm_name_is_valid("a b"));
	assert_false(lvm_name_is_valid("ä"));
	memset(longest, 'x', sizeof(longest));
	longest[LVM_NAME_MAX - 1] = '\0';
	assert_true(lvm_name_is_valid(longest));
	longest[LVM_NAME_MAX - 1] = 'x';
	longest[LVM_NAME_MAX] = '\0';
	assert_false(lvm_name_is_valid(longest));
}

/* Two PVs of 100 extents, the first with LVs on 10–19, 20–24 and 90–99. */
struct group {
	struct vg vg;
	struct vg_pv pvs[2];
	struct vg_lv lvs[2];
	struct vg_segment segments[3];
	struct vg_area areas[3];
};

static void make_group(struct group *group)
{
	static char linear[] = "striped";
	static const uint64_t starts[] = {90, 10, 20}, counts[] = {10, 10, 5};
	uint64_t le = 0;

	*group = (struct group){.pvs = {{.pe_count = 100}, {.pe_count = 100}}};
	for (size_t i = 0; i < 3; i++) {
		group->areas[i] =
			(struct vg_area){.first_pe = starts[i], .extent_count = counts[i]};
		group->segments[i] = (struct vg_segment){
			.first_le = le,
			.extent_count = counts[i],
			.type = linear,
			.areas = &group->areas[i],
			.area_count = 1,
		};
		le = i == 1 ? 0 : le + counts[i];
	}
	group->lvs[0].segments = group->segments;
	group->lvs[0].segment_count = 2;
	group->lvs[1].segments = group->segments + 2;
	group->lvs[1].segment_count = 1;
	group->vg.pvs = group->pvs;
	group->vg.pv_count = 2;
	group->vg.lvs = group->lvs;
	group->vg.lv_count = 2;
}

static void free_ranges_are_the_gaps(void **state)
{
	struct group group;
	_free_ struct pe_range *ranges = NULL;
	size_t count;

	(void)state;
	make_group(&group);
	assert_int_equal(vg_free_ranges(&group.vg, 0, &ranges, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(ranges[0].first_pe, 0);
	assert_int_equal(ranges[0].extent_count, 10);
	assert_int_equal(ranges[1].first_pe, 25);
	assert_int_equal(ranges[1].extent_count, 65);
}

static void an_unused_pv_is_one_free_range_and_a_full_one_has_none(void **state)
{
	struct group group;
	_free_ struct pe_range *unused = NULL;
	_free_ struct pe_range *full = NULL;
	size_t count;

	(void)state;
	make_group(&group);
	assert_int_equal(vg_free_ranges(&group.vg, 1, &unused, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(unused[0].first_pe, 0);
	assert_int_equal(unused[0].extent_count, 100);
	group.pvs[1].pe_count = 0;
	assert_int_equal(vg_free_ranges(&group.vg, 1, &full, &count), 0);
	assert_int_equal(count, 0);
}

static void used_areas_come_in_order(void **state)
{
	struct group group;
	_free_ struct vg_area *areas = NULL;
	size_t count;

	(void)state;
	make_group(&group);
	group.areas[1].pv = 1;
	assert_int_equal(vg_used_areas(&group.vg, &areas, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(areas[0].first_pe, 20);
	assert_int_equal(areas[1].first_pe, 90);
	assert_int_equal(areas[2].pv, 1);
	assert_int_equal(areas[2].first_pe, 10);
}

static void linear_is_one_whole_area_on_a_pv(void **state)
{
	static char mirror[] = "mirror";
	struct group group;

	(void)state;
	make_group(&group);
	assert_true(vg_lv_is_linear(&group.lvs[0]));
	group.segments[1].area_count = 0; /* on another LV */
	assert_false(vg_lv_is_linear(&group.lvs[0]));
	make_group(&group);
	group.areas[1].extent_count = 5; /* one of two stripes, the other on an LV */
	assert_false(vg_lv_is_linear(&group.lvs[0]));
	make_group(&group);
	group.segments[1].type = mirror;
	assert_false(vg_lv_is_linear(&group.lvs[0]));
	assert_true(vg_lv_is_linear(&group.lvs[1]));
}

static void a_pv_is_found_by_its_device_only_if_it_has_one(void **state)
{
	struct group group;

	(void)state;
	make_group(&group);
	group.pvs[1].dev = makedev(8, 16);
	assert_ptr_equal(vg_find_pv_by_dev(&group.vg, makedev(8, 16)), &group.pvs[1]);
	assert_null(vg_find_pv_by_dev(&group.vg, makedev(8, 0)));
	assert_null(vg_find_pv_by_dev(&group.vg, 0));
}

static bool is_named(const struct vg_lv *lv, const void *name)
{
	return strcmp(lv->name, name) == 0;
}

static void other_lvs_are_forgotten(void **state)
{
	static const char *const names[] = {"a", "b", "c", "b"};
	cleanup(vg_freep) struct vg *vg = calloc(1, sizeof(*vg));

	(void)state;
	assert_non_null(vg);
	vg->lvs = calloc(4, sizeof(vg->lvs[0]));
	assert_non_null(vg->lvs);
	for (; vg->lv_count < 4; vg->lv_count++)
		vg->lvs[vg->lv_count].name = strdup(names[vg->lv_count]);
	vg_keep_lvs(vg, is_named, "b");
	assert_int_equal(vg->lv_count, 2);
	assert_string_equal(vg->lvs[0].name, "b");
	assert_string_equal(vg->lvs[1].name, "b");
	vg_keep_lvs(vg, is_named, "a");
	assert_int_equal(vg->lv_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_parsed_and_loses_its_dashes),
		cmocka_unit_test(what_is_no_id_is_refused_and_changes_nothing),
		cmocka_unit_test(generated_ids_are_good_and_differ),
		cmocka_unit_test(names_are_what_lvm_takes),
		cmocka_unit_test(other_lvs_are_forgotten),
		cmocka_unit_test(free_ranges_are_the_gaps),
		cmocka_unit_test(an_unused_pv_is_one_free_range_and_a_full_one_has_none),
		cmocka_unit_test(used_areas_come_in_order),
		cmocka_unit_test(linear_is_one_whole_area_on_a_pv),
		cmocka_unit_test(a_pv_is_found_by_its_device_only_if_it_has_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

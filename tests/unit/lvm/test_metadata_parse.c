/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata.h"
#include "tests/unit/lvm/sample.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
#define _vg_ cleanup(vg_freep)

static struct vg *sample_parse(const char *name)
{
	_free_ char *text = sample_read(name);

	return text_parse(text);
}

static const struct vg_lv *lv_of(const struct vg *vg, const char *name)
{
	const struct vg_lv *lv = vg_find_lv_by_name(vg, name);

	assert_non_null(lv);
	return lv;
}

static void assert_area(const struct vg_segment *segment, size_t area, size_t pv, uint64_t first_pe,
			uint64_t extent_count)
{
	assert_in_range(area, 0, segment->area_count - 1);
	assert_int_equal(segment->areas[area].pv, pv);
	assert_int_equal(segment->areas[area].first_pe, first_pe);
	assert_int_equal(segment->areas[area].extent_count, extent_count);
}

static void a_group_with_one_linear_lv_is_read(void **state)
{
	_vg_ struct vg *vg = sample_parse("linear");
	const struct vg_lv *lv;

	(void)state;
	assert_string_equal(vg->name, "linear");
	assert_int_equal(vg->extent_size_sectors, 2048);
	assert_int_equal(vg->seqno, 2);
	assert_true(vg->writable);
	assert_false(vg->exported);
	assert_null(vg->system_id);
	assert_null(vg->lock_type);
	assert_int_equal(vg->pv_count, 1);
	assert_string_equal(vg->pvs[0].key, "pv0");
	assert_string_equal(vg->pvs[0].device, "/dev/vda");
	assert_int_equal(vg->pvs[0].pe_start_sectors, 2048);
	assert_int_equal(vg->pvs[0].pe_count, 255);
	assert_true(vg->pvs[0].allocatable);
	assert_false(vg->pvs[0].missing);
	assert_int_equal(vg->pvs[0].dev, 0);
	assert_int_equal(vg->lv_count, 1);
	lv = lv_of(vg, "data");
	assert_true(lv->visible && lv->writable && !lv->locked && !lv->is_pvmove);
	assert_false(lv->is_component);
	assert_int_equal(lv->segment_count, 1);
	assert_int_equal(lv->segments[0].first_le, 0);
	assert_int_equal(lv->segments[0].extent_count, 20);
	assert_string_equal(lv->segments[0].type, "striped");
	assert_area(&lv->segments[0], 0, 0, 0, 20);
	assert_true(vg_lv_is_linear(lv));
	assert_ptr_equal(vg_find_lv(vg, &lv->id), lv);
}

static void segments_lie_where_the_text_says(void **state)
{
	_vg_ struct vg *vg = sample_parse("multi");
	const struct vg_lv *data = lv_of(vg, "data");
	const struct vg_lv *striped = lv_of(vg, "striped");

	(void)state;
	assert_int_equal(data->segment_count, 3);
	assert_int_equal(data->segments[1].first_le, 10);
	assert_area(&data->segments[1], 0, 0, 20, 10);
	assert_area(&data->segments[2], 0, 1, 5, 10);
	assert_true(vg_lv_is_linear(data));
	assert_int_equal(striped->segments[0].area_count, 2);
	assert_area(&striped->segments[0], 0, 0, 30, 5);
	assert_area(&striped->segments[0], 1, 1, 0, 5);
	assert_false(vg_segment_is_linear(&striped->segments[0]));
	assert_true(vg_segment_is_linear(&striped->segments[1]));
	assert_false(vg_lv_is_linear(striped));
}

static void flags_and_tags_are_read(void **state)
{
	_vg_ struct vg *vg = sample_parse("multi");
	const struct vg_lv *quiet = lv_of(vg, "quiet");

	(void)state;
	assert_true(vg->pvs[1].allocatable);
	assert_false(vg->pvs[2].allocatable);
	assert_false(quiet->writable);
	assert_int_equal(quiet->tag_count, 2);
	assert_string_equal(quiet->tags[0], "pvmoved");
	assert_string_equal(quiet->tags[1], "a/b.c+d");
}

static void an_lv_called_as_a_segment_type_is_no_component(void **state)
{
	_vg_ struct vg *vg = sample_parse("multi");

	(void)state;
	assert_false(lv_of(vg, "striped")->is_component);
}

static void parts_of_thin_pools_are_components(void **state)
{
	_vg_ struct vg *vg = sample_parse("thin");

	(void)state;
	assert_true(lv_of(vg, "pool")->is_component);
	assert_true(lv_of(vg, "pool_tdata")->is_component);
	assert_true(lv_of(vg, "pool_tmeta")->is_component);
	assert_true(lv_of(vg, "vol")->is_component); /* the origin of snap */
	assert_false(lv_of(vg, "snap")->is_component);
	assert_false(lv_of(vg, "lvol0_pmspare")->visible);
	assert_string_equal(lv_of(vg, "pool")->segments[0].type, "thin-pool");
	assert_int_equal(lv_of(vg, "pool")->segments[0].area_count, 0);
	assert_area(&lv_of(vg, "pool_tdata")->segments[0], 0, 0, 2, 40);
}

static void images_of_raids_and_mirrors_are_components(void **state)
{
	_vg_ struct vg *vg = sample_parse("raid");

	(void)state;
	for (size_t i = 0; i < vg->lv_count; i++)
		assert_int_equal(vg->lvs[i].is_component, !vg->lvs[i].visible);
	assert_int_equal(lv_of(vg, "r1")->segments[0].area_count, 0);
	assert_int_equal(lv_of(vg, "m1")->segments[0].area_count, 0);
	assert_false(vg_lv_is_linear(lv_of(vg, "m1")));
	assert_false(lv_of(vg, "m1")->is_pvmove);
}

static void the_origin_and_the_store_of_a_snapshot_are_components(void **state)
{
	_vg_ struct vg *vg = sample_parse("snapshot");

	(void)state;
	assert_true(lv_of(vg, "origin")->is_component);
	assert_true(lv_of(vg, "old")->is_component);
}

static void parts_of_a_cached_lv_are_components(void **state)
{
	_vg_ struct vg *vg = sample_parse("cache");

	(void)state;
	assert_false(lv_of(vg, "slow")->is_component);
	assert_true(lv_of(vg, "slow_corig")->is_component);
	assert_true(lv_of(vg, "fast_cpool")->is_component);
	assert_true(lv_of(vg, "fast_cpool_cdata")->is_component);
}

static void an_lv_under_lvms_own_pvmove_is_seen(void **state)
{
	_vg_ struct vg *vg = sample_parse("pvmove");
	const struct vg_lv *mover = lv_of(vg, "pvmove0");
	const struct vg_lv *data = lv_of(vg, "data");

	(void)state;
	assert_true(data->is_pvmove && data->locked);
	assert_int_equal(data->segments[0].area_count, 0);
	assert_area(&data->segments[1], 0, 0, 40, 30);
	assert_true(mover->is_pvmove && mover->is_component && !mover->visible);
	assert_area(&mover->segments[0], 0, 0, 0, 30);
	assert_area(&mover->segments[0], 1, 1, 10, 30);
	assert_false(lv_of(vg, "still")->is_pvmove);
}

static void exported_and_foreign_groups_are_seen(void **state)
{
	_vg_ struct vg *exported = sample_parse("exported");
	_vg_ struct vg *foreign = sample_parse("foreign");

	(void)state;
	assert_true(exported->exported);
	assert_string_equal(foreign->system_id, "elsewhere");
	/* WRITE_LOCKED instead of WRITE keeps old LVMs away. */
	assert_true(foreign->writable);
	assert_true(foreign->lvs[0].writable);
}

static void a_shared_group_has_its_lock_type(void **state)
{
	_free_ char *sample = sample_read("linear");
	_free_ char *text =
		text_replace(sample, "max_lv = 0", "max_lv = 0 lock_type = \"sanlock\"");
	_vg_ struct vg *vg = text_parse(text);

	(void)state;
	assert_string_equal(vg->lock_type, "sanlock");
}

static void a_missing_pv_has_no_device(void **state)
{
	_vg_ struct vg *vg = sample_parse("missing");
	_free_ char *sample = sample_read("missing");
	_free_ char *unflagged = text_replace(sample, "[\"MISSING\"]", "[]");
	_vg_ struct vg *vg2 = text_parse(unflagged);

	(void)state;
	assert_false(vg->pvs[0].missing);
	assert_true(vg->pvs[1].missing);
	assert_null(vg->pvs[1].device);
	/* "[unknown]" alone says it, too. */
	assert_true(vg2->pvs[1].missing);
}

static void a_group_of_many_lvs_is_read(void **state)
{
	_vg_ struct vg *vg = sample_parse("many");
	_free_ struct pe_range *ranges = NULL;
	size_t count;

	(void)state;
	assert_int_equal(vg->lv_count, 120);
	assert_string_equal(vg->lvs[119].name, "lv120");
	assert_int_equal(vg_free_ranges(vg, 0, &ranges, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ranges[0].first_pe, 120);
}

static void a_group_without_lvs_is_read(void **state)
{
	_vg_ struct vg *vg = sample_parse("empty");

	(void)state;
	assert_int_equal(vg->lv_count, 0);
	assert_int_equal(vg->pv_count, 1);
}

static void an_lv_called_as_a_pv_is_not_taken_for_it(void **state)
{
	_free_ char *sample = sample_read("multi");
	_free_ char *text = text_replace(sample, "other {", "pv1 {");
	_vg_ struct vg *vg = text_parse(text);

	(void)state;
	assert_area(&lv_of(vg, "data")->segments[2], 0, 1, 5, 10);
	assert_false(lv_of(vg, "pv1")->is_component);
}

struct change {
	const char *from;
	const char *to;
};

static void unsound_metadata_is_refused(void **state)
{
	static const struct change changes[] = {
		/* the frame */
		{"contents = \"Text Format Volume Group\"", ""},
		{"Text Format Volume Group", "Something"},
		{"version = 1", "version = 2"},
		{"contents =", "second {\n}\ncontents ="},
		{"\nmulti {", "\nmulti/x {"},
		{"\nmulti {", "\n- {"},
		/* the group */
		{"2h1pYr-G7DG", "2h1pYr+G7DG"},
		{"seqno = 9", ""},
		{"seqno = 9", "seqno = -9"},
		{"seqno = 9", "seqno = \"9\""},
		{"seqno = 9", "seqno = [9, 10]"},
		{"seqno = 9", "seqno = 99999999999"},
		{"seqno = 9", "seqno = 99999999999999999999"},
		{"extent_size = 2048", "extent_size = 0"},
		{"extent_size = 2048", "extent_size { }"},
		{"physical_volumes", "physical_things"},
		/* PVs */
		{"pv1 {", "pv0 {"},
		{"pv1 {", "pv1 = 1 pv3 {"},
		{"pGoDIY-FWn1-Dv24-r1AP-uXRq-UKGV-mIuis1",
		 "9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"},
		{"pe_count = 255", "pe_count = 25"},
		{"pe_count = 255", "pe_count = 4294967296"},
		{"pe_start = 2048", "pe_start = \"2048\""},
		{"pe_start = 2048",
		 "pe_start = 18014398509481983"}, /* its end is beyond 2^63 bytes */
		{"device = \"/dev/vda\"", "device = 5"},
		{"status = [\"ALLOCATABLE\"]", "status = [\"ALLOCATABLE\", 5]"},
		/* LVs */
		{"other {", "data {"},
		{"other {", "-other {"},
		{"6RZ7Wr-qg3e-RTI3-h9Ax-PSrm-86as-NV3Zuq",
		 "Yl9yYI-CcHd-98IA-yzSw-WWpc-HRrP-LWuyqY"},
		{"6RZ7Wr-qg3e-RTI3-h9Ax-PSrm-86as-NV3Zuq", "short"},
		{"tags = [\"pvmoved\"", "tags = [5"},
		/* segments */
		{"segment_count = 3", "segment_count = 2"},
		{"segment_count = 3", ""},
		{"start_extent = 10", "start_extent = 11"},
		{"start_extent = 10", "start_extent = 9"},
		{"extent_count = 8", "extent_count = 0"},
		{"extent_count = 8", "extent_count = 4294967296"},
		{"type = \"striped\"", ""},
		/* areas */
		{"\"pv0\", 20", "\"pv0\""},
		{"\"pv0\", 20", "20, \"pv0\""},
		{"\"pv0\", 20", "\"pv0\", \"20\""},
		{"\"pv0\", 20", "\"pv0\", -1"},
		{"\"pv0\", 20", "\"pv0\", 250"},
		{"\"pv0\", 20", "\"pv0\", 256"},
		{"\"pv0\", 20", "\"pv9\", 20"},
		{"\"pv0\", 20", ""},
		{"\"pv0\", 20", "\"pv0\", 5"},  /* data itself is there */
		{"\"pv0\", 20", "\"pv0\", 17"}, /* other is there */
		{"\"pv1\", 5\n", "\"pv1\", 4\n"},
		{"\"pv0\", 30,\n\t\t\t\t\t\"pv1\", 0", "\"pv0\", 30,\n\"pv1\", 0,\n\"pv2\", 100"},
		{"stripes = [\n\t\t\t\t\t\"pv0\", 20\n\t\t\t\t]", "stripes { }"},
	};
	_free_ char *sample = sample_read("multi");

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		_free_ char *text = text_replace(sample, changes[i].from, changes[i].to);
		struct vg *vg = NULL;
		int r = metadata_parse(text, strlen(text), &vg);

		if (r != -EBADMSG)
			print_error("taken: %s -> %s\n", changes[i].from, changes[i].to);
		assert_int_equal(r, -EBADMSG);
		assert_null(vg);
	}
}

static void what_lvm_never_writes_is_refused(void **state)
{
	static const struct change changes[] = {
		{"seqno = 9", "seqno = 9.0"},
		{"seqno = 9", "seqno = 9x"},
		{"seqno = 9", "seqno = 0x9 = 5"},
		{"seqno = 9", "seqno = +"},
		{"seqno = 9", "seqno = nine"},
		{"seqno = 9", "\"seqno\" = 9"},
		{"seqno = 9", "seqno = '9'"},
		{"seqno = 9", "seqno/a = 9"},
		{"seqno = 9", "seqno!a = 9"},
		{"\"lvm2\"", "\"lvm2"},
		{"\"lvm2\"", "\"lvm2\\"},
		{"seqno = 9", "}"},
		{"seqno = 9", "a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a {"
			      "} } } } } } } } } } } } } } } } seqno = 9"},
	};
	_free_ char *sample = sample_read("multi");

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		_free_ char *text = text_replace(sample, changes[i].from, changes[i].to);
		struct vg *vg = NULL;

		assert_int_equal(metadata_parse(text, strlen(text), &vg), -EBADMSG);
	}
}

static void braces_in_strings_and_comments_do_not_count(void **state)
{
	_free_ char *sample = sample_read("multi");
	_free_ char *text = text_replace(sample, "seqno = 9",
					 "seqno = 9 # } \" {\n x = \"}}}} \\\" {{{{\" # }");
	_vg_ struct vg *vg = text_parse(text);

	(void)state;
	assert_int_equal(vg->seqno, 9);
}

static void deep_nesting_does_not_reach_the_parser(void **state)
{
	const size_t depth = 1000000;
	char *text = malloc(3 * depth);
	struct vg *vg = NULL;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < depth; i++)
		memcpy(text + 3 * i, "a{\n", 3);
	assert_int_equal(metadata_parse(text, 3 * depth, &vg), -EBADMSG);
	/* Braces that comments close do not count. */
	for (size_t i = 0; i + 2 < depth; i += 2)
		memcpy(text + 3 * i, "a{#}}\n", 6);
	assert_int_equal(metadata_parse(text, 3 * depth, &vg), -EBADMSG);
	free(text);
}

static void a_very_long_string_is_refused(void **state)
{
	_free_ char *sample = sample_read("linear");
	_free_ char *text = NULL;
	struct vg *vg = NULL;

	(void)state;
	assert_true(asprintf(&text, "x = \"%0*d\"\n%s", 1 << 20, 0, sample) > 0);
	assert_int_equal(metadata_parse(text, strlen(text), &vg), -EBADMSG);
}

static void text_that_is_too_long_is_refused_unread(void **state)
{
	struct vg *vg = NULL;

	(void)state;
	assert_int_equal(metadata_parse("", (size_t)METADATA_TEXT_MAX + 1, &vg), -E2BIG);
}

static void a_nul_in_the_text_is_refused(void **state)
{
	_free_ char *text = sample_read("linear");
	size_t len = strlen(text);
	struct vg *vg = NULL;

	(void)state;
	/* Behind the last brace, where the parser would not miss a thing. */
	assert_int_equal(text[len - 1], '\n');
	text[len - 1] = '\0';
	assert_int_equal(metadata_parse(text, len, &vg), -EBADMSG);
}

static void no_part_of_a_text_is_taken_for_the_whole(void **state)
{
	_free_ char *text = sample_read("linear");
	size_t whole = (size_t)(strrchr(text, '}') - text) + 1;

	(void)state;
	for (size_t len = 0; len < whole; len++) {
		/* Cut to its exact size, so that reading behind the end is seen. */
		_free_ char *part = malloc(len ? len : 1);
		struct vg *vg = NULL;

		assert_non_null(part);
		memcpy(part, text, len);
		assert_int_equal(metadata_parse(part, len, &vg), -EBADMSG);
	}
}

static void any_byte_may_be_wrong(void **state)
{
	static const char bytes[] = {'\0', '"', '{', '}',  '#',       '[',
				     '\\', '0', '/', '\n', (char)0xff};
	_free_ char *text = sample_read("multi");
	size_t len = strlen(text);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		char right = text[i];

		for (size_t b = 0; b < sizeof(bytes); b++) {
			struct vg *vg = NULL;
			int r;

			text[i] = bytes[b];
			r = metadata_parse(text, len, &vg);
			assert_true(r == 0 || r == -EBADMSG);
			vg_free(vg);
		}
		text[i] = right;
	}
}

static int silence(void **state)
{
	(void)state;
	text_errors_silence();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_with_one_linear_lv_is_read),
		cmocka_unit_test(segments_lie_where_the_text_says),
		cmocka_unit_test(flags_and_tags_are_read),
		cmocka_unit_test(an_lv_called_as_a_segment_type_is_no_component),
		cmocka_unit_test(parts_of_thin_pools_are_components),
		cmocka_unit_test(images_of_raids_and_mirrors_are_components),
		cmocka_unit_test(the_origin_and_the_store_of_a_snapshot_are_components),
		cmocka_unit_test(parts_of_a_cached_lv_are_components),
		cmocka_unit_test(an_lv_under_lvms_own_pvmove_is_seen),
		cmocka_unit_test(exported_and_foreign_groups_are_seen),
		cmocka_unit_test(a_shared_group_has_its_lock_type),
		cmocka_unit_test(a_missing_pv_has_no_device),
		cmocka_unit_test(a_group_of_many_lvs_is_read),
		cmocka_unit_test(a_group_without_lvs_is_read),
		cmocka_unit_test(an_lv_called_as_a_pv_is_not_taken_for_it),
		cmocka_unit_test(unsound_metadata_is_refused),
		cmocka_unit_test(what_lvm_never_writes_is_refused),
		cmocka_unit_test(braces_in_strings_and_comments_do_not_count),
		cmocka_unit_test(deep_nesting_does_not_reach_the_parser),
		cmocka_unit_test(a_very_long_string_is_refused),
		cmocka_unit_test(text_that_is_too_long_is_refused_unread),
		cmocka_unit_test(a_nul_in_the_text_is_refused),
		cmocka_unit_test(no_part_of_a_text_is_taken_for_the_whole),
		cmocka_unit_test(any_byte_may_be_wrong),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/metadata.h"
#include "tests/unit/lvm/sample.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)
#define _vg_ cleanup(vg_freep)

/* Both segments of data on pv0 of samples/multi.vg, to pv2. */
static struct run runs[] = {
	{
		.first_le = 0,
		.extent_count = 10,
		.source_pv = {"9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"},
		.source_pe = 0,
		.dest_pv = {"kcx3px-MduU-0gn3-tow6-W08N-Ho9C-dO6wZp"},
		.dest_pe = 20,
	},
	{
		.first_le = 10,
		.extent_count = 10,
		.source_pv = {"9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"},
		.source_pe = 20,
		.dest_pv = {"kcx3px-MduU-0gn3-tow6-W08N-Ho9C-dO6wZp"},
		.dest_pe = 40,
	},
};
static const struct reservation reservation = {
	.vg = {"2h1pYr-G7DG-4pKB-Zkcb-gouW-RW3g-xune7s"},
	.lv = {"Yl9yYI-CcHd-98IA-yzSw-WWpc-HRrP-LWuyqY"},
	.id = {"hidden-hidd-hidd-hidd-hidd-hidd-hidden"},
	.name = RESERVATION_NAME_PREFIX "7_1",
	.runs = runs,
	.run_count = 2,
};

static char *reserved_text(void)
{
	_free_ char *sample = sample_read("multi");
	char *text = NULL;

	assert_int_equal(
		metadata_edit(sample, strlen(sample), METADATA_RESERVE, &reservation, &text), 0);
	return text;
}

static char *committed_text(void)
{
	_free_ char *reserved = reserved_text();
	char *text = NULL;

	assert_int_equal(
		metadata_edit(reserved, strlen(reserved), METADATA_COMMIT, &reservation, &text), 0);
	return text;
}

/* The stage of the text with its first `from` replaced. */
static enum metadata_stage stage_with(const char *text, const char *from, const char *to)
{
	_free_ char *changed = text_replace(text, from, to);
	_vg_ struct vg *vg = text_parse(changed);

	return metadata_stage(vg, &reservation);
}

static void a_copy_has_runs_of_its_own(void **state)
{
	struct reservation copy;

	(void)state;
	assert_int_equal(reservation_copy(&reservation, &copy), 0);
	assert_ptr_not_equal(copy.runs, reservation.runs);
	assert_memory_equal(copy.runs, reservation.runs, sizeof(runs));
	assert_string_equal(copy.name, reservation.name);
	assert_int_equal(reservation_extent_count(&copy), 20);
	reservation_deinit(&copy);
	assert_int_equal(copy.run_count, 0);
	assert_null(copy.runs);
}

static void an_lv_that_is_gone_is_gone_with_or_without_its_reservation(void **state)
{
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = reserved_text();

	(void)state;
	assert_int_equal(stage_with(sample, "Yl9yYI", "gone00"), STAGE_LV_GONE);
	assert_int_equal(stage_with(reserved, "Yl9yYI", "gone00"), STAGE_LV_GONE);
}

static void reserved_needs_both_lvs_locked(void **state)
{
	_free_ char *reserved = reserved_text();

	(void)state;
	assert_int_equal(stage_with(reserved, "\"VISIBLE\",\"LOCKED\"", "\"VISIBLE\""),
			 STAGE_CHANGED);
	assert_int_equal(stage_with(reserved, "\"WRITE\",\"LOCKED\"", "\"WRITE\""), STAGE_CHANGED);
}

static void the_reservation_must_be_hidden(void **state)
{
	_free_ char *reserved = reserved_text();
	_free_ char *committed = committed_text();

	(void)state;
	assert_int_equal(
		stage_with(reserved, "\"WRITE\",\"LOCKED\"", "\"WRITE\",\"LOCKED\",\"VISIBLE\""),
		STAGE_CHANGED);
	assert_int_equal(
		stage_with(committed, "\"WRITE\",\"LOCKED\"", "\"WRITE\",\"LOCKED\",\"VISIBLE\""),
		STAGE_CHANGED);
}

static void the_reservation_must_lie_where_it_was_made(void **state)
{
	_free_ char *reserved = reserved_text();
	_free_ char *committed = committed_text();

	(void)state;
	assert_int_equal(stage_with(reserved, "\"pv2\",40", "\"pv2\",41"), STAGE_CHANGED);
	assert_int_equal(stage_with(committed, "\"pv0\",20", "\"pv0\",120"), STAGE_CHANGED);
}

/* The source could not be the reservation's if the LV had not been given the destination. */
static void what_is_committed_stays_so_whatever_becomes_of_the_lv(void **state)
{
	/* In the commit data is there first. */
	_free_ char *committed = committed_text();
	_free_ char *moved_on = text_replace(committed, "\"pv2\",40", "\"pv2\",41");
	_vg_ struct vg *vg = text_parse(committed);
	_vg_ struct vg *vg_moved_on = text_parse(moved_on);

	(void)state;
	assert_int_equal(metadata_stage(vg, &reservation), STAGE_COMMITTED);
	assert_int_equal(metadata_stage(vg_moved_on, &reservation), STAGE_COMMITTED);
	/* But that is not what a commit writes. */
	assert_true(metadata_edit_is_done(METADATA_COMMIT, vg, &reservation));
	assert_false(metadata_edit_is_done(METADATA_COMMIT, vg_moved_on, &reservation));
}

static void the_reservation_must_not_have_more(void **state)
{
	_free_ char *reserved = reserved_text();
	const char *hidden = strstr(reserved, reservation.name);
	char *count;

	(void)state;
	assert_non_null(hidden);
	count = strstr(strstr(hidden, "segment2"), "extent_count=10");
	assert_non_null(count);
	memcpy(count, "extent_count=11", strlen("extent_count=11"));
	assert_int_equal(stage_with(reserved, "seqno=9", "seqno=10"), STAGE_CHANGED);
}

static void other_changes_to_the_lv_do_not_matter(void **state)
{
	_free_ char *reserved = reserved_text();
	_free_ char *committed = committed_text();

	(void)state;
	assert_int_equal(stage_with(reserved, "data {", "renamed {"), STAGE_RESERVED);
	assert_int_equal(stage_with(committed, "\"VISIBLE\"]", "\"VISIBLE\",\"LOCKED\"]"),
			 STAGE_COMMITTED);
	/* LE 20–29, which have not moved. */
	assert_int_equal(stage_with(committed, "\"pv1\",5", "\"pv1\",50"), STAGE_COMMITTED);
}

static void an_lv_that_is_shorter_now_has_changed(void **state)
{
	static struct run long_run = {.first_le = 25, .extent_count = 10, .source_pe = 10};
	struct reservation longer = reservation;
	_free_ char *sample = sample_read("multi");
	_vg_ struct vg *vg = text_parse(sample);

	(void)state;
	long_run.source_pv = vg->pvs[1].id;
	longer.runs = &long_run;
	longer.run_count = 1;
	assert_int_equal(metadata_stage(vg, &longer), STAGE_CHANGED);
	long_run.extent_count = 5;
	assert_int_equal(metadata_stage(vg, &longer), STAGE_UNRESERVED);
	long_run.extent_count = UINT64_MAX;
	assert_int_equal(metadata_stage(vg, &longer), STAGE_CHANGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_has_runs_of_its_own),
		cmocka_unit_test(an_lv_that_is_gone_is_gone_with_or_without_its_reservation),
		cmocka_unit_test(reserved_needs_both_lvs_locked),
		cmocka_unit_test(the_reservation_must_be_hidden),
		cmocka_unit_test(the_reservation_must_lie_where_it_was_made),
		cmocka_unit_test(what_is_committed_stays_so_whatever_becomes_of_the_lv),
		cmocka_unit_test(the_reservation_must_not_have_more),
		cmocka_unit_test(other_changes_to_the_lv_do_not_matter),
		cmocka_unit_test(an_lv_that_is_shorter_now_has_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/*
 * samples/multi.vg: three PVs of 255 extents with
 *	pv0: data 0–9, other 10–17, skipped 18–19, data 20–29, striped 30–34
 *	pv1: striped 0–4, data 5–14
 *	pv2: striped 0–5 (its second, linear segment, from LE 10), quiet 6–9
 */
#define VG      "2h1pYr-G7DG-4pKB-Zkcb-gouW-RW3g-xune7s"
#define DATA    "Yl9yYI-CcHd-98IA-yzSw-WWpc-HRrP-LWuyqY"
#define STRIPED "zfUrpa-llQC-PvVW-NO2p-a95M-rebS-015fO5"
#define PV0     "9eW9z0-IUN8-X4ql-RVPa-JllD-8L8v-FJfDpd"
#define PV1     "pGoDIY-FWn1-Dv24-r1AP-uXRq-UKGV-mIuis1"
#define PV2     "kcx3px-MduU-0gn3-tow6-W08N-Ho9C-dO6wZp"
#define HIDDEN  "hidden-hidd-hidd-hidd-hidd-hidd-hidden"
#define NAME    RESERVATION_NAME_PREFIX "1_1"

#define RUN(le, count, from, from_pe, to, to_pe) \
	((struct run){                           \
		.first_le = (le),                \
		.extent_count = (count),         \
		.source_pv = {from},             \
		.source_pe = (from_pe),          \
		.dest_pv = {to},                 \
		.dest_pe = (to_pe),              \
	})

/* A reservation of these runs of an LV of the sample. */
#define RESERVATION(lv_id, ...)                                                        \
	((struct reservation){                                                         \
		.vg = {VG},                                                            \
		.lv = {lv_id},                                                         \
		.id = {HIDDEN},                                                        \
		.name = NAME,                                                          \
		.runs = (struct run[]){__VA_ARGS__},                                   \
		.run_count = sizeof((struct run[]){__VA_ARGS__}) / sizeof(struct run), \
	})

/* All of data that is on pv0, next to each other on pv2. */
#define WHOLE RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 20), RUN(10, 10, PV0, 20, PV2, 30))

/* Not inlined: gcc 12 then takes the text for a pointer to the local that held it, and warns. */
__attribute__((noinline)) static char *edit(const char *text, enum metadata_edit kind,
					    const struct reservation *reservation)
{
	char *edited = NULL;

	assert_int_equal(metadata_edit(text, strlen(text), kind, reservation, &edited), 0);
	return edited;
}

static void assert_refused(const char *text, enum metadata_edit kind,
			   const struct reservation *reservation, int expected)
{
	char *edited = NULL;

	assert_int_equal(metadata_edit(text, strlen(text), kind, reservation, &edited), expected);
	assert_null(edited);
}

static void assert_stage(const char *text, const struct reservation *reservation,
			 enum metadata_stage expected)
{
	_vg_ struct vg *vg = text_parse(text);

	assert_int_equal(metadata_stage(vg, reservation), expected);
}

static void assert_differences(const char *a, const char *b, const char *expected)
{
	_free_ char *differences = text_differences(a, b);

	assert_string_equal(differences, expected);
}

/* The segments of an LV in short: "pv2:20+20 pv1:5+10", with "?" for what is not linear. */
static void assert_segments(const char *text, const char *lv_name, const char *expected)
{
	_vg_ struct vg *vg = text_parse(text);
	const struct vg_lv *lv = vg_find_lv_by_name(vg, lv_name);
	char said[1024] = "";

	assert_non_null(lv);
	for (size_t i = 0; i < lv->segment_count; i++) {
		const struct vg_segment *segment = &lv->segments[i];
		size_t len = strlen(said);

		if (vg_segment_is_linear(segment))
			snprintf(said + len, sizeof(said) - len, "%s%s:%lu+%lu", len ? " " : "",
				 vg->pvs[segment->areas[0].pv].key, segment->areas[0].first_pe,
				 segment->areas[0].extent_count);
		else
			snprintf(said + len, sizeof(said) - len, "%s?+%lu", len ? " " : "",
				 segment->extent_count);
	}
	assert_string_equal(said, expected);
}

static void reserve_adds_the_hidden_lv_and_locks(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_vg_ struct vg *vg = text_parse(reserved);
	const struct vg_lv *hidden = vg_find_lv_by_name(vg, NAME);

	(void)state;
	assert_differences(sample, reserved,
			   "~ multi/logical_volumes/data/status\n"
			   "+ multi/logical_volumes/" NAME "\n");
	assert_stage(sample, &reservation, STAGE_UNRESERVED);
	assert_stage(reserved, &reservation, STAGE_RESERVED);
	assert_true(vg_find_lv_by_name(vg, "data")->locked);
	assert_true(vg_find_lv_by_name(vg, "data")->visible);
	assert_true(hidden->locked && hidden->writable && !hidden->visible);
	assert_string_equal(hidden->id.text, HIDDEN);
	assert_int_equal(hidden->tag_count, 1);
	assert_string_equal(hidden->tags[0], RESERVATION_TAG);
	assert_non_null(strstr(reserved, "flags=[\"NOAUTOACTIVATE\"]"));
	/* The two runs lie next to each other. */
	assert_segments(reserved, NAME, "pv2:20+20");
}

static void commit_swaps_the_extents_and_unlocks(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	_vg_ struct vg *vg = text_parse(committed);

	(void)state;
	assert_differences(reserved, committed,
			   "~ multi/logical_volumes/data/segment_count\n"
			   "~ multi/logical_volumes/data/segment1/extent_count\n"
			   "~ multi/logical_volumes/data/segment1/stripes\n"
			   "~ multi/logical_volumes/data/segment2/start_extent\n"
			   "~ multi/logical_volumes/data/segment2/stripes\n"
			   "- multi/logical_volumes/data/segment3\n"
			   "~ multi/logical_volumes/" NAME "/segment_count\n"
			   "~ multi/logical_volumes/" NAME "/segment1/extent_count\n"
			   "~ multi/logical_volumes/" NAME "/segment1/stripes\n"
			   "+ multi/logical_volumes/" NAME "/segment2\n");
	assert_stage(committed, &reservation, STAGE_COMMITTED);
	assert_segments(committed, "data", "pv2:20+20 pv1:5+10");
	assert_segments(committed, NAME, "pv0:0+10 pv0:20+10");
	assert_true(vg_find_lv_by_name(vg, "data")->locked);
	assert_true(vg_find_lv_by_name(vg, NAME)->locked);
}

static void release_leaves_nothing_but_the_moved_extents(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	_free_ char *released = edit(committed, METADATA_RELEASE, &reservation);

	(void)state;
	assert_differences(committed, released,
			   "~ multi/logical_volumes/data/status\n"
			   "- multi/logical_volumes/" NAME "\n");
	assert_differences(sample, released,
			   "~ multi/logical_volumes/data/segment_count\n"
			   "~ multi/logical_volumes/data/segment1/extent_count\n"
			   "~ multi/logical_volumes/data/segment1/stripes\n"
			   "~ multi/logical_volumes/data/segment2/start_extent\n"
			   "~ multi/logical_volumes/data/segment2/stripes\n"
			   "- multi/logical_volumes/data/segment3\n");
	assert_stage(released, &reservation, STAGE_RELEASED);
}

static void release_undoes_a_reserve_without_a_trace(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *released = edit(reserved, METADATA_RELEASE, &reservation);

	(void)state;
	assert_differences(sample, released, "");
	assert_stage(released, &reservation, STAGE_UNRESERVED);
}

static void a_move_there_and_back_gives_the_same_metadata(void **state)
{
	const struct reservation there = WHOLE;
	const struct reservation back =
		RESERVATION(DATA, RUN(0, 10, PV2, 20, PV0, 0), RUN(10, 10, PV2, 30, PV0, 20));
	static const enum metadata_edit steps[] = {METADATA_RESERVE, METADATA_COMMIT,
						   METADATA_RELEASE};
	_free_ char *sample = sample_read("multi");
	char *text = strdup(sample);

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		char *edited = edit(text, steps[i % 3], i < 3 ? &there : &back);

		free(text);
		text = edited;
	}
	assert_differences(sample, text, "");
	free(text);
}

static void segments_are_cut_where_runs_begin_and_end(void **state)
{
	const struct reservation reservation =
		RESERVATION(DATA, RUN(3, 4, PV0, 3, PV2, 50), RUN(15, 5, PV0, 25, PV1, 100),
			    RUN(20, 1, PV1, 5, PV2, 60), RUN(29, 1, PV1, 14, PV0, 200));
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);

	(void)state;
	assert_segments(reserved, NAME, "pv2:50+4 pv1:100+5 pv2:60+1 pv0:200+1");
	assert_segments(committed, "data",
			"pv0:0+3 pv2:50+4 pv0:7+3 pv0:20+5 pv1:100+5 pv2:60+1 pv1:6+8 pv0:200+1");
	assert_segments(committed, NAME, "pv0:3+4 pv0:25+5 pv1:5+1 pv1:14+1");
}

static void one_segment_may_become_several_runs(void **state)
{
	const struct reservation reservation =
		RESERVATION(DATA, RUN(0, 4, PV0, 0, PV2, 20), RUN(4, 6, PV0, 4, PV1, 20));
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);

	(void)state;
	assert_segments(committed, "data", "pv2:20+4 pv1:20+6 pv0:20+10 pv1:5+10");
	assert_segments(committed, NAME, "pv0:0+10");
}

static void one_run_may_span_segments(void **state)
{
	/* LVM joins what continues; a text by another hand may not. */
	const struct reservation reservation = RESERVATION(DATA, RUN(5, 10, PV0, 25, PV2, 100));
	_free_ char *sample = sample_read("multi");
	_free_ char *moved = text_replace(sample, "\"pv0\", 20", "\"pv0\", 130");
	_free_ char *split = text_replace(moved, "\"pv0\", 0\n", "\"pv0\", 120\n");
	const struct reservation spanning = RESERVATION(DATA, RUN(5, 10, PV0, 125, PV2, 100));
	_free_ char *reserved = edit(split, METADATA_RESERVE, &spanning);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &spanning);

	(void)state;
	assert_stage(sample, &reservation, STAGE_CHANGED);
	assert_segments(committed, "data", "pv0:120+5 pv2:100+10 pv0:135+5 pv1:5+10");
}

static void a_run_joins_an_unmoved_neighbour_that_it_continues(void **state)
{
	const struct reservation reservation = RESERVATION(DATA, RUN(20, 10, PV1, 5, PV0, 60));
	_free_ char *sample = sample_read("multi");
	_free_ char *text = text_replace(sample, "\"pv0\", 20", "\"pv0\", 50");
	_free_ char *reserved = edit(text, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);

	(void)state;
	assert_segments(committed, "data", "pv0:0+10 pv0:50+20");
}

static void neighbours_that_do_not_move_are_not_joined(void **state)
{
	const struct reservation reservation = RESERVATION(DATA, RUN(20, 10, PV1, 5, PV2, 100));
	_free_ char *sample = sample_read("multi");
	_free_ char *moved = text_replace(sample, "\"pv0\", 20", "\"pv0\", 130");
	_free_ char *split = text_replace(moved, "\"pv0\", 0\n", "\"pv0\", 120\n");
	_free_ char *reserved = edit(split, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);

	(void)state;
	assert_segments(committed, "data", "pv0:120+10 pv0:130+10 pv2:100+10");
}

static void segments_that_do_not_move_stay_as_they_are(void **state)
{
	const struct reservation reservation = RESERVATION(STRIPED, RUN(10, 6, PV2, 0, PV0, 100));
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	_free_ char *released = edit(committed, METADATA_RELEASE, &reservation);

	(void)state;
	assert_differences(sample, released, "~ multi/logical_volumes/striped/segment2/stripes\n");
	assert_segments(released, "striped", "?+10 pv0:100+6");
}

static void what_is_not_linear_does_not_move(void **state)
{
	const struct reservation reservation = RESERVATION(STRIPED, RUN(0, 5, PV0, 30, PV2, 100));
	_free_ char *sample = sample_read("multi");

	(void)state;
	assert_refused(sample, METADATA_RESERVE, &reservation, -ESTALE);
}

static void tags_of_segments_stay_and_keep_them_apart(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *one = text_replace(sample, "extent_count = 10",
					"extent_count = 10 tags = [\"a\", \"b\"]");
	_free_ char *two = text_replace(one, "start_extent = 10", "start_extent = 10 tags = \"c\"");
	_free_ char *reserved = edit(two, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	_free_ char *released = edit(committed, METADATA_RELEASE, &reservation);

	(void)state;
	assert_segments(released, "data", "pv2:20+10 pv2:30+10 pv1:5+10");
	assert_differences(two, released,
			   "~ multi/logical_volumes/data/segment1/stripes\n"
			   "~ multi/logical_volumes/data/segment2/stripes\n");
}

static void a_cut_segment_keeps_its_tags_on_both_sides(void **state)
{
	const struct reservation reservation = RESERVATION(DATA, RUN(0, 5, PV0, 0, PV2, 20));
	_free_ char *sample = sample_read("multi");
	_free_ char *text = text_replace(sample, "extent_count = 10",
					 "extent_count = 10 tags = [\"a\", \"b\"]");
	_free_ char *reserved = edit(text, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	const char *tags = committed;
	size_t count = 0;

	(void)state;
	while ((tags = strstr(tags, "tags=[\"a\",\"b\"]"))) {
		tags++;
		count++;
	}
	assert_int_equal(count, 2);
}

static void pvs_are_known_by_their_ids_not_by_their_keys(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *a = text_replace_all(reserved, "pv0", "pv9");
	_free_ char *b = text_replace_all(a, "pv2", "pv0");
	_free_ char *renumbered = text_replace_all(b, "pv9", "pv2");
	_free_ char *committed = edit(renumbered, METADATA_COMMIT, &reservation);

	(void)state;
	assert_stage(renumbered, &reservation, STAGE_RESERVED);
	assert_segments(committed, "data", "pv0:20+20 pv1:5+10");
	assert_segments(committed, NAME, "pv2:0+10 pv2:20+10");
}

static void an_lv_is_known_by_its_id_not_by_its_name(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *renamed = text_replace(reserved, "data {", "date {");
	_free_ char *committed = edit(renamed, METADATA_COMMIT, &reservation);

	(void)state;
	assert_segments(committed, "date", "pv2:20+20 pv1:5+10");
}

static void a_reservation_lies_on_free_extents_only(void **state)
{
	const struct reservation taken[] = {
		RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 0)),    /* striped's and quiet's */
		RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 9)),    /* the last one of quiet */
		RESERVATION(DATA, RUN(10, 10, PV0, 20, PV0, 25)), /* its own source */
		RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 246)),  /* one behind the end */
		RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, UINT64_MAX)),
		RESERVATION(DATA, RUN(0, 10, PV0, 0, HIDDEN, 20)), /* no such PV */
	};
	const struct reservation last = RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 245));
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &last);

	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		assert_refused(sample, METADATA_RESERVE, &taken[i], -EBUSY);
	assert_stage(reserved, &last, STAGE_RESERVED);
}

static void runs_on_the_same_destination_never_leave(void **state)
{
	const struct reservation reservation =
		RESERVATION(DATA, RUN(0, 10, PV0, 0, PV2, 20), RUN(10, 10, PV0, 20, PV2, 25));
	_free_ char *sample = sample_read("multi");

	(void)state;
	assert_refused(sample, METADATA_RESERVE, &reservation, -EBADMSG);
}

static void a_locked_lv_is_not_reserved_for(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *locked = text_replace(sample, "\"VISIBLE\"]", "\"VISIBLE\", \"LOCKED\"]");

	(void)state;
	assert_refused(locked, METADATA_RESERVE, &reservation, -EBUSY);
}

static void a_name_that_is_taken_is_not_taken_again(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *taken = text_replace(sample, "other {", NAME " {");

	(void)state;
	assert_refused(taken, METADATA_RESERVE, &reservation, -EEXIST);
}

static void an_edit_out_of_turn_is_refused(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &reservation);
	_free_ char *released = edit(committed, METADATA_RELEASE, &reservation);

	(void)state;
	assert_refused(sample, METADATA_COMMIT, &reservation, -ESTALE);
	assert_refused(sample, METADATA_RELEASE, &reservation, -ESTALE);
	assert_refused(reserved, METADATA_RESERVE, &reservation, -ESTALE);
	assert_refused(committed, METADATA_RESERVE, &reservation, -ESTALE);
	assert_refused(committed, METADATA_COMMIT, &reservation, -ESTALE);
	assert_refused(released, METADATA_RESERVE, &reservation, -ESTALE);
	assert_refused(released, METADATA_COMMIT, &reservation, -ESTALE);
	assert_refused(released, METADATA_RELEASE, &reservation, -ESTALE);
}

static void unsound_text_is_not_edited(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *text = text_replace(sample, "seqno = 9", "");

	(void)state;
	assert_refused(text, METADATA_RESERVE, &reservation, -EBADMSG);
}

static void a_changed_lv_is_not_committed(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *moved =
		text_replace(reserved, "stripes=[\"pv0\",20]", "stripes=[\"pv0\",120]");

	(void)state;
	assert_stage(moved, &reservation, STAGE_CHANGED);
	assert_refused(moved, METADATA_COMMIT, &reservation, -ESTALE);
}

/* What release does to the reserved text in which somebody else has changed `from` to `to`. */
static void assert_released(const char *from, const char *to, enum metadata_stage stage,
			    const char *differences)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *changed = text_replace(reserved, from, to);
	_free_ char *released = edit(changed, METADATA_RELEASE, &reservation);

	assert_stage(changed, &reservation, stage);
	assert_differences(changed, released, differences);
}

static void release_removes_the_reservation_of_a_changed_lv(void **state)
{
	(void)state;
	/* The LOCKED is the reservation's. */
	assert_released("stripes=[\"pv0\",20]", "stripes=[\"pv0\",120]", STAGE_CHANGED,
			"~ multi/logical_volumes/data/status\n"
			"- multi/logical_volumes/" NAME "\n");
}

static void release_removes_the_reservation_of_a_lost_lv(void **state)
{
	(void)state;
	assert_released(DATA, "anothe-rlvx-abcd-abcd-abcd-abcd-abcdef", STAGE_LV_GONE,
			"- multi/logical_volumes/" NAME "\n");
}

static void release_unlocks_the_lv_of_a_reservation_that_was_tampered_with(void **state)
{
	const struct reservation reservation = WHOLE;
	_free_ char *sample = sample_read("multi");
	_free_ char *reserved = edit(sample, METADATA_RESERVE, &reservation);
	_free_ char *visible = text_replace(reserved, "[\"READ\",\"WRITE\",\"LOCKED\"]",
					    "[\"READ\",\"WRITE\",\"VISIBLE\"]");
	_free_ char *released = edit(visible, METADATA_RELEASE, &reservation);

	(void)state;
	assert_stage(visible, &reservation, STAGE_CHANGED);
	assert_differences(sample, released, "");
}

/* The text without what is between the two places, of which the second stays. */
static char *text_without(const char *text, const char *from, const char *to)
{
	const char *begin = strstr(text, from);
	const char *end = strstr(text, to);
	char *rest;

	assert_true(begin && end && begin < end);
	assert_true(asprintf(&rest, "%.*s%s", (int)(begin - text), text, end) > 0);
	return rest;
}

static void the_last_lv_takes_its_section_with_it(void **state)
{
	_free_ char *sample = sample_read("linear");
	_vg_ struct vg *vg = text_parse(sample);
	struct reservation reservation = RESERVATION(DATA, RUN(0, 20, PV0, 0, PV0, 100));
	_free_ char *reserved = NULL;
	_free_ char *alone = NULL;
	_free_ char *released = NULL;

	(void)state;
	reservation.lv = vg->lvs[0].id;
	reserved = edit(sample, METADATA_RESERVE, &reservation);
	/* lvremove, forced by whatever means. */
	alone = text_without(reserved, "data {", NAME " {");
	released = edit(alone, METADATA_RELEASE, &reservation);
	assert_differences(alone, released, "- linear/logical_volumes\n");
}

/* --- any layout --- */

#define PV_COUNT 3
#define PE_COUNT 64
#define LV_COUNT 4
#define LE_MAX   40

struct place {
	size_t pv;
	size_t pe;
};

/* LVs by hand: where each of their extents lies. */
struct layout {
	bool used[PV_COUNT][PE_COUNT];
	struct place lvs[LV_COUNT][LE_MAX];
	size_t counts[LV_COUNT];
};

static const char *const pv_ids[PV_COUNT] = {PV0, PV1, PV2};
static const char *const lv_ids[LV_COUNT] = {
	"aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa", "bbbbbb-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa",
	"cccccc-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa", "dddddd-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa"};

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % limit;
}

/* A free extent: mostly the next one, so that there are segments to cut. */
static struct place take_extent(struct layout *layout, struct place last, uint32_t *seed)
{
	struct place place = {last.pv, last.pe + 1};

	while (place.pe >= PE_COUNT || layout->used[place.pv][place.pe] ||
	       random_below(seed, 6) == 0) {
		place.pv = random_below(seed, PV_COUNT);
		place.pe = random_below(seed, PE_COUNT);
	}
	layout->used[place.pv][place.pe] = true;
	return place;
}

static void make_layout(struct layout *layout, uint32_t *seed)
{
	struct place last = {0, 0};

	*layout = (struct layout){0};
	for (size_t lv = 0; lv < LV_COUNT; lv++) {
		layout->counts[lv] = 1 + random_below(seed, LE_MAX - 10);
		for (size_t le = 0; le < layout->counts[lv]; le++) {
			last = take_extent(layout, last, seed);
			layout->lvs[lv][le] = last;
		}
	}
}

static bool continues(struct place next, struct place last)
{
	return next.pv == last.pv && next.pe == last.pe + 1;
}

static void print_lv(FILE *out, const struct layout *layout, size_t lv)
{
	const struct place *places = layout->lvs[lv];
	size_t segment_count = 0;

	fprintf(out, "lv%zu { id = \"%s\" status = [\"READ\", \"WRITE\", \"VISIBLE\"]\n", lv,
		lv_ids[lv]);
	for (size_t le = 0, len; le < layout->counts[lv]; le += len) {
		for (len = 1; le + len < layout->counts[lv] &&
			      continues(places[le + len], places[le + len - 1]);
		     len++)
			;
		fprintf(out,
			"segment%zu { start_extent = %zu extent_count = %zu type = \"striped\"\n"
			"stripe_count = 1 stripes = [\"pv%zu\", %zu] }\n",
			++segment_count, le, len, places[le].pv, places[le].pe);
	}
	fprintf(out, "segment_count = %zu }\n", segment_count);
}

static char *print_layout(const struct layout *layout)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fprintf(out, "contents = \"Text Format Volume Group\" version = 1\n"
		     "vg { id = \"" VG "\" seqno = 1 extent_size = 8192\n"
		     "status = [\"READ\", \"WRITE\"] physical_volumes {\n");
	for (size_t pv = 0; pv < PV_COUNT; pv++)
		fprintf(out,
			"pv%zu { id = \"%s\" device = \"/dev/x\" status = [\"ALLOCATABLE\"]\n"
			"pe_start = 2048 pe_count = %d }\n",
			pv, pv_ids[pv], PE_COUNT);
	fputs("} logical_volumes {\n", out);
	for (size_t lv = 0; lv < LV_COUNT; lv++)
		print_lv(out, layout, lv);
	fputs("} }\n", out);
	fclose(out);
	return text;
}

static void assert_layout(const char *text, const struct layout *layout)
{
	_vg_ struct vg *vg = text_parse(text);

	for (size_t lv = 0; lv < LV_COUNT; lv++) {
		const struct vg_lv *parsed;
		struct lvm_id id;
		size_t le = 0;

		assert_int_equal(lvm_id_parse(lv_ids[lv], &id), 0);
		parsed = vg_find_lv(vg, &id);
		assert_non_null(parsed);
		for (size_t s = 0; s < parsed->segment_count; s++) {
			const struct vg_segment *segment = &parsed->segments[s];

			for (size_t i = 0; i < segment->extent_count; i++, le++) {
				assert_int_equal(segment->areas[0].pv, layout->lvs[lv][le].pv);
				assert_int_equal(segment->areas[0].first_pe + i,
						 layout->lvs[lv][le].pe);
			}
		}
		assert_int_equal(le, layout->counts[lv]);
	}
}

/*
 * Moves some extents of one LV to free ones: after is where all lies then, runs
 * has room for LE_MAX. Returns how many runs it takes.
 */
static size_t make_move(const struct layout *before, size_t lv, struct layout *after,
			struct run *runs, uint32_t *seed)
{
	struct place last_from = {0}, last_to = {0};
	size_t count = 0, last_le = SIZE_MAX - 1;

	*after = *before;
	for (size_t le = 0; le < before->counts[lv] && le < 20; le++) {
		struct place from = before->lvs[lv][le], to;

		if (random_below(seed, 4) == 0)
			continue;
		to = take_extent(after, last_to, seed);
		after->lvs[lv][le] = to;
		if (last_le + 1 == le && continues(from, last_from) && continues(to, last_to)) {
			runs[count - 1].extent_count++;
		} else {
			runs[count] = (struct run){.first_le = le,
						   .extent_count = 1,
						   .source_pe = from.pe,
						   .dest_pe = to.pe};
			strcpy(runs[count].source_pv.text, pv_ids[from.pv]);
			strcpy(runs[count].dest_pv.text, pv_ids[to.pv]);
			count++;
		}
		last_le = le;
		last_from = from;
		last_to = to;
	}
	return count;
}

static void any_layout_moves_extent_by_extent(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 300; round++) {
		uint32_t seed = round;
		struct layout before, after;
		struct run runs[LE_MAX];
		struct reservation reservation = {.vg = {VG}, .id = {HIDDEN}, .name = NAME};
		_free_ char *text = NULL;
		_free_ char *reserved = NULL;
		_free_ char *committed = NULL;
		_free_ char *released = NULL;
		_free_ char *undone = NULL;

		make_layout(&before, &seed);
		strcpy(reservation.lv.text, lv_ids[round % LV_COUNT]);
		reservation.runs = runs;
		reservation.run_count = make_move(&before, round % LV_COUNT, &after, runs, &seed);
		if (!reservation.run_count)
			continue;
		text = print_layout(&before);
		reserved = edit(text, METADATA_RESERVE, &reservation);
		committed = edit(reserved, METADATA_COMMIT, &reservation);
		released = edit(committed, METADATA_RELEASE, &reservation);
		undone = edit(reserved, METADATA_RELEASE, &reservation);
		assert_layout(reserved, &before);
		assert_layout(committed, &after);
		assert_layout(released, &after);
		assert_differences(text, undone, "");
		assert_stage(released, &reservation, STAGE_RELEASED);
	}
}

/* Of the reservation the group's id is all that a clearing needs. */
static const struct reservation everything = {.vg = {VG}};

static void clear_undoes_a_reserve_without_a_trace(void **state)
{
	_free_ char *text = sample_read("multi");
	_free_ char *reserved = edit(text, METADATA_RESERVE, &WHOLE);
	_free_ char *cleared = edit(reserved, METADATA_CLEAR, &everything);

	(void)state;
	assert_differences(text, cleared, "");
}

static void clear_after_the_commit_leaves_nothing_but_the_moved_extents(void **state)
{
	_free_ char *text = sample_read("multi");
	_free_ char *reserved = edit(text, METADATA_RESERVE, &WHOLE);
	_free_ char *committed = edit(reserved, METADATA_COMMIT, &WHOLE);
	_free_ char *released = edit(committed, METADATA_RELEASE, &WHOLE);
	_free_ char *cleared = edit(committed, METADATA_CLEAR, &everything);

	(void)state;
	assert_differences(released, cleared, "");
}

static void clear_knows_a_reservation_without_its_tag_and_one_that_is_visible(void **state)
{
	_free_ char *text = sample_read("multi");
	_free_ char *reserved = edit(text, METADATA_RESERVE, &WHOLE);
	_free_ char *untagged = text_replace(reserved, "tags=[\"pvmoved\"]", "tags=[\"other\"]");
	_free_ char *visible = text_replace(reserved, "[\"READ\",\"WRITE\",\"LOCKED\"]",
					    "[\"READ\",\"WRITE\",\"VISIBLE\"]");
	_free_ char *from_untagged = edit(untagged, METADATA_CLEAR, &everything);
	_free_ char *from_visible = edit(visible, METADATA_CLEAR, &everything);

	(void)state;
	assert_differences(text, from_untagged, "");
	assert_differences(text, from_visible, "");
}

static void clear_leaves_the_locks_of_pvmove_alone(void **state)
{
	_free_ char *text = sample_read("pvmove");
	cleanup(vg_freep) struct vg *vg = text_parse(text);
	const struct reservation all = {.vg = vg->id};
	char *cleared = NULL;

	(void)state;
	assert_true(metadata_edit_is_done(METADATA_CLEAR, vg, &all));
	assert_int_equal(metadata_edit(text, strlen(text), METADATA_CLEAR, &all, &cleared),
			 -ESTALE);
	assert_null(cleared);
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
		cmocka_unit_test(reserve_adds_the_hidden_lv_and_locks),
		cmocka_unit_test(commit_swaps_the_extents_and_unlocks),
		cmocka_unit_test(release_leaves_nothing_but_the_moved_extents),
		cmocka_unit_test(release_undoes_a_reserve_without_a_trace),
		cmocka_unit_test(a_move_there_and_back_gives_the_same_metadata),
		cmocka_unit_test(segments_are_cut_where_runs_begin_and_end),
		cmocka_unit_test(one_segment_may_become_several_runs),
		cmocka_unit_test(one_run_may_span_segments),
		cmocka_unit_test(a_run_joins_an_unmoved_neighbour_that_it_continues),
		cmocka_unit_test(neighbours_that_do_not_move_are_not_joined),
		cmocka_unit_test(segments_that_do_not_move_stay_as_they_are),
		cmocka_unit_test(what_is_not_linear_does_not_move),
		cmocka_unit_test(tags_of_segments_stay_and_keep_them_apart),
		cmocka_unit_test(a_cut_segment_keeps_its_tags_on_both_sides),
		cmocka_unit_test(pvs_are_known_by_their_ids_not_by_their_keys),
		cmocka_unit_test(an_lv_is_known_by_its_id_not_by_its_name),
		cmocka_unit_test(a_reservation_lies_on_free_extents_only),
		cmocka_unit_test(runs_on_the_same_destination_never_leave),
		cmocka_unit_test(a_locked_lv_is_not_reserved_for),
		cmocka_unit_test(a_name_that_is_taken_is_not_taken_again),
		cmocka_unit_test(an_edit_out_of_turn_is_refused),
		cmocka_unit_test(unsound_text_is_not_edited),
		cmocka_unit_test(a_changed_lv_is_not_committed),
		cmocka_unit_test(release_removes_the_reservation_of_a_changed_lv),
		cmocka_unit_test(release_unlocks_the_lv_of_a_reservation_that_was_tampered_with),
		cmocka_unit_test(release_removes_the_reservation_of_a_lost_lv),
		cmocka_unit_test(the_last_lv_takes_its_section_with_it),
		cmocka_unit_test(any_layout_moves_extent_by_extent),
		cmocka_unit_test(clear_undoes_a_reserve_without_a_trace),
		cmocka_unit_test(clear_after_the_commit_leaves_nothing_but_the_moved_extents),
		cmocka_unit_test(clear_knows_a_reservation_without_its_tag_and_one_that_is_visible),
		cmocka_unit_test(clear_leaves_the_locks_of_pvmove_alone),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/move/verification.h"
#include "tests/unit/plan/geometry_by_hand.h"
#include "tests/unit/plan/vg_by_hand.h"

#define PIECE VERIFICATION_PIECE_SECTORS

/* Two runs; the second begins within the third piece's reach. */
static const uint64_t lens[] = {2 * PIECE + PIECE / 2, PIECE};

struct scene {
	struct leg_geometry geometry;
	struct verification verification;
	struct verification_piece piece; /* given out last */
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->geometry = hand_geometry(lens, 2);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	leg_geometry_deinit(&scene->geometry);
	free(scene);
	return 0;
}

static bool next(struct scene *scene)
{
	return verification_next(&scene->verification, &scene->geometry, UINT64_MAX, &scene->piece);
}

static void assert_next(struct scene *scene, uint64_t start, uint64_t len)
{
	assert_true(next(scene));
	assert_int_equal(scene->piece.stretch.start_sectors, start);
	assert_int_equal(scene->piece.stretch.len_sectors, len);
	assert_int_equal(scene->piece.comparison.len_sectors, len);
}

static void note(struct scene *scene, enum dm_verdict verdict, uint64_t off, uint64_t len)
{
	verification_note(&scene->verification, &scene->piece,
			  &(struct dm_comparison_result){verdict, off, len});
}

static void assert_verdict(const struct scene *scene, enum verification_verdict verdict)
{
	assert_int_equal(verification_judge(&scene->verification), verdict);
}

/* Everything else is equal. */
static void finish(struct scene *scene)
{
	while (next(scene))
		note(scene, DM_EQUAL, 0, 0);
}

static void pieces_cover_the_leg_and_end_with_their_runs(void **state)
{
	struct scene *scene = *state;

	assert_verdict(scene, VERIFICATION_UNFINISHED);
	assert_next(scene, 0, PIECE);
	note(scene, DM_EQUAL, 0, 0);
	assert_next(scene, PIECE, PIECE);
	note(scene, DM_EQUAL, 0, 0);
	assert_next(scene, 2 * PIECE, PIECE / 2);
	note(scene, DM_EQUAL, 0, 0);
	assert_next(scene, lens[0], PIECE);
	assert_verdict(scene, VERIFICATION_UNFINISHED);
	note(scene, DM_EQUAL, 0, 0);
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_EQUAL);
	assert_int_equal(scene->verification.equal_sectors, scene->geometry.len_sectors);
}

static void a_piece_lies_where_its_run_lies_on_either_side(void **state)
{
	struct scene *scene = *state;
	const struct leg_run *run = &scene->geometry.runs[0];

	assert_next(scene, 0, PIECE);
	note(scene, DM_EQUAL, 0, 0);
	assert_next(scene, PIECE, PIECE);
	assert_int_equal(scene->piece.comparison.first_dev, run->source_dev);
	assert_int_equal(scene->piece.comparison.second_dev, run->dest_dev);
	assert_int_equal(scene->piece.comparison.first_off_sectors, run->source_sectors + PIECE);
	assert_int_equal(scene->piece.comparison.second_off_sectors, run->dest_sectors + PIECE);
}

static void a_piece_that_failed_to_be_compared_is_given_out_again(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	assert_next(scene, 0, PIECE);
}

static void after_a_difference_all_else_is_compared_too(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_DIFFERENT, 17, 2);
	assert_next(scene, 24, PIECE); /* behind the block that it is in */
	finish(scene);
	assert_verdict(scene, VERIFICATION_DIFFERENT);
	assert_int_equal(scene->verification.differing.count, 1);
	assert_int_equal(scene->verification.differing.items[0].start_sectors, 17);
	assert_int_equal(scene->verification.differing.items[0].len_sectors, 2);
	assert_int_equal(scene->verification.equal_sectors, scene->geometry.len_sectors - 8);
}

static void a_destination_with_many_differences_is_not_read_to_its_end(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < VERIFICATION_HITS_MAX; i++) {
		assert_true(next(scene));
		note(scene, DM_DIFFERENT, 0, 8);
	}
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_DIFFERENT);
	assert_int_equal(scene->verification.differing.count, VERIFICATION_HITS_MAX);
}

static void what_did_not_stand_still_is_tried_again_at_the_end(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_UNSETTLED, 0, 8);
	for (uint64_t at = 8; at < lens[0]; at += PIECE) {
		assert_next(scene, at, at + PIECE > lens[0] ? lens[0] - at : PIECE);
		note(scene, DM_EQUAL, 0, 0);
	}
	assert_next(scene, lens[0], PIECE);
	note(scene, DM_EQUAL, 0, 0);
	assert_next(scene, 0, 8);
	note(scene, DM_EQUAL, 0, 0);
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_EQUAL);
	assert_int_equal(scene->verification.equal_sectors, scene->geometry.len_sectors);
}

static void what_never_stands_still_is_not_called_equal(void **state)
{
	struct scene *scene = *state;
	unsigned tries = 0;

	while (next(scene)) {
		bool is_restless = scene->piece.stretch.start_sectors == 0;

		tries += is_restless;
		note(scene, is_restless ? DM_UNSETTLED : DM_EQUAL, 0, 8);
	}
	assert_int_equal(tries, VERIFICATION_TRIES_MAX);
	assert_verdict(scene, VERIFICATION_UNSETTLED);
}

/* Wherever, and however often: it comes to an end, and is never called equal. */
static void an_lv_that_is_restless_everywhere_ends_the_verification(void **state)
{
	struct scene *scene = *state;
	unsigned pieces = 0;

	while (next(scene) && pieces++ < 1000)
		note(scene, DM_UNSETTLED, scene->piece.stretch.len_sectors / 2, 1);
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_UNSETTLED);
}

static void what_the_source_does_not_give_is_left_out(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_FIRST_UNREADABLE, 200, 1);
	assert_next(scene, 256, PIECE); /* its neighbours are left alone */
	finish(scene);
	assert_verdict(scene, VERIFICATION_EQUAL);
	assert_int_equal(scene->verification.source_unreadable.count, 1);
	assert_int_equal(scene->verification.source_unreadable.items[0].start_sectors, 128);
	assert_int_equal(scene->verification.source_unreadable.items[0].len_sectors, 128);
	assert_int_equal(scene->verification.equal_sectors, scene->geometry.len_sectors - 128);
}

static void a_difference_outweighs_what_the_source_does_not_give(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_FIRST_UNREADABLE, 0, 8);
	assert_true(next(scene));
	note(scene, DM_DIFFERENT, 0, 8);
	finish(scene);
	assert_verdict(scene, VERIFICATION_DIFFERENT);
}

static void a_source_with_many_bad_places_is_not_read_to_its_end(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < VERIFICATION_HITS_MAX; i++) {
		assert_true(next(scene));
		note(scene, DM_FIRST_UNREADABLE, 0, 8);
	}
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_EQUAL);
}

static void a_destination_that_cannot_be_read_ends_it_at_once(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_SECOND_UNREADABLE, 8, 8);
	assert_false(next(scene));
	assert_verdict(scene, VERIFICATION_DEST_UNREADABLE);
}

/* What lay before the place was not said to be equal, so it is looked at again. */
static void what_lies_before_a_place_is_compared_again(void **state)
{
	struct scene *scene = *state;

	assert_next(scene, 0, PIECE);
	note(scene, DM_DIFFERENT, PIECE - 8, 8);
	note(scene, DM_EQUAL, 0, 0);
	finish(scene);
	assert_int_equal(scene->verification.equal_sectors, scene->geometry.len_sectors - 8);
}

static void a_place_that_makes_no_sense_is_all_of_the_piece(void **state)
{
	struct scene *scene = *state;
	static const struct dm_comparison_result senseless[] = {
		{DM_DIFFERENT, 0, 0},
		{DM_DIFFERENT, PIECE, 1},
		{DM_DIFFERENT, 1, PIECE},
		{DM_DIFFERENT, UINT64_MAX, UINT64_MAX},
	};

	for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
		scene->verification = (struct verification){0};
		assert_next(scene, 0, PIECE);
		verification_note(&scene->verification, &scene->piece, &senseless[i]);
		assert_int_equal(scene->verification.differing.items[0].start_sectors, 0);
		assert_int_equal(scene->verification.differing.items[0].len_sectors, PIECE);
		assert_next(scene, PIECE, PIECE);
	}
}

/* ---- words ------------------------------------------------------------- */

static void assert_described(const struct leg_stretches *places, size_t size_bytes,
			     const char *expected)
{
	struct vg *vg = hand_vg(2, 100);
	struct leg_geometry geometry = hand_geometry(lens, 2);
	char text[2048];

	verification_describe(places, vg, &geometry, text, size_bytes);
	assert_string_equal(text, expected);
	leg_geometry_deinit(&geometry);
	vg_free(vg);
}

/* The first run begins at logical extent 2 (lens[0] is two and a half), sector 2048 of both. */
static void places_are_named_by_extents_and_sectors(void **state)
{
	(void)state;
	assert_described(&(struct leg_stretches){{{4096, 8}}, 1}, 2048,
			 "logical extents 3 to 3 (sectors 6144 to 6151 of /dev/pv0, 6144 to 6151 "
			 "of /dev/pv1)");
	assert_described(&(struct leg_stretches){{{0, 8}, {lens[0], 1}}, 2}, 2048,
			 "logical extents 2 to 2 (sectors 2048 to 2055 of /dev/pv0, 2048 to 2055 "
			 "of /dev/pv1); "
			 "logical extents 6 to 6 (sectors 63488 to 63488 of /dev/pv0, 104448 to "
			 "104448 of /dev/pv1)");
}

static void neighbours_are_named_together_within_a_run(void **state)
{
	(void)state;
	assert_described(
		&(struct leg_stretches){{{lens[0] - 16, 8}, {lens[0] - 8, 8}, {lens[0], 8}}, 3},
		2048,
		"logical extents 4 to 4 (sectors 22512 to 22527 of /dev/pv0, 22512 to 22527 of "
		"/dev/pv1); "
		"logical extents 6 to 6 (sectors 63488 to 63495 of /dev/pv0, 104448 to 104455 of "
		"/dev/pv1)");
}

static void places_that_do_not_fit_are_counted(void **state)
{
	const struct leg_stretches places = {{{0, 8}, {16, 8}, {32, 8}}, 3};

	(void)state;
	assert_described(&places, 120,
			 "logical extents 2 to 2 (sectors 2048 to 2055 of /dev/pv0, 2048 to 2055 "
			 "of /dev/pv1); and 2 more");
	assert_described(&places, 40, "and 3 more");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pieces_cover_the_leg_and_end_with_their_runs),
		TEST(a_piece_lies_where_its_run_lies_on_either_side),
		TEST(a_piece_that_failed_to_be_compared_is_given_out_again),
		TEST(after_a_difference_all_else_is_compared_too),
		TEST(a_destination_with_many_differences_is_not_read_to_its_end),
		TEST(what_did_not_stand_still_is_tried_again_at_the_end),
		TEST(what_never_stands_still_is_not_called_equal),
		TEST(an_lv_that_is_restless_everywhere_ends_the_verification),
		TEST(what_the_source_does_not_give_is_left_out),
		TEST(a_difference_outweighs_what_the_source_does_not_give),
		TEST(a_source_with_many_bad_places_is_not_read_to_its_end),
		TEST(a_destination_that_cannot_be_read_ends_it_at_once),
		TEST(what_lies_before_a_place_is_compared_again),
		TEST(a_place_that_makes_no_sense_is_all_of_the_piece),
		cmocka_unit_test(places_are_named_by_extents_and_sectors),
		cmocka_unit_test(neighbours_are_named_together_within_a_run),
		cmocka_unit_test(places_that_do_not_fit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

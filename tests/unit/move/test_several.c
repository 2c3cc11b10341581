/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves of several LVs, and several moves, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/move/effects.h"
#include "tests/fake/memory.h"
#include "tests/fake/world.h"

#define STEPS_MAX        20000
#define CELLS_PER_EXTENT (FAKE_EXTENT_SECTORS / FAKE_CELL_SECTORS)
#define BAD_PE           12

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {40, 40};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg",
	 0,
	 2,
	 {{.name = "first", .segments = {{0, 0, 8}}},
	  {.name = "bad", .segments = {{0, 10, 8}}},
	  {.name = "last", .segments = {{0, 20, 8}}}}},
};

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	(void)warnings;
	assert_null(refusal);
	*(const struct move **)arg = move;
}

/* Off the first disk; lv NULL: all of them. */
static const struct move *start(struct world *world, const char *lv)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));
	const struct move *move = NULL;

	request->source.device = fake_strdup(world->disks[0].path);
	request->source.dev = world->disks[0].dev;
	if (lv)
		request->lv = fake_strdup(lv);
	mover_start(world->mover, request, on_start, &move);
	for (unsigned i = 0; i < STEPS_MAX && !move; i++)
		world_step(world);
	assert_non_null(move);
	return move;
}

static void run_until_it_ends(struct world *world, const struct move *move)
{
	for (unsigned i = 0; i < STEPS_MAX && !move_is_terminal(move); i++)
		world_step(world);
	assert_true(move_is_terminal(move));
}

static int set_up(void **state)
{
	struct world *world = fake_alloc(1, sizeof(*world));

	world_init(world, disk_pes, vgs, 1);
	assert_int_equal(mover_new(world_ports(), world, &world->mover), 0);
	mover_begin(world->mover);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	mover_free(world->mover);
	world_deinit(world);
	free(world);
	return 0;
}

static void an_lv_that_cannot_be_read_does_not_keep_the_others_from_being_moved(void **state)
{
	static const enum pass_state ends[] = {PASS_DONE, PASS_FAILED, PASS_DONE};
	struct world *world = *state;
	const struct move *move;

	world->disks[0].unreadable[FAKE_PE_START / FAKE_CELL_SECTORS + BAD_PE * CELLS_PER_EXTENT] =
		true;
	move = start(world, NULL);
	run_until_it_ends(world, move);
	assert_int_equal(move->pass_count, 3);
	for (size_t i = 0; i < move->pass_count; i++)
		assert_int_equal(move->passes[i].state, ends[i]);
	assert_int_equal(move_state(move), MOVE_FAILED);
	assert_int_equal(move->passes[1].reason, REASON_SOURCE_UNREADABLE);
}

/* Mirrors that have something to copy, after a while. */
static unsigned count_copying(struct world *world, const struct move *move)
{
	const struct fake_device *leg;
	char uuid[DM_ID_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < 500; i++)
		world_step(world);
	effect_leg_uuid(&move->passes[0], move->passes[0].leg_number, uuid);
	leg = fake_dm_find(&world->dm, uuid);
	assert_non_null(leg);
	for (size_t i = 0; i < leg->live.table.count; i++)
		count += leg->live.table.targets[i].type == DM_MIRROR &&
			 !leg->live.table.targets[i].nosync;
	return count;
}

static void moves_on_the_same_disks_share_what_is_under_way(void **state)
{
	struct world *world = *state;
	const struct move *first, *second;

	world->dm.copies_hang = true;
	first = start(world, "first");
	assert_int_equal(count_copying(world, first), 8);
	second = start(world, "last");
	assert_int_equal(count_copying(world, second), 4);
	world->dm.copies_hang = false;
	run_until_it_ends(world, first);
	run_until_it_ends(world, second);
	assert_int_equal(move_state(second), MOVE_DONE);
}

static void changes_are_told_in_their_order_and_the_latest_at_once(void **state)
{
	struct world *world = *state;
	const struct mover *mover = world->mover;
	const struct move *move;
	uint64_t seq = 0;
	unsigned count = 0;

	run_until_it_ends(world, start(world, "first"));
	run_until_it_ends(world, start(world, "last"));
	for (; (move = mover_next_change(mover, seq)); count++) {
		assert_true(move->seq > seq);
		seq = move->seq;
	}
	assert_int_equal(count, 2);
	assert_int_equal(seq, mover_seq(mover));
	assert_int_equal(mover_next_change(mover, seq - 1)->id, 2);
}

static size_t count_edits(const struct world *world)
{
	size_t count = 0;

	for (uint64_t i = 0; i < world->call_count; i++)
		count += world->calls[i] == WORLD_EDIT_VG;
	return count;
}

static void one_edit_releases_an_lv_and_reserves_the_next(void **state)
{
	struct world *world = *state;
	const struct move *move = start(world, NULL);

	run_until_it_ends(world, move);
	assert_int_equal(move_state(move), MOVE_DONE);
	/* Three for each of three LVs, two of which came along. */
	assert_int_equal(count_edits(world), 7);
}

static void an_lv_that_was_reserved_along_is_given_up_with_the_move(void **state)
{
	struct world *world = *state;
	const struct move *move = start(world, NULL);
	struct refusal refusal;

	for (unsigned i = 0; i < STEPS_MAX && move->passes[1].state == PASS_QUEUED; i++)
		world_step(world);
	assert_int_equal(move->passes[1].state, PASS_RESERVING);
	assert_int_equal(move->passes[0].state, PASS_RETIRING);
	assert_int_equal(mover_set_goal(world->mover, move->id, GOAL_ABORT, &refusal), 0);
	run_until_it_ends(world, move);
	assert_int_equal(move->passes[0].state, PASS_DONE);
	assert_int_equal(move->passes[1].state, PASS_ABORTED);
	assert_int_equal(move->passes[2].state, PASS_ABORTED);
	assert_null(strstr(world->lvm.vgs[0].text, RESERVATION_TAG));
	assert_null(strstr(world->lvm.vgs[0].text, "LOCKED"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_lv_that_cannot_be_read_does_not_keep_the_others_from_being_moved),
		TEST(moves_on_the_same_disks_share_what_is_under_way),
		TEST(changes_are_told_in_their_order_and_the_latest_at_once),
		TEST(one_edit_releases_an_lv_and_reserves_the_next),
		TEST(an_lv_that_was_reserved_along_is_given_up_with_the_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves of several LVs, one of which does not come along, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

static const struct move *empty_disk_0(struct world *world)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));
	const struct move *move = NULL;

	request->source.device = fake_strdup(world->disks[0].path);
	request->source.dev = world->disks[0].dev;
	mover_start(world->mover, request, on_start, &move);
	for (unsigned i = 0; i < STEPS_MAX && !(move && move_is_terminal(move)); i++)
		world_step(world);
	assert_true(move_is_terminal(move));
	return move;
}

static void an_lv_that_cannot_be_read_does_not_keep_the_others_from_being_moved(void **state)
{
	static const enum pass_state ends[] = {PASS_DONE, PASS_FAILED, PASS_DONE};
	static struct world world;
	const struct move *move;

	(void)state;
	world_init(&world, disk_pes, vgs, 1);
	world.disks[0].unreadable[FAKE_PE_START / FAKE_CELL_SECTORS + BAD_PE * CELLS_PER_EXTENT] =
		true;
	assert_int_equal(mover_new(world_ports(), &world, &world.mover), 0);
	mover_begin(world.mover);
	move = empty_disk_0(&world);
	assert_int_equal(move->pass_count, 3);
	for (size_t i = 0; i < move->pass_count; i++)
		assert_int_equal(move->passes[i].state, ends[i]);
	assert_int_equal(move_state(move), MOVE_FAILED);
	assert_int_equal(move->passes[1].reason, REASON_SOURCE_UNREADABLE);
	mover_free(world.mover);
	world_deinit(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_lv_that_cannot_be_read_does_not_keep_the_others_from_being_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

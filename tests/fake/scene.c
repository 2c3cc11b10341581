/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/memory.h"

/* More than any move here needs. */
#define STEPS_MAX 20000

static void begin_daemon(struct scene *scene)
{
	const struct fake_journal *journal = &scene->world.journal;

	assert_int_equal(mover_new(world_ports(), &scene->world, &scene->mover), 0);
	for (size_t i = 0; i < journal->count; i++)
		assert_int_equal(mover_replay(scene->mover, journal->records[i],
					      strlen(journal->records[i])),
				 0);
	scene->world.mover = scene->mover;
	mover_begin(scene->mover);
}

void scene_begin(struct scene *scene, const uint64_t disk_pes[WORLD_DISKS_MAX],
		 const struct fake_vg_spec vgs[FAKE_VGS_MAX])
{
	world_init(&scene->world, disk_pes, vgs, 1);
	begin_daemon(scene);
	scene->id = 0;
}

void scene_restart(struct scene *scene)
{
	mover_free(scene->mover);
	world_end(&scene->world, WORLD_DAEMON_KILLED);
	begin_daemon(scene);
}

void scene_end(struct scene *scene)
{
	mover_free(scene->mover);
	world_deinit(&scene->world);
}

int scene_tear_down(void **state)
{
	scene_end(*state);
	free(*state);
	return 0;
}

struct move_request *scene_request(const struct scene *scene)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));

	request->source.device = fake_strdup(scene->world.disks[0].path);
	request->source.dev = scene->world.disks[0].dev;
	return request;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	(void)warnings;
	assert_null(refusal);
	*(uint64_t *)arg = move->id;
}

void scene_start(struct scene *scene, struct move_request *request)
{
	mover_start(scene->mover, request, on_start, &scene->id);
}

const struct move *scene_move(const struct scene *scene)
{
	return mover_find_move(scene->mover, scene->id);
}

const struct pass *scene_pass(const struct scene *scene)
{
	return &scene_move(scene)->passes[0];
}

bool scene_is_in(const struct scene *scene, enum pass_state state)
{
	return scene->id != 0 && scene_pass(scene)->state == state;
}

void scene_run_until(struct scene *scene, enum pass_state state)
{
	for (unsigned i = 0; i < STEPS_MAX && !scene_is_in(scene, state); i++) {
		if (scene_is_in(scene, PASS_FAILED) || scene_is_in(scene, PASS_DONE))
			fail_msg("it ended as %s: %s", pass_state_name(scene_pass(scene)->state),
				 scene_pass(scene)->reason_text);
		world_step(&scene->world);
	}
	assert_true(scene_is_in(scene, state));
}

void scene_run_for(struct scene *scene, uint64_t us)
{
	uint64_t end_us = scene->world.monotonic_us + us;

	while (scene->world.monotonic_us < end_us)
		assert_true(world_step(&scene->world));
}

void scene_set_goal(struct scene *scene, enum move_goal goal)
{
	struct refusal refusal;

	assert_int_equal(mover_set_goal(scene->mover, scene->id, goal, &refusal), 0);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One move off the first disk of a fake world, for tests of what the mover does about it. */

#include "tests/fake/world.h"

struct scene {
	struct world world;
	struct mover *mover;
	uint64_t id; /* of the move; 0: not started yet */
};

/* A daemon that has begun. The tables are borrowed, as world_init() takes them. */
void scene_begin(struct scene *scene, const uint64_t disk_pes[WORLD_DISKS_MAX],
		 const struct fake_vg_spec vgs[FAKE_VGS_MAX]);
void scene_end(struct scene *scene);
/* The daemon is killed, and the next one begins. */
void scene_restart(struct scene *scene);
/* The same as cmocka's teardown, of one on the heap. */
int scene_tear_down(void **state);

/* All that is on the first disk, to wherever there is room. Owned, for scene_start(). */
struct move_request *scene_request(const struct scene *scene);
void scene_start(struct scene *scene, struct move_request *request);

const struct move *scene_move(const struct scene *scene);
const struct pass *scene_pass(const struct scene *scene);
bool scene_is_in(const struct scene *scene, enum pass_state state);

/* Each fails the test when it does not come to that. */
void scene_run_until(struct scene *scene, enum pass_state state);
void scene_run_for(struct scene *scene, uint64_t us);

void scene_set_goal(struct scene *scene, enum move_goal goal);

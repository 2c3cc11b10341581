/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What was asked of the world and is not answered yet. Internal to the world. */

#include "tests/fake/world.h"

struct world_request {
	TAILQ_ENTRY(world_request) link;
	enum world_call call;
	enum world_trap_kind fate;
	bool is_effected;  /* only the completion is to come */
	uint64_t due_step; /* of an orphan */
	int code;
	/* what is to be done */
	struct lvm_id vg;
	struct lvm_id lv;
	bool active;
	enum metadata_edit edit;
	struct reservation reservation;
	struct reservation next; /* without runs: none */
	port_guard_fn *guard;
	char name[DM_NAME_MAX];
	char uuid[DM_ID_MAX];
	struct dm_table table;
	dev_t dev;
	struct dm_comparison comparison;
	struct dm_comparison_result found;
	uint64_t bound_us;
	struct vg *edited; /* the metadata just after the edit; owned */
	/* who is told */
	union {
		outcome_fn *done;
		port_pvs_fn *pvs;
		port_vg_fn *vg;
		dm_compare_fn *compare;
		dm_latency_fn *measure;
	} answer;
	void *arg;
};

/* Queues a copy of it, unless the daemon dies here. */
void world_ask(struct world *world, const struct world_request *request);

/* Counts a call. Returns what is to become of it, TRAP_DIE_BEFORE when nothing is. */
enum world_trap_kind world_count_call(struct world *world, enum world_call call);

/* Brings the effect about. A swap that is late is only begun. */
void world_request_effect(struct world *world, struct world_request *request);
/* What is left to do of a late one. */
void world_request_effect_late(struct world *world, struct world_request *request);
/* Tells the daemon. */
void world_request_answer(struct world *world, struct world_request *request);
void world_request_free(struct world_request *request);

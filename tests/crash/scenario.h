/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the crash matrix plays: a machine, what its owner asks for, and what that must come to. */

#include "tests/fake/world.h"

#define SCENARIO_MOVES_MAX 2
#define SCENARIO_DISKS_MAX 3

/* What the owner does once a third of the first move is copied, or it is being verified. */
enum scenario_script { SCRIPT_NONE, SCRIPT_ABORT, SCRIPT_PAUSE, SCRIPT_PAUSE_VERIFYING };

struct scenario_move {
	bool wanted;
	unsigned source;
	const char *lv; /* NULL: all */
	unsigned destinations[SCENARIO_DISKS_MAX];
	size_t destination_count;
	bool in_turn; /* asked for only when the move before has ended */
	bool verify;
	uint64_t limit_bytes_s;
};

struct scenario {
	const char *name;
	uint64_t disk_pes[WORLD_DISKS_MAX];
	struct fake_vg_spec vgs[FAKE_VGS_MAX];
	struct scenario_move moves[SCENARIO_MOVES_MAX];
	enum scenario_script script;
	bool disks_turn;        /* so that moves take turns */
	unsigned pass_runs_max; /* 0: many */
	unsigned late_steps;
};

const struct scenario *scenario_list(size_t *countp);
/* NULL when there is none of that name. */
const struct scenario *scenario_find(const char *name);

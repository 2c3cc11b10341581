/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One play of a scenario: a world, the daemons that live in it one after the
 * other, the owner who asks for moves until they are acknowledged, and the
 * truth, looked at after every step.
 */

#include "tests/crash/scenario.h"
#include "tests/crash/truth.h"

/* Most moves that any daemon may have shown. */
#define PLAY_IDS_MAX 8

/* What the owner does besides, once so many calls were made. */
struct play_whim {
	uint64_t at_call; /* 0: nothing */
	enum move_goal goal;
};

/* How a disk fails, for good, once so many calls were made. */
enum play_fault_kind {
	FAULT_SOURCE_UNREADABLE, /* one cell of the first LV's */
	FAULT_SOURCE_UNWRITABLE, /* all that the first LV has there */
	FAULT_DEST_UNWRITABLE,   /* all that is free on the other disks */
	FAULT_DEST_CORRUPTING,   /* a cell of each extent that is free on the other disks */
	FAULT_KIND_COUNT
};

struct play_fault {
	uint64_t at_call; /* 0: never */
	enum play_fault_kind kind;
	bool has_struck;
};

struct play_order {
	struct play *play;
	size_t index;
	bool is_pending;
	bool is_void; /* there was nothing to move, after an abort or a failure */
	uint64_t id;  /* 0: not acknowledged yet */
};

struct play {
	const struct scenario *scenario;
	struct world world;
	struct truth truth;
	struct mover *mover;
	struct play_order orders[SCENARIO_MOVES_MAX];
	struct play_whim whim;
	struct play_fault fault;
	unsigned hanging_steps;  /* so long an application has waited for a write */
	bool may_fail;           /* the moves need not end as asked for */
	bool undoes_held;        /* the owner aborts moves that are held */
	bool must_fail;          /* no move may be done */
	bool goal_is_set;        /* the script's or the whim's, and acknowledged */
	bool must_be_aborted;    /* it was acknowledged before the commit had begun */
	uint64_t resume_at_step; /* of a pause; 0: there is none */
	char uuids[PLAY_IDS_MAX][UUID_TEXT_SIZE]; /* of the moves seen, by id */
};

enum play_outcome {
	PLAY_OVER,    /* all moves have ended */
	PLAY_DEAD,    /* the daemon is dead */
	PLAY_HELD,    /* a move waits for a decision that its owner does not take */
	PLAY_STOPPED, /* the journal has failed, and the daemon does nothing any more */
	PLAY_BROKEN,  /* truth.broken says what */
};

/* Makes the machine; no daemon runs yet. */
void play_init(struct play *play, const struct scenario *scenario, uint64_t seed);
void play_deinit(struct play *play);

/* A daemon is started: it replays the journal and goes on. */
void play_boot(struct play *play);
/* The daemon's life ends. compact: the journal is compacted before the next one begins. */
void play_end(struct play *play, enum world_end how, bool compact, uint64_t seed);

/* Goes on until there is an outcome. */
enum play_outcome play_run(struct play *play);

/* After PLAY_OVER: all that must be true of the end. */
bool play_ends_well(struct play *play);

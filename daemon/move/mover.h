/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The mover owns all moves and drives each through the state machine: it
 * observes, looks the answer up in the table, records it, acts, and observes
 * again. What it needs of the world it is given as ports. This header is all
 * that the RPC layer sees of moves.
 */

#include "common/refusal.h"
#include "daemon/move/move.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/shape.h"
#include "daemon/plan/warning.h"

struct mover;
struct ports;

/* Finished moves kept as history unless something else is set. */
#define MOVER_HISTORY_MAX 1000
/* Pieces of an LV that are moved in one pass, unless told otherwise: mirrors of 192 MiB in all. */
#define MOVER_PASS_RUNS_MAX 256

/* ports and ctx are borrowed and must outlive the mover. Returns 0 or -ENOMEM. */
int mover_new(const struct ports *ports, void *ctx, struct mover **moverp);
/* Forgets everything; changes nothing in the world: kernel mirrors go on copying. */
void mover_free(struct mover *mover);

/* Takes one record in, before mover_begin(). 0, -EBADMSG for one that makes no sense, -ENOMEM. */
int mover_replay(void *mover, const char *payload, size_t len_bytes);
/* Starts driving what was replayed. */
void mover_begin(struct mover *mover);

/*
 * In the place of mover_begin(): wants all unfinished moves of one VG aborted, and drives these
 * alone; what of them is committed ends as done. Returns 0, or -EIO when the journal takes no
 * record.
 */
int mover_begin_end_of(struct mover *mover, const struct lvm_id *vg);

/*
 * Keeps that many finished moves from now on, and forgets older ones. Not ahead of the last
 * mover_replay(): the journal may hold more about any move that is in it.
 */
void mover_set_history(struct mover *mover, size_t move_count);

/* Something may have changed in the kernel: look at all running passes. */
void mover_look(struct mover *mover);
/* The time asked for by the port wake_after has come. */
void mover_wake(struct mover *mover);

/* Writes what the journal must hold, no more: for journal_compact(). */
int mover_keep(void *mover, int (*write)(void *sink, const char *payload, size_t len_bytes),
	       void *sink);

/*
 * refusal: NULL, or why there is no plan. warnings: about the plan; none with a refusal. All
 * borrowed for the call.
 */
typedef void mover_plan_fn(void *arg, const struct refusal *refusal, const struct plan *plan,
			   const struct warning_list *warnings);
/*
 * refusal: NULL, or why nothing was started. move: what was started, or NULL
 * (with no refusal) when there is nothing to move. warnings: about what was started just now. All
 * borrowed for the call.
 */
typedef void mover_start_fn(void *arg, const struct refusal *refusal, const struct move *move,
			    const struct warning_list *warnings);

/* Plans without touching anything. Consumes the request. done may be called from inside. */
void mover_plan(struct mover *mover, struct move_request *request, mover_plan_fn *done, void *arg);

/*
 * Plans, records and starts a move. Consumes the request. A request_id that was
 * seen before answers with the move it started then. done may be called from inside.
 */
void mover_start(struct mover *mover, struct move_request *request, mover_start_fn *done,
		 void *arg);

/*
 * Changes what is wanted of a move and records it. Returns 0 (also when it is wanted already), or
 * PLAN_REFUSED with NO_SUCH_MOVE, MOVE_ENDED, TOO_LATE (abort when all passes are
 * committed) or JOURNAL_FAILED.
 */
int mover_set_goal(struct mover *mover, uint64_t id, enum move_goal goal, struct refusal *refusal);

/*
 * Changes how many bytes a second of a move, or of all moves together, are copied, or read back,
 * and records it; 0: as many as can be. Return as mover_set_goal() does. The rate is not checked:
 * see MOVE_LIMIT_MIN.
 */
int mover_set_limit(struct mover *mover, uint64_t id, uint64_t limit_bytes_s,
		    struct refusal *refusal);
int mover_set_host_limit(struct mover *mover, uint64_t limit_bytes_s, struct refusal *refusal);
uint64_t mover_host_limit(const struct mover *mover);

/*
 * Changes how long the I/O of a move's LVs may take while they are copied, and records it: no more
 * than one in a hundred is to take longer, and copying gives way for it; 0: nothing is watched.
 * Returns as mover_set_goal() does. The time is not checked: see MOVE_MAX_LATENCY_MIN_US.
 */
int mover_set_max_latency(struct mover *mover, uint64_t id, uint64_t max_latency_us,
			  struct refusal *refusal);

/* What the configuration says. It holds for what begins, or is drawn, from now on. */
struct mover_settings {
	/* Of moves yet to begin whose request does not say; 0: none. */
	uint64_t limit_bytes_s;
	uint64_t max_latency_us;
	struct copy_tuning tuning;
	uint64_t stall_us;    /* a copy stalls when nothing was copied for so long */
	size_t pass_runs_max; /* an LV in more pieces is moved in several passes */
};
/* As it is without a configuration. */
struct mover_settings mover_settings_default(void);
void mover_set_settings(struct mover *mover, const struct mover_settings *settings);

/* All moves by ascending id; prev NULL: the first. NULL after the last. */
const struct move *mover_next_move(const struct mover *mover, const struct move *prev);
const struct move *mover_find_move(const struct mover *mover, uint64_t id);

/* The seq of the latest change of any move. */
uint64_t mover_seq(const struct mover *mover);
/*
 * The move whose latest change is the oldest after that (the seq of one), or NULL. Quick for who
 * has seen all changes but the last.
 */
const struct move *mover_next_change(const struct mover *mover, uint64_t seq);

/* All moves that have not ended, taken together. */
struct mover_sum {
	uint64_t count[MOVE_STATE_COUNT]; /* by state */
	uint64_t unfinished;
	uint64_t total_bytes;
	uint64_t copied_bytes; /* as far as it is known */
};
void mover_sum_up(const struct mover *mover, struct mover_sum *sum);

/* Called after each change of a move that anyone may see; progress at most once a second. */
typedef void mover_watch_fn(void *arg, const struct move *move);
/* One watcher: the RPC server, which has its own list of clients. NULL: none. */
void mover_set_watch(struct mover *mover, mover_watch_fn *watch, void *arg);

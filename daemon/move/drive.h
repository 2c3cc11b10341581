/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A drive takes one move through the state machine, pass after pass: observe,
 * look up, record (entry.h), act, and observe again when the effect has ended
 * (ending.h). Internal to the mover.
 */

#include "daemon/move/fsm.h"
#include "daemon/move/message.h"
#include "daemon/move/mover.h"
#include "daemon/move/ports.h"
#include "daemon/move/search.h"
#include "daemon/move/verification.h"
#include "daemon/plan/shape.h"
#include "daemon/policy/contention.h"
#include "daemon/policy/guard.h"
#include "daemon/policy/queue.h"
#include "daemon/policy/stall.h"
#include "daemon/policy/throttle.h"

/* Most disks of a pass that are told apart; the rest is left out of the queues. */
#define DRIVE_DISKS_MAX 16

/* How the LV's latency, or the use of its disks, is watched: guarding.h. */
struct guarding {
	struct guard guard;
	char lv_uuid[DM_ID_MAX]; /* whose latencies are counted; "": none's */
	uint64_t bound_us;       /* by this bound */
	bool is_asking;          /* an answer is to come */
	bool has_failed;         /* the last one was none, which was said */
	uint64_t asked_us;       /* … to a question with this bound */
	uint64_t look_at_us;     /* monotonic; when to ask again */
	struct contention contention;
	uint64_t disks_look_at_us; /* monotonic; when to look at the disks again; 0: not begun */
	unsigned alone_steps;      /* by how much to narrow while nobody else uses them */
	bool is_drawn;             /* this daemon has drawn what is being copied … */
	bool is_drawn_bounded;     /* … with a bound or without … */
	struct copy_shape shape;   /* … in this shape … */
	unsigned drawn_steps;      /* … narrowed by so many steps */
};

struct drive {
	struct mover *mover;
	struct move *move;       /* owned */
	struct vg *vg;           /* metadata as last read; owned; NULL: the VG is absent. Of its LVs
				    those of the move, unless it is to be planned anew */
	uint64_t stable_seqno;   /* the metadata of which it is known that a power cut leaves it */
	bool vg_is_fresh;        /* nothing happened since that makes it doubtful */
	bool vg_is_new;          /* nothing was done since */
	bool busy;               /* an effect is under way */
	bool is_at_leg;          /* it swaps the leg's table, or removes the leg */
	enum pass_action effect; /* which */
	unsigned attempts;       /* effects that failed in a row */
	bool plan_is_stale;      /* the destination was taken: plan the pass anew */
	bool must_wait;          /* until look_at_us nothing is to be tried */
	bool is_told;            /* `told` is what the last effect has to say */
	bool is_comparing;       /* beside all else: the drive is not busy with it */
	uint64_t look_at_us;     /* monotonic; not before: wait, or look for progress; 0: none */
	uint64_t deaf_until_us;  /* monotonic; till then no event of its devices is news to it */
	enum pass_event told;
	enum pass_event seen;             /* the last observation */
	size_t flush_next;                /* run whose destination is flushed next */
	uint64_t notified_us;             /* monotonic; when progress was last made public */
	struct verification verification; /* of the current pass, for as long as it is in sync */
	struct verification_piece piece;  /* is being compared, or was last */
	struct search search;             /* of the current pass */
	struct queue_disk disks[DRIVE_DISKS_MAX]; /* of the current pass */
	size_t disk_count;
	struct stall stall; /* of the current pass */
	struct guarding guarding;
	struct throttle throttle;    /* the move's limit */
	struct throttle_meter meter; /* of what the current pass has copied */
	uint64_t left_bytes; /* of what was begun, to be copied, as the limiter has last seen it */
	uint64_t window_bytes; /* so much was begun at a time, by its limit; 0: any amount */
	bool disks_known;
	bool waits_for_turn; /* the current pass could begin, or go on, but others go first */
	bool may_copy;       /* nobody does any more */
};

/* Takes over the move. Returns NULL for want of memory (the move is not taken then). */
struct drive *drive_new(struct mover *mover, struct move *move);
void drive_free(struct drive *drive);

/* The VG's metadata were read just now. Takes vg over; NULL: the VG is absent. */
void drive_take_vg(struct drive *drive, struct vg *vg);

/* Goes as far as it can go now. */
void drive_run(struct drive *drive);

/* The wait is over, or something happened: look even if it is early. */
void drive_hurry(struct drive *drive);

/* Progress may be made public, if it was not just now. */
void drive_publish_progress(struct drive *drive);

/* Writes the pass as it stands into the journal, its runs too or not. Errors: mover_record(). */
int drive_record_pass(struct drive *drive, const struct pass *pass, bool with_reservation);

/* Logs one line about a pass, with the fields that the journal can be searched by. */
__attribute__((format(printf, 5, 6))) void drive_log_message(enum message message, int level,
							     const struct move *move,
							     const struct pass *pass,
							     const char *format, ...);

/* The same for what nobody has to act upon. */
#define drive_log(level, move, pass, ...) \
	drive_log_message(MESSAGE_NONE, level, move, pass, __VA_ARGS__)

/* What a drive needs of its mover. */
const struct ports *mover_ports(const struct mover *mover, void **ctxp);
/*
 * Appends a record. Consumes payload (NULL: -ENOMEM). Want of room passes; after any other failure
 * nothing is driven any more, and every move that has not ended says so.
 */
int mover_record(struct mover *mover, char *payload);
bool mover_is_stopped(const struct mover *mover);
/* What mover_record() failed with, in words for the status: what it is, and how it goes on. */
void mover_describe_journal_error(int error, char text[PASS_REASON_TEXT_MAX]);
/* The move changed in a way that anyone may see. */
void mover_publish(struct mover *mover, struct move *move);
/* When to look again has changed. */
void mover_rearm(struct mover *mover);
/* A move wants to copy, or no longer does, or with other disks: mover_settle_turns() is due. */
void mover_note_order(struct mover *mover);
/* Works out who waits for whom, if that may have changed, and tells it. */
void mover_arrange_turns(struct mover *mover);
/* The same, if that is due, and drives those whose turn has come. */
void mover_settle_turns(struct mover *mover);
/* The claims of all unfinished passes but one. Returns 0 and an owned array, or -ENOMEM. */
int mover_claims(const struct mover *mover, const struct pass *except, struct plan_claim **claimsp,
		 size_t *countp);

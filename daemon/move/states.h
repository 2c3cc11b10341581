/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The names of everything the state machine speaks of: the states of a pass,
 * what is observed of it (events), what is done about it (actions) and why a
 * pass ended otherwise than asked (reasons). Each list is the one source of
 * its enumerators and of the names used in the journal, on the wire and in
 * docs/states.md.
 */

/* S(enumerator, name) */
#define PASS_STATE_LIST(S)                                                                         \
	S(QUEUED, "queued")       /* waits for its turn, or for its VG to appear */                \
	S(RESERVING, "reserving") /* the destination is being reserved in the metadata */          \
	S(ARMING, "arming")       /* the leg is made and put under the LV */                       \
	S(COPYING, "copying")     /* the kernel copies */                                          \
	S(PAUSED, "paused")       /* nothing is copied; what is copied stays mirrored */           \
	S(HELD,                                                                                    \
	  "held") /* the metadata makes no sense; nothing is touched until somebody decides */     \
	S(VERIFYING, "verifying")   /* all is copied; both sides are read and compared */          \
	S(COMMITTING, "committing") /* all is copied; the metadata is being changed */             \
	S(SWITCHING, "switching")   /* the metadata says destination; the LV is being put there */ \
	S(RETIRING, "retiring")     /* the leg and the source extents are given back */            \
	S(UNDOING, "undoing")       /* all is put back as it was */                                \
	S(DONE, "done")                                                                            \
	S(ABORTED, "aborted")                                                                      \
	S(FAILED, "failed")

/*
 * What is observed of a pass. E(enumerator, name). All up to RELEASED are what
 * pass_observe() finds, but for the three of a verification, which stand for
 * IN_SYNC where it is asked for; the others are told to the driver.
 */
#define PASS_EVENT_LIST(E)                                                                         \
	E(VG_ABSENT, "VG absent") /* the VG, or a PV that the pass needs, is not there */          \
	E(LV_GONE, "LV gone")     /* the VG has no LV with this UUID, and nothing of ours */       \
	E(LEG_LEFT, "leg left")   /* no such LV, but its leg */                                    \
	E(RESERVATION_LEFT, "reservation left") /* no such LV, no leg, but the reservation */      \
	E(LV_CHANGED, "LV changed")             /* metadata that is neither before nor after */    \
	E(UNRESERVED, "unreserved")             /* no reservation and no leg */                    \
	E(RESERVATION_LOST, "reservation lost") /* no reservation, but the LV on the leg */        \
	E(INACTIVE, "inactive")                 /* reserved; the LV has no device, no leg */       \
	E(RESERVED, "reserved")                 /* reserved; the LV on its source, no leg */       \
	E(LEG_READY, "leg ready")               /* as before, and a leg that passes through */     \
	E(LEG_BYPASSED, "leg bypassed") /* the LV not on the leg, which is no longer fresh */      \
	E(LEG_ATTACHED, "leg attached") /* the LV on a leg that passes through */                  \
	E(MIRRORING, "mirroring")       /* the LV on a leg that copies */                          \
	E(MIRROR_IDLE, "mirror idle")   /* the LV on mirrors; no copying, and not all is copied */ \
	E(IN_SYNC, "in sync")           /* the LV on mirrors, all is on both sides */              \
	E(UNVERIFIED, "unverified") /* in sync, but the owner wants it compared, and it is not */  \
	E(VERIFIED, "verified")     /* in sync, and compared with success */                       \
	E(VERIFY_FAILED, "verification failed") /* in sync, but not the same, or never at rest */  \
	E(SOURCE_UNREADABLE, "source unreadable")                                                  \
	E(SOURCE_FAILED, "source failed") /* it does not take writes, and not all is copied */     \
	E(DEST_FAILED, "destination failed")                                                       \
	E(LEG_WEDGED, "leg wedged")       /* the LV on a leg that is wedged */                     \
	E(LEG_FOREIGN, "leg foreign")     /* the LV on a leg whose table is none of ours */        \
	E(STRAY_LEG, "stray leg")         /* the LV's table is none of ours; a leg is there */     \
	E(TABLE_FOREIGN, "table foreign") /* the same without a leg */                             \
	/* Metadata on the destination, and … */                                                 \
	E(COMMITTED, "committed") /* … the LV on the leg */                                      \
	E(SWITCHED, "switched") /* … the LV neither on the leg nor on its source; a leg left */  \
	E(RETIRED, "retired")   /* … no leg left, the reservation holds the source */            \
	E(ASTRAY, "astray") /* … the LV on its source or a strange leg; or just the opposite */  \
	E(RELEASED, "released") /* … no leg left, no reservation */                              \
	E(FLUSHED, "flushed")   /* the destination's cache is on stable storage */                 \
	E(FINISHED, "finished") /* nothing is left to do, and it ended as was asked */             \
	E(FINISHED_FAILED, "finished, failed") /* nothing is left to do, but it failed */          \
	E(GIVEN_UP, "given up")                /* an effect failed too often */                    \
	E(EFFECT_FAILED, "effect failed")                                                          \
	E(ABORT, "abort") /* the owner wants it undone */                                          \
	E(PAUSE, "pause")                                                                          \
	E(RESUME, "resume")                                                                        \
	E(AHEAD, "ahead of its limit") /* what copies must stop until it is due again */           \
	E(UNFIT, "unfit")              /* what copies is to be copied in another shape */

/* What is done in answer. A(enumerator, name). */
#define PASS_ACTION_LIST(A)                                                                      \
	A(NONE, "–")                                                                             \
	A(WAIT, "wait")       /* look again later */                                             \
	A(RESERVE, "reserve") /* metadata: hidden LV on the destination, LOCKED */               \
	A(ACTIVATE, "activate LV")                                                               \
	A(CREATE_LEG, "create leg")   /* a pass-through device */                                \
	A(ATTACH, "attach LV to leg") /* swap the LV's table */                                  \
	A(REDRAW, "redraw leg")       /* swap the leg's table: the next slices */                \
	A(CLEAR_LEG, "clear leg")     /* swap the leg's table: pass-through again, no mirrors */ \
	A(VERIFY, "verify")           /* compare the next piece of both sides */                 \
	A(FLUSH, "flush destination")                                                            \
	A(COMMIT, "commit")    /* metadata: the LV on the destination */                         \
	A(SWITCH, "switch LV") /* swap the LV's table: onto the destination */                   \
	A(DETACH, "detach LV") /* swap the LV's table: back onto the source */                   \
	A(REMOVE_LEG, "remove leg")                                                              \
	A(RELEASE, "release")   /* metadata: reservation gone, LOCKED off */                     \
	A(PUT_BACK, "put back") /* detach, remove leg or release, if that is safe */             \
	A(FINISH, "finish")     /* deactivate the LV if it was activated; nothing is left */

/* Why a pass is not (yet) what was asked. N(enumerator, name). */
#define PASS_REASON_LIST(N)                       \
	N(NONE, "")                               \
	N(VG_ABSENT, "vg_absent")                 \
	N(PV_MISSING, "pv_missing")               \
	N(LV_GONE, "lv_gone")                     \
	N(LV_CHANGED, "lv_changed")               \
	N(NO_SPACE, "no_space")                   \
	N(SOURCE_UNREADABLE, "source_unreadable") \
	N(SOURCE_FAILED, "source_failed")         \
	N(DEST_FAILED, "destination_failed")      \
	N(VERIFY_FAILED, "verify_failed")         \
	N(TABLE_FOREIGN, "table_foreign")         \
	N(SUSPENDED, "suspended")                 \
	N(LVM_FAILED, "lvm_failed")               \
	N(DM_FAILED, "dm_failed")                 \
	N(JOURNAL_FAILED, "journal_failed")       \
	N(ABORTED, "aborted")

/* Which disk it is that fails a pass. T(enumerator, name) */
#define TROUBLE_SIDE_LIST(T) \
	T(NONE, "")          \
	T(SOURCE, "source")  \
	T(DEST, "destination")

/* States of a whole move, worked out from its passes and what its owner wants. */
#define MOVE_STATE_LIST(M)      \
	M(QUEUED, "queued")     \
	M(RUNNING, "running")   \
	M(PAUSED, "paused")     \
	M(HELD, "held")         \
	M(ABORTING, "aborting") \
	M(DONE, "done")         \
	M(ABORTED, "aborted")   \
	M(FAILED, "failed")

/* What the owner wants of a move. G(enumerator, name) */
#define MOVE_GOAL_LIST(G) \
	G(RUN, "run")     \
	G(PAUSE, "pause") \
	G(ABORT, "abort")

#define X(code, name) PASS_##code,
enum pass_state { PASS_STATE_LIST(X) PASS_STATE_COUNT };
#undef X
#define X(code, name) EVENT_##code,
enum pass_event { PASS_EVENT_LIST(X) PASS_EVENT_COUNT };
#undef X
#define X(code, name) ACTION_##code,
enum pass_action { PASS_ACTION_LIST(X) PASS_ACTION_COUNT };
#undef X
#define X(code, name) REASON_##code,
enum pass_reason { PASS_REASON_LIST(X) PASS_REASON_COUNT };
#undef X
#define X(code, name) TROUBLE_##code,
enum trouble_side { TROUBLE_SIDE_LIST(X) TROUBLE_SIDE_COUNT };
#undef X
#define X(code, name) MOVE_##code,
enum move_state { MOVE_STATE_LIST(X) MOVE_STATE_COUNT };
#undef X
#define X(code, name) GOAL_##code,
enum move_goal { MOVE_GOAL_LIST(X) MOVE_GOAL_COUNT };
#undef X

const char *pass_state_name(enum pass_state value);
const char *pass_event_name(enum pass_event value);
const char *pass_action_name(enum pass_action value);
const char *pass_reason_name(enum pass_reason value);
const char *trouble_side_name(enum trouble_side value);
const char *move_state_name(enum move_state value);
const char *move_goal_name(enum move_goal value);

/* Each returns the enumerator as a number, or −1 for a name that is none. */
int pass_state_from_name(const char *name);
int pass_reason_from_name(const char *name);
int trouble_side_from_name(const char *name);
int move_goal_from_name(const char *name);

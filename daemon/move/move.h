/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A move and its passes as values: what was asked, how far it is, why it
 * ended. The driver (mover.c) alone changes them; everyone else reads.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/lvm/reservation.h"
#include "daemon/move/states.h"
#include "daemon/plan/request.h"
#include "daemon/policy/eta.h"

/* Text of an RFC 4122 UUID, and of the kernel's boot id, with the NUL. */
#define UUID_TEXT_SIZE 37
/* Longest explanation kept, in bytes with the NUL. */
#define PASS_REASON_TEXT_MAX 1024

/* Longest path of a device kept, in bytes with the NUL. */
#define TROUBLE_DEVICE_MAX 256

/*
 * Where a disk has failed a pass. The sectors are those of the PV's device, of
 * 512 bytes, as hdparm and ddrescue count them.
 */
struct pass_trouble {
	enum trouble_side side; /* TROUBLE_NONE: no disk has, and all else means nothing */
	struct lvm_id pv;
	char device[TROUBLE_DEVICE_MAX]; /* the path that LVM knew it by then; "": none */
	uint64_t first_le;               /* of the LV */
	uint64_t le_count;
	uint64_t first_sector;
	uint64_t sector_count;
	bool is_exact; /* all of these sectors; otherwise some of them, nobody knows which */
};

/* Room for the names of wedged devices, in bytes with the NUL; those that do not fit are left out.
 */
#define PASS_WEDGED_TEXT_MAX 1024

/* One LV's share of a move. */
struct pass {
	/* recorded in the journal */
	char *lv_name; /* for people; the UUID counts */
	struct reservation reservation;
	enum pass_state state;
	enum pass_reason reason;
	char reason_text[PASS_REASON_TEXT_MAX];
	struct pass_trouble trouble;         /* belongs to the reason */
	char activated_boot[UUID_TEXT_SIZE]; /* the boot in which we activated the LV; "": we did
						not */
	uint64_t leg_number;                 /* legs with a smaller one are wedged … */
	char wedged[PASS_WEDGED_TEXT_MAX]; /* … and have these names, with spaces in between … */
	char wedged_boot[UUID_TEXT_SIZE];  /* … in that boot; "": none is */
	uint64_t verified_bytes; /* compared and found equal; 0 again with a restart before
				    the commit, and when it is undone */
	char unverified[PASS_REASON_TEXT_MAX]; /* what was not compared although that was asked
						  for, and why; "": nothing */
	/* observed */
	bool is_observed; /* copied_bytes is known */
	uint64_t copied_bytes;
	uint64_t total_bytes;
	enum pass_reason waits_for; /* what keeps it where it is just now; REASON_NONE: nothing */
	char waits_text[PASS_REASON_TEXT_MAX];
};

/* Whom a move waits for that is ready to copy: for its turn on disks that it shares. */
struct move_queue {
	uint64_t place;              /* so many moves go first; 0: it waits for none */
	uint64_t behind_id;          /* the one right before it */
	char disk[VG_DISK_NAME_MAX]; /* whose queue it is, by the kernel's name; "": not known */
};

/* How an LV fares whose latency is bounded, as long as its pass is being copied. */
struct move_latency {
	bool is_known;
	uint64_t ios;      /* that were counted */
	uint64_t slow_ios; /* … and took longer than the bound */
	unsigned narrowed; /* so often the copying is narrowed to half just now */
	bool is_aside;     /* it is not enough: nothing is copied just now */
};

struct move {
	/* recorded in the journal */
	uint64_t id; /* 1, 2, … never given twice */
	char uuid[UUID_TEXT_SIZE];
	struct lvm_id vg;
	char *vg_name; /* for people */
	uint64_t extent_bytes;
	struct move_request *request;
	enum move_goal goal;
	uint64_t limit_bytes_s;  /* 0: none */
	uint64_t max_latency_us; /* of the LV's I/O while it is copied; 0: any */
	uint64_t created_us;     /* since the epoch */
	uint64_t finished_us;    /* since the epoch; 0: not yet */
	struct pass *passes;
	size_t pass_count;
	/* observed */
	struct eta eta;
	uint64_t seq; /* grows with each change anyone may see, over all moves */
	bool waiting; /* for something outside: the first unfinished pass's reason says for what */
	struct move_queue queue;
	uint64_t stalled_since_us; /* since the epoch; 0: it copies, or need not */
	struct move_latency latency;
};

/* Frees a move and all in it; NULL and half-built ones are fine. */
void move_free(struct move *move);

bool pass_state_is_terminal(enum pass_state state);
bool move_is_terminal(const struct move *move);

/* The state of the whole. */
enum move_state move_state(const struct move *move);

uint64_t move_total_bytes(const struct move *move);
uint64_t move_copied_bytes(const struct move *move);
/* What was compared and found equal; means something only where request->verify is set. */
uint64_t move_verified_bytes(const struct move *move);
/* False after a start of the daemon until all passes were looked at: copied bytes are not known. */
bool move_is_observed(const struct move *move);

/* The first pass that is not terminal, or NULL. */
struct pass *move_current_pass(const struct move *move);

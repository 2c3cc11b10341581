/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the mover writes into the journal, as JSON text. One object a record:
 *
 *   {"version":1,"move":{…}}     a move as it stands, passes and all
 *   {"version":1,"pass":{…}}     where one pass of a move is now
 *   {"version":1,"goal":{…}}     what the owner wants of a move now, its limits too
 *   {"version":1,"next_id":N}    ids below N were given out, and the host's limit (written by
 *                                compaction, and when that limit is changed)
 *
 * Members were added since version 1 was first written: "verify" of a request,
 * "verified_bytes" and "unverified" of a pass, "limit_bytes_s" and
 * "max_latency_us" of a move and a goal, "host_limit_bytes_s" beside "next_id". A record without
 * them reads as false, 0 and "", but without the last one the host's limit stays as it was.
 *
 * Later records outrank earlier ones. Decoding trusts nothing: a record that
 * is not exactly as described is -EBADMSG.
 */

#include "daemon/move/move.h"

#define CODEC_VERSION 1

enum record_type { RECORD_MOVE, RECORD_PASS, RECORD_GOAL, RECORD_NEXT_ID };

struct record {
	enum record_type type;
	struct move *move; /* RECORD_MOVE; owned */
	uint64_t move_id;  /* RECORD_PASS, RECORD_GOAL */
	size_t pass_index; /* RECORD_PASS */
	struct pass pass;  /* RECORD_PASS; owned; runs only when they were planned anew */
	uint64_t at_us;    /* RECORD_PASS: when, since the epoch */
	enum move_goal goal;
	uint64_t limit_bytes_s;  /* RECORD_GOAL */
	uint64_t max_latency_us; /* RECORD_GOAL */
	uint64_t next_id;
	bool has_host_limit; /* RECORD_NEXT_ID */
	uint64_t host_limit_bytes_s;
};

/* Frees what the record owns and zeroes it. */
void record_deinit(struct record *record);

/* Each returns owned text, or NULL for want of memory. */
char *codec_encode_move(const struct move *move);
/* with_reservation: the reservation was planned anew and is recorded too. */
char *codec_encode_pass(const struct move *move, const struct pass *pass, uint64_t at_us,
			bool with_reservation);
char *codec_encode_goal(const struct move *move);
char *codec_encode_next_id(uint64_t next_id, uint64_t host_limit_bytes_s);

/* Returns 0 with *recordp owned by the caller, -EBADMSG or -ENOMEM. */
int codec_decode(const char *payload, size_t len_bytes, struct record *recordp);

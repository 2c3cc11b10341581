/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A refusal says, as data, why something that was asked for is not done. The
 * planner, the mover and the RPC methods fill one in; on the wire it is a
 * Varlink error with the same name and parameters; only the client turns it
 * into a sentence. A refused request has changed nothing.
 */

#include <stdint.h>

/*
 * R(enumerator, Varlink error name). Which of the fields of struct refusal a
 * code uses stands behind it. "extents" fields come with extent_bytes.
 */
#define REFUSAL_LIST(R)                                                                            \
	/* subject: the device asked for, detail: LVM's devices file, which it is not in, or "" */ \
	R(NO_SUCH_PV, "NoSuchPv")                                                                  \
	R(PV_NOT_IN_VG, "PvNotInVg")       /* subject: PV */                                       \
	R(NO_SUCH_LV, "NoSuchLv")          /* subject: LV asked for, detail: VG */                 \
	R(SAME_PV, "SamePv")               /* subject: PV that is source and destination */        \
	R(OTHER_VG, "OtherVg")             /* subject: PV, detail: the VG it is in */              \
	R(BAD_RANGE, "BadRange")           /* subject: PV, detail: the range */                    \
	R(NO_SPACE, "NoSpace")             /* subject: VG, needed_extents, free_extents */         \
	R(UNSUPPORTED_LV, "UnsupportedLv") /* subject: LV, detail: its segment type */             \
	R(LV_LOCKED, "LvLocked")           /* subject: LV */                                       \
	R(VG_EXPORTED, "VgExported")       /* subject: VG */                                       \
	R(VG_SHARED, "VgShared")           /* subject: VG, detail: its lock type */                \
	R(VG_READ_ONLY, "VgReadOnly")      /* subject: VG */                                       \
	R(VG_PARTIAL, "VgPartial")         /* subject: VG, detail: UUID of a missing PV */         \
	R(BLOCK_SIZE, "BlockSize")         /* subject: destination PV, detail: source PV */        \
	R(PV_READ_ONLY, "PvReadOnly")      /* subject: destination PV */                           \
	R(NO_TARGET, "NoTarget")           /* subject: what the kernel lacks: "mirror" */          \
	R(TOO_FRAGMENTED, "TooFragmented") /* subject: LV, pieces, pieces_max */                   \
	R(CONFLICT, "Conflict")            /* subject: LV, move_id: the move that has it */        \
	R(NO_SUCH_MOVE, "NoSuchMove")      /* move_id, or subject: a UUID */                       \
	R(MOVE_ENDED, "MoveEnded")         /* move_id, detail: its state */                        \
	R(TOO_LATE, "TooLate")             /* move_id: all of it is committed already */           \
	R(LVM_FAILED, "LvmFailed")         /* subject: command, detail: what it said */            \
	R(JOURNAL_FAILED, "JournalFailed") /* detail: what the system said */                      \
	R(NO_MEMORY, "NoMemory")           /* nothing else */

enum refusal_code {
	REFUSAL_NONE,
#define R(code, name) REFUSAL_##code,
	REFUSAL_LIST(R)
#undef R
};

/* Longest subject or detail kept, in bytes with the NUL; longer text is cut. */
#define REFUSAL_TEXT_MAX 512

struct refusal {
	enum refusal_code code;
	char subject[REFUSAL_TEXT_MAX];
	char detail[REFUSAL_TEXT_MAX];
	uint64_t needed_extents;
	uint64_t free_extents;
	uint64_t extent_bytes;
	uint64_t move_id;
	uint64_t pieces;
	uint64_t pieces_max;
};

/*
 * Overwrites *refusal with the code and the two texts (NULL for none; cut to
 * fit). The numbers are set to 0; the caller fills those its code uses.
 */
void refusal_set(struct refusal *refusal, enum refusal_code code, const char *subject,
		 const char *detail);

/* The Varlink error name of a code without its interface ("NoSpace"), or NULL for REFUSAL_NONE. */
const char *refusal_name(enum refusal_code code);

/* The code with that error name, or REFUSAL_NONE for a name that is not one. */
enum refusal_code refusal_from_name(const char *name);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the log says that somebody may want to act upon, each with an id of its
 * own for ever (MESSAGE_ID in the systemd journal), by which the journal's
 * catalog explains it (journalctl -x) and programs find it. An id is never
 * changed or used again; systemd/pvmoved.catalog has a text for each. Pure.
 */

#include <stdio.h>

#include "common/log.h"
#include "daemon/move/states.h"

/* M(enumerator, name, id): for each state that a pass enters, each reason that it waits or fails
 * for, and what else there is. */
#define MESSAGE_LIST(M)                                                                        \
	M(STATE_QUEUED, "state-queued", "31ab9d300ca346a8b6a32a480d425c8b")                    \
	M(STATE_RESERVING, "state-reserving", "f3cc8ebfbf70445eaf7bdce32e83cd3d")              \
	M(STATE_ARMING, "state-arming", "e6176d0406944ff991b17a4e58fa5f7e")                    \
	M(STATE_COPYING, "state-copying", "01a0d0b07dc8456d87b41d6fca7828f0")                  \
	M(STATE_PAUSED, "state-paused", "6fb6fd276b96456bbf028f736df1f345")                    \
	M(STATE_HELD, "state-held", "ac9ac078f54e4eff82ed00ecc93f5fb1")                        \
	M(STATE_VERIFYING, "state-verifying", "6a152340655546868d0674e5d842011c")              \
	M(STATE_COMMITTING, "state-committing", "206748f9af8d48169d47ed4cfebc199b")            \
	M(STATE_SWITCHING, "state-switching", "541658432b3a464dba67437101b3f7ea")              \
	M(STATE_RETIRING, "state-retiring", "5567f2b2887e462b80b33843571acce1")                \
	M(STATE_UNDOING, "state-undoing", "3588e1d8d6ac4352adefc042be5365f9")                  \
	M(STATE_DONE, "state-done", "29a86e61485043818cab993dbacc039d")                        \
	M(STATE_ABORTED, "state-aborted", "015f396429584029bd0af1a0c3ddc79f")                  \
	M(STATE_FAILED, "state-failed", "83760635634a4c8e8ad78b9aad96168c")                    \
	M(REASON_VG_ABSENT, "reason-vg_absent", "d88981c92a2248aab26296b2b3a70305")            \
	M(REASON_PV_MISSING, "reason-pv_missing", "efa43660a76d48188738207c0a976059")          \
	M(REASON_LV_GONE, "reason-lv_gone", "c46893c50f0d4eb29393b21c2b44f641")                \
	M(REASON_LV_CHANGED, "reason-lv_changed", "49dc5d49eeb144c5b566d1a44cf9f336")          \
	M(REASON_NO_SPACE, "reason-no_space", "8433984164464b80bc9c495f67fdcbb9")              \
	M(REASON_SOURCE_UNREADABLE, "reason-source_unreadable",                                \
	  "012c324ff4c0465398287f30319bbaf1")                                                  \
	M(REASON_SOURCE_FAILED, "reason-source_failed", "a9e4bd1c970a4ac38484e7220924a20c")    \
	M(REASON_DEST_FAILED, "reason-destination_failed", "cf5df58a04ad495280a6ce35d39a3c7e") \
	M(REASON_VERIFY_FAILED, "reason-verify_failed", "0e3faf4a2069464a9aae89de56ec243e")    \
	M(REASON_TABLE_FOREIGN, "reason-table_foreign", "cadcc643c71b47dcaa655531c05f38ec")    \
	M(REASON_SUSPENDED, "reason-suspended", "494b335e29004ad0b6e99f545607d1a5")            \
	M(REASON_LVM_FAILED, "reason-lvm_failed", "2aead171bc834967badbe08f780bbcdb")          \
	M(REASON_DM_FAILED, "reason-dm_failed", "8644b707900f4ac2bcbf5534292ce75c")            \
	M(REASON_JOURNAL_FAILED, "reason-journal_failed", "9173aedc018f46a79ca63a0eb619eb66")  \
	M(REASON_ABORTED, "reason-aborted", "4af7e64b3b0644b1a76ba53fb305e08d")                \
	M(WEDGED, "wedged", "834f7675e76d4b0cbbadcb8ac493c2ce")                                \
	M(STALLED, "stalled", "a54d19f9d3744e4dab88116bc1e08c88")                              \
	M(SECTORS_UNREADABLE, "sectors-unreadable", "c7269b07b9814a21936b8c7f2d727bc9")        \
	M(NOT_ALL_COMPARED, "not-all-compared", "6888d8874dbd461dbf4bbba87d58b4a8")            \
	M(PREFLIGHT_WARNING, "preflight-warning", "1c5f173c3eca4151bfb48c4113b7c458")          \
	M(JOURNAL_DAMAGED, "journal-damaged", "70bde25c9d4f4f5ead1127e3c5dbaa91")              \
	M(JOURNAL_TORN, "journal-torn", "4842059ce67b455089401433f6eb113c")                    \
	M(JOURNAL_STOPPED, "journal-stopped", "6e6e09ae05644ff78ec19772baa6b700")              \
	M(CONFIG_WRONG, "config-wrong", "2bbfdebe70514946b11acad104e7fefd")                    \
	M(CONFIG_WAITS, "config-waits", "e4d50ac0afde4d97b5ea1203443f415f")                    \
	M(RELOADED, "reloaded", "c8de9dbdf17c417db85ea2f7dc0ec12a")                            \
	M(READY, "ready", "bd46e469046747348a33d26ee96ed8f3")                                  \
	M(STOPPING, "stopping", "48ac1593a12c45b9933781638060d2e7")                            \
	M(SERVICE_FAILED, "service-failed", "658b4b620681479ca786dba6f6cb9f4a")

#define X(code, name, id) MESSAGE_##code,
enum message { MESSAGE_NONE, MESSAGE_LIST(X) MESSAGE_COUNT };
#undef X

/* As 32 hexadecimal digits; NULL for MESSAGE_NONE. */
const char *message_id(enum message message);

enum message message_of_state(enum pass_state state);
/* MESSAGE_NONE for REASON_NONE. */
enum message message_of_reason(enum pass_reason reason);

/* Logs a line of that id that is about no pass. */
#define message_log(message, level, ...) \
	log_write(level, &(struct log_field){"MESSAGE_ID", message_id(message)}, 1, __VA_ARGS__)

/* Prints "ID NAME" for each. */
void message_print(FILE *out);

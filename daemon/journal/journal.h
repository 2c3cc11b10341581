/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The journal: an append-only file of opaque records that outlives crashes and
 * power cuts. Knows nothing of moves. What is appended is on stable storage
 * when the call returns: it blocks on one write and one fdatasync. The file's
 * format, and what of a damaged file is believed, is specified in record.h.
 */

#include <stddef.h>
#include <stdint.h>

struct journal;

/* Longest payload in bytes. */
#define JOURNAL_PAYLOAD_MAX ((size_t)16 * 1024 * 1024)
/* Largest file in bytes: it is read into memory at once. Compact well ahead of it. */
#define JOURNAL_SIZE_MAX ((size_t)256 * 1024 * 1024)

/* Called for each record in order. Returns 0, or a negative errno that ends the replay. */
typedef int journal_replay_fn(void *arg, const char *payload, size_t len_bytes);

/* Where and why a journal cannot be read. */
struct journal_damage {
	uint64_t off_bytes; /* of the first bad record; 0: the file's header */
	/*
	 * Static text: "header" (not a journal), "version" (of another pvmoved);
	 * "magic", "length", "checksum" (a bad record, with good ones behind it);
	 * "sequence" (records are missing or doubled); "payload" (replay refused it).
	 */
	const char *what;
};

/*
 * Opens, or makes, the journal in the folder (made 0700 if it is not there),
 * takes the folder's lock and replays the records. A torn tail is cut off, and
 * what was replayed is on stable storage when the call returns. Blocks on
 * reading and syncing the file, and on replay. Returns 0; -EWOULDBLOCK when
 * another daemon has the folder; -EBADMSG for a journal that is damaged before
 * its end or that replay refused with -EBADMSG (*damagep says where; the file is
 * kept as it is); another negative errno from the system or from replay.
 *
 * The lock goes with the last copy of its descriptor, which is closed on exec:
 * a child that is forked and does not exec has to close what it inherited, or
 * it keeps the folder locked after the daemon's death.
 */
int journal_open(const char *state_dir, journal_replay_fn *replay, void *arg,
		 struct journal_damage *damagep, struct journal **journalp);

/*
 * Takes the folder's lock alone, for somebody to whom the journal cannot be opened. Returns 0 with
 * a descriptor that holds it until it is closed, or as journal_open().
 */
int journal_lock_folder(const char *state_dir, int *dir_fdp);

/* Unlocks and closes. NULL is fine. */
void journal_close(struct journal *journal);

/*
 * Appends one record and waits until it is on stable storage. Returns 0;
 * -EMSGSIZE for a payload that is too long; -ENOSPC, -EDQUOT, -EFBIG or -ENOMEM
 * for want of room, with the journal as it was and ready for another try,
 * perhaps after compaction. Any other negative errno is final: every later
 * append or compaction returns it as well, for nobody knows what is on the disk
 * then (a failed fdatasync is never retried).
 */
int journal_append(struct journal *journal, const char *payload, size_t len_bytes);

/* Bytes in the file now. */
uint64_t journal_size(const struct journal *journal);

/* Bytes of a torn tail that journal_open() cut off: worth a word to the administrator. */
uint64_t journal_torn_size(const struct journal *journal);

/* Writes one payload into the journal that is being compacted. 0 or a negative errno. */
typedef int journal_write_fn(void *sink, const char *payload, size_t len_bytes);
/* Calls write(sink, …) for everything that is to be kept. Returns 0 or a negative errno. */
typedef int journal_keep_fn(void *arg, journal_write_fn *write, void *sink);

/*
 * Replaces the file by one that holds just what keep() writes: a new file,
 * fsync, rename, fsync of the folder; blocks on these. A crash at any instant
 * leaves the old file or the new one, whole. Returns 0, or a negative errno
 * with the old file still in use; but when only the fsync of the folder failed,
 * either file may be there after a power cut, and the error is final.
 */
int journal_compact(struct journal *journal, journal_keep_fn *keep, void *arg);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The journal: an append-only file of opaque records that outlives crashes and
 * power cuts. Knows nothing of moves. What is appended is on stable storage
 * when the call returns: it blocks on one write and one fdatasync. The file's format is specified in record.h.
 */

#include <stddef.h>
#include <stdint.h>

struct journal;

/* Longest payload in bytes. */
#define JOURNAL_PAYLOAD_MAX (16u * 1024 * 1024)

/* Called for each record in order. Returns 0, or a negative errno that ends the replay. */
typedef int journal_replay_fn(void *arg, const char *payload, size_t len_bytes);

/* Where and why a journal cannot be read. */
struct journal_damage {
	uint64_t off_bytes; /* of the first bad record */
	const char *what;   /* static text: "checksum", "length", "sequence", "header", "payload" */
};

/*
 * Opens, or makes, the journal in the folder (made 0700 if it is not there),
 * takes the folder's lock and replays the records. A torn tail is cut off. Returns 0;
 * -EWOULDBLOCK when another daemon has the folder; -EBADMSG for a journal that
 * is damaged before its end or that replay refused with -EBADMSG (*damagep says where; the file is kept as
 * it is); another negative errno from the system or from replay.
 */
int journal_open(const char *state_dir, journal_replay_fn *replay, void *arg,
		 struct journal_damage *damagep, struct journal **journalp);

/* Unlocks and closes. */
void journal_close(struct journal *journal);

/*
 * Appends one record and waits until it is on stable storage. Returns 0 or a
 * negative errno. After a failure nothing more can be appended: every later
 * call returns the same error (a failed fdatasync says nothing about what is on disk).
 */
int journal_append(struct journal *journal, const char *payload, size_t len_bytes);

/* Bytes in the file now. */
uint64_t journal_size(const struct journal *journal);

/* Writes one payload into the journal that is being compacted. */
typedef int journal_write_fn(void *sink, const char *payload, size_t len_bytes);
/* Calls write(sink, …) for everything that is to be kept. Returns 0 or a negative errno. */
typedef int journal_keep_fn(void *arg, journal_write_fn *write, void *sink);

/*
 * Replaces the file by one that holds just what keep() writes: a new file,
 * fsync, rename, fsync of the folder. Returns 0; a negative errno with the old file still in use otherwise.
 */
int journal_compact(struct journal *journal, journal_keep_fn *keep, void *arg);

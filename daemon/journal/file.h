/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One file of records in the journal's folder: reads it, writes records behind
 * each other, and replaces it by a new one. Internal to the journal, which
 * decides what a failure means.
 */

#include <stddef.h>
#include <stdint.h>

struct journal_file {
	int fd;              /* owned; −1: none */
	uint64_t id;         /* of its header */
	uint64_t next_seq;   /* of the record written next */
	uint64_t size_bytes; /* of its header and good records */
	uint64_t room_bytes; /* up to here the file system has given space already */
};

/*
 * Reads the folder's file into memory, up to JOURNAL_SIZE_MAX. Returns 0 with
 * both owned by the caller; -ENOENT when there is none, or one too short for a
 * header, which has never held a record; -EFBIG or another negative errno.
 */
int journal_file_read(int dir_fd, int *fdp, unsigned char **bytesp, size_t *len_bytesp);

/*
 * Makes a new file that holds a header only, under a name of its own until
 * journal_file_publish(). Returns 0 or a negative errno.
 */
int journal_file_create(int dir_fd, uint64_t first_seq, struct journal_file *filep);

/*
 * Syncs the new file and puts it in the place of the folder's file. Until the
 * folder is synced too, a power cut may undo that. Returns 0, or a negative
 * errno with all as it was.
 */
int journal_file_publish(int dir_fd, const struct journal_file *file);

/* Closes the new file and gives back its space, if it can. */
void journal_file_discard(int dir_fd, const struct journal_file *file);

/*
 * Writes one record at the end, without syncing. Returns 0; -EMSGSIZE or -EFBIG
 * beyond the journal's limits; -ENOMEM; another negative errno. A failure leaves
 * *file unchanged, but the file itself may then be longer than it says. Where the
 * file system can, space for the records to come is taken ahead.
 */
int journal_file_write(struct journal_file *file, const char *payload, size_t len_bytes);

/* Cuts off what is behind the records that *file counts, without syncing. 0 or a negative errno. */
int journal_file_cut(struct journal_file *file);

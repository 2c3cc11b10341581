/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The format of the journal's file, and nothing but the format: bytes in, bytes
 * out. docs/journal.md tells the same with the reasons.
 *
 * The file is a file header and then records, one behind the other without
 * gaps. Numbers are little-endian, CRCs are CRC32C.
 *
 *	file header                            record
 *	 0   8  magic "PVMOVEDJ"                0   4  magic ff 52 45 43
 *	 8   4  version, 1                      4   4  payload length in bytes
 *	12   4  CRC of 0–11 and 16–31           8   8  sequence number
 *	16   8  file id, random                16   4  CRC of the file id, 0–15 and the payload
 *	24   8  sequence of the first record   20   …  payload
 *
 * Sequence numbers grow by one from record to record and go on in the file
 * that replaces this one. The file id in the CRC makes a record good in its own
 * file only: the remains of an older journal, which a file system may show in
 * the tail of this one after a power cut, are no records.
 *
 * A record is good when its magic is right, its payload ends within the file
 * and its CRC matches. Reading stops at the first place that does not hold a
 * good record with the next sequence number. A record is written only once the
 * one ahead of it is on stable storage, so there can be nothing behind an append
 * that a crash has torn. Therefore, if from that place on
 *
 *	- no good record begins at any byte, it is a torn append, of which nobody
 *	  was told that it had succeeded, or damage to the last record, which
 *	  looks the same: it is cut off;
 *	- a good record begins at some byte, the file has lost what once was
 *	  safe: it is corrupt. This holds whatever was hit, a length too, for the
 *	  search goes byte by byte and believes no length but a good record's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FILE_HEADER_BYTES 32u
#define RECORD_HEADER_BYTES      20u

/* What the file header says. */
struct record_file {
	uint64_t id;
	uint64_t first_seq;
};

/* One record; the payload is borrowed from the bytes it was decoded from. */
struct record {
	uint64_t seq;
	const char *payload;
	size_t len_bytes;
};

/* Writes the header of a file. */
void record_encode_file(const struct record_file *file,
			unsigned char header[RECORD_FILE_HEADER_BYTES]);

/* Returns NULL for a good header, or what is wrong as a static text: "header" or "version". */
const char *record_decode_file(const unsigned char header[RECORD_FILE_HEADER_BYTES],
			       struct record_file *filep);

/* Writes RECORD_HEADER_BYTES + record->len_bytes bytes; the payload is not NULL. */
void record_encode(uint64_t file_id, const struct record *record, unsigned char *bytes);

/*
 * Reads the record that begins at bytes; whether its sequence number is the
 * right one is the caller's to say. Returns NULL for a good record, or what is
 * wrong with it as a static text: "magic", "length" or "checksum".
 */
const char *record_decode(uint64_t file_id, const unsigned char *bytes, size_t len_bytes,
			  struct record *recordp);

/* Whether a good record begins at any of the bytes. */
bool record_is_among(uint64_t file_id, const unsigned char *bytes, size_t len_bytes);

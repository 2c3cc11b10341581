/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/journal/record.h"

#include <endian.h>
#include <string.h>

#include "daemon/journal/crc32c.h"

#define FILE_VERSION 1u

static const unsigned char file_magic[8] = {'P', 'V', 'M', 'O', 'V', 'E', 'D', 'J'};
/* No UTF-8 text holds the first of these, so the search finds no false starts in payloads. */
static const unsigned char record_magic[4] = {0xFF, 'R', 'E', 'C'};

static void put_u32(unsigned char *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static void put_u64(unsigned char *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t get_u32(const unsigned char *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static uint64_t get_u64(const unsigned char *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static uint32_t file_header_crc(const unsigned char header[RECORD_FILE_HEADER_BYTES])
{
	return crc32c(crc32c(0, header, 12), header + 16, RECORD_FILE_HEADER_BYTES - 16);
}

void record_encode_file(const struct record_file *file,
			unsigned char header[RECORD_FILE_HEADER_BYTES])
{
	memcpy(header, file_magic, sizeof(file_magic));
	put_u32(header + 8, FILE_VERSION);
	put_u64(header + 16, file->id);
	put_u64(header + 24, file->first_seq);
	put_u32(header + 12, file_header_crc(header));
}

const char *record_decode_file(const unsigned char header[RECORD_FILE_HEADER_BYTES],
			       struct record_file *filep)
{
	if (memcmp(header, file_magic, sizeof(file_magic)) != 0 ||
	    get_u32(header + 12) != file_header_crc(header))
		return "header";
	if (get_u32(header + 8) != FILE_VERSION)
		return "version";
	filep->id = get_u64(header + 16);
	filep->first_seq = get_u64(header + 24);
	return NULL;
}

static uint32_t record_crc(uint64_t file_id, const unsigned char *header, const void *payload,
			   size_t len_bytes)
{
	unsigned char id[sizeof(file_id)];
	uint32_t crc;

	put_u64(id, file_id);
	crc = crc32c(0, id, sizeof(id));
	crc = crc32c(crc, header, 16);
	return crc32c(crc, payload, len_bytes);
}

void record_encode(uint64_t file_id, const struct record *record, unsigned char *bytes)
{
	memcpy(bytes, record_magic, sizeof(record_magic));
	put_u32(bytes + 4, (uint32_t)record->len_bytes);
	put_u64(bytes + 8, record->seq);
	put_u32(bytes + 16, record_crc(file_id, bytes, record->payload, record->len_bytes));
	memcpy(bytes + RECORD_HEADER_BYTES, record->payload, record->len_bytes);
}

const char *record_decode(uint64_t file_id, const unsigned char *bytes, size_t len_bytes,
			  struct record *recordp)
{
	const unsigned char *payload = bytes + RECORD_HEADER_BYTES;
	uint32_t payload_bytes;

	if (len_bytes < RECORD_HEADER_BYTES)
		return "length";
	if (memcmp(bytes, record_magic, sizeof(record_magic)) != 0)
		return "magic";
	payload_bytes = get_u32(bytes + 4);
	if (payload_bytes > len_bytes - RECORD_HEADER_BYTES)
		return "length";
	if (get_u32(bytes + 16) != record_crc(file_id, bytes, payload, payload_bytes))
		return "checksum";
	recordp->seq = get_u64(bytes + 8);
	recordp->payload = (const char *)payload;
	recordp->len_bytes = payload_bytes;
	return NULL;
}

bool record_is_among(uint64_t file_id, const unsigned char *bytes, size_t len_bytes)
{
	const unsigned char *end = bytes + len_bytes;
	const unsigned char *at = bytes;
	struct record record;

	while ((at = memmem(at, (size_t)(end - at), record_magic, sizeof(record_magic)))) {
		if (!record_decode(file_id, at, (size_t)(end - at), &record))
			return true;
		at++;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/journal/crc32c.h"
#include "daemon/journal/record.h"

#define FILE_ID UINT64_C(0x1122334455667788)

static void the_checksum_is_that_of_rfc_3720(void **state)
{
	unsigned char bytes[32];

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x8A9136AA);
	memset(bytes, 0xFF, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x62A8AB43);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x46DD794E);
	assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
	assert_int_equal(crc32c(0, "", 0), 0);
}

static void the_checksum_of_pieces_is_that_of_the_whole(void **state)
{
	static const char digits[] = "123456789";

	(void)state;
	for (size_t cut = 0; cut <= 9; cut++)
		assert_int_equal(crc32c(crc32c(0, digits, cut), digits + cut, 9 - cut), 0xE3069283);
}

/* The format is a promise to files that exist: these bytes must not change. */
static void the_file_header_is_laid_out_as_specified(void **state)
{
	static const unsigned char expected[RECORD_FILE_HEADER_BYTES] = {
		'P',  'V',  'M',  'O',  'V',  'E',  'D',  'J',  1,    0, 0, 0, 0, 0, 0, 0,
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x2A, 0, 0, 0, 0, 0, 0, 0,
	};
	const struct record_file file = {.id = FILE_ID, .first_seq = 42};
	unsigned char header[RECORD_FILE_HEADER_BYTES];
	struct record_file found;
	uint32_t crc;

	(void)state;
	record_encode_file(&file, header);
	assert_memory_equal(header, expected, 12);
	assert_memory_equal(header + 16, expected + 16, 16);
	crc = crc32c(crc32c(0, header, 12), header + 16, 16);
	assert_int_equal(
		header[12] | header[13] << 8 | header[14] << 16 | (uint32_t)header[15] << 24, crc);

	assert_null(record_decode_file(header, &found));
	assert_true(found.id == FILE_ID);
	assert_int_equal(found.first_seq, 42);
}

static void a_record_is_laid_out_as_specified(void **state)
{
	static const unsigned char expected[] = {
		0xFF, 'R', 'E', 'C', 3, 0, 0, 0, 0x2A, 0, 0, 0, 0, 0, 0, 0,
	};
	static const unsigned char id[] = {0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
	const struct record record = {.seq = 42, .payload = "abc", .len_bytes = 3};
	unsigned char bytes[RECORD_HEADER_BYTES + 3];
	struct record found;
	uint32_t crc;

	(void)state;
	record_encode(FILE_ID, &record, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
	crc = crc32c(crc32c(crc32c(0, id, sizeof(id)), bytes, 16), "abc", 3);
	assert_int_equal(bytes[16] | bytes[17] << 8 | bytes[18] << 16 | (uint32_t)bytes[19] << 24,
			 crc);
	assert_memory_equal(bytes + RECORD_HEADER_BYTES, "abc", 3);

	assert_null(record_decode(FILE_ID, bytes, sizeof(bytes), &found));
	assert_int_equal(found.seq, 42);
	assert_int_equal(found.len_bytes, 3);
	assert_ptr_equal(found.payload, bytes + RECORD_HEADER_BYTES);
}

static void a_header_with_any_bit_flipped_is_bad(void **state)
{
	const struct record_file file = {.id = FILE_ID, .first_seq = 1};
	unsigned char header[RECORD_FILE_HEADER_BYTES];
	struct record_file found = {.id = 7};

	(void)state;
	record_encode_file(&file, header);
	for (size_t bit = 0; bit < 8 * sizeof(header); bit++) {
		header[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_string_equal(record_decode_file(header, &found), "header");
		header[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	assert_int_equal(found.id, 7);
}

static void a_header_of_another_version_is_told_from_a_bad_one(void **state)
{
	const struct record_file file = {.id = FILE_ID, .first_seq = 1};
	unsigned char header[RECORD_FILE_HEADER_BYTES];
	struct record_file found;
	uint32_t crc;

	(void)state;
	record_encode_file(&file, header);
	header[8] = 2;
	crc = crc32c(crc32c(0, header, 12), header + 16, 16);
	for (int byte = 0; byte < 4; byte++)
		header[12 + byte] = (unsigned char)(crc >> 8 * byte);
	assert_string_equal(record_decode_file(header, &found), "version");
}

static void a_bad_record_is_told_what_is_wrong_with_it(void **state)
{
	const struct record record = {.seq = 1, .payload = "abc", .len_bytes = 3};
	unsigned char bytes[RECORD_HEADER_BYTES + 3];
	struct record found = {.seq = 7};

	(void)state;
	record_encode(FILE_ID, &record, bytes);
	assert_string_equal(record_decode(FILE_ID, bytes, 0, &found), "length");
	assert_string_equal(record_decode(FILE_ID, bytes, RECORD_HEADER_BYTES - 1, &found),
			    "length");
	assert_string_equal(record_decode(FILE_ID, bytes, sizeof(bytes) - 1, &found), "length");
	assert_string_equal(record_decode(FILE_ID + 1, bytes, sizeof(bytes), &found), "checksum");
	bytes[0] = 'R';
	assert_string_equal(record_decode(FILE_ID, bytes, sizeof(bytes), &found), "magic");
	bytes[0] = 0xFF;
	memset(bytes + 4, 0xFF, 4);
	assert_string_equal(record_decode(FILE_ID, bytes, sizeof(bytes), &found), "length");
	memset(bytes + 4, 0, 4);
	assert_string_equal(record_decode(FILE_ID, bytes, sizeof(bytes), &found), "checksum");
	assert_int_equal(found.seq, 7);
}

static void a_record_is_found_at_any_offset_but_only_whole_and_of_this_file(void **state)
{
	const struct record record = {.seq = 9, .payload = "abc", .len_bytes = 3};
	unsigned char bytes[200];
	const size_t record_bytes = RECORD_HEADER_BYTES + 3;

	(void)state;
	for (size_t off = 0; off + record_bytes <= sizeof(bytes); off++) {
		memset(bytes, 0xFF, sizeof(bytes));
		record_encode(FILE_ID, &record, bytes + off);
		assert_true(record_is_among(FILE_ID, bytes, sizeof(bytes)));
		assert_true(record_is_among(FILE_ID, bytes, off + record_bytes));
		assert_false(record_is_among(FILE_ID, bytes, off + record_bytes - 1));
		assert_false(record_is_among(FILE_ID, bytes + off + 1, sizeof(bytes) - off - 1));
		assert_false(record_is_among(FILE_ID ^ 1, bytes, sizeof(bytes)));
	}
	assert_false(record_is_among(FILE_ID, bytes, 0));
}

static void a_false_start_does_not_hide_the_record_behind_it(void **state)
{
	const struct record record = {.seq = 9, .payload = "abc", .len_bytes = 3};
	unsigned char bytes[200] = {0};

	(void)state;
	for (size_t gap = 5; gap < RECORD_HEADER_BYTES + 3; gap++) {
		record_encode(FILE_ID, &record, bytes);
		record_encode(FILE_ID, &record, bytes + gap); /* over the end of the first */
		assert_non_null(record_decode(FILE_ID, bytes, sizeof(bytes), &(struct record){0}));
		assert_true(record_is_among(FILE_ID, bytes, sizeof(bytes)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checksum_is_that_of_rfc_3720),
		cmocka_unit_test(the_checksum_of_pieces_is_that_of_the_whole),
		cmocka_unit_test(the_file_header_is_laid_out_as_specified),
		cmocka_unit_test(a_record_is_laid_out_as_specified),
		cmocka_unit_test(a_header_with_any_bit_flipped_is_bad),
		cmocka_unit_test(a_header_of_another_version_is_told_from_a_bad_one),
		cmocka_unit_test(a_bad_record_is_told_what_is_wrong_with_it),
		cmocka_unit_test(a_record_is_found_at_any_offset_but_only_whole_and_of_this_file),
		cmocka_unit_test(a_false_start_does_not_hide_the_record_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal over files that were cut, flipped and put together wrongly. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/record.h"
#include "tests/unit/journal/fixture.h"

static const char *const payloads[] = {"first", "second one", "", "{\"fourth\": 4}"};
#define PAYLOAD_COUNT (sizeof(payloads) / sizeof(payloads[0]))

/* Makes a closed journal of the payloads; record_offs gets where each begins, and the end. */
static unsigned char *make_journal(struct fixture *fixture, size_t *len_bytesp,
				   size_t record_offs[PAYLOAD_COUNT + 1])
{
	assert_int_equal(fixture_open(fixture), 0);
	for (size_t i = 0; i < PAYLOAD_COUNT; i++) {
		record_offs[i] = journal_size(fixture->journal);
		fixture_append(fixture, payloads[i], NULL);
	}
	record_offs[PAYLOAD_COUNT] = journal_size(fixture->journal);
	fixture_close(fixture);
	return fixture_read(fixture, len_bytesp);
}

static void a_file_cut_at_any_byte_replays_all_whole_records_and_goes_on(void **state)
{
	struct fixture *fixture = *state;
	const char *expected[PAYLOAD_COUNT + 1];
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes;
	unsigned char *bytes = make_journal(fixture, &len_bytes, offs);
	size_t whole;

	memcpy(expected, payloads, sizeof(payloads));
	for (size_t cut = 0; cut <= len_bytes; cut++) {
		for (whole = 0; whole < PAYLOAD_COUNT && offs[whole + 1] <= cut; whole++)
			;
		fixture_write(fixture, bytes, cut);
		assert_int_equal(fixture_open(fixture), 0);
		fixture_assert_seen(fixture, expected, whole);
		assert_int_equal(journal_size(fixture->journal), offs[whole]);
		assert_int_equal(journal_torn_size(fixture->journal),
				 cut > offs[0] ? cut - offs[whole] : 0);
		if (cut >= RECORD_FILE_HEADER_BYTES)
			fixture_assert_file_is(fixture, bytes, offs[whole]);
		fixture_append(fixture, "next", NULL);
		fixture_close(fixture);

		expected[whole] = "next";
		assert_int_equal(fixture_open(fixture), 0);
		fixture_assert_seen(fixture, expected, whole + 1);
		fixture_close(fixture);
		if (whole < PAYLOAD_COUNT)
			expected[whole] = payloads[whole];
	}
	free(bytes);
}

static void assert_damaged(struct fixture *fixture, uint64_t off_bytes, const char *what)
{
	assert_int_equal(fixture_open(fixture), -EBADMSG);
	assert_int_equal(fixture->damage.off_bytes, off_bytes);
	if (what)
		assert_string_equal(fixture->damage.what, what);
	else
		assert_non_null(fixture->damage.what);
}

static void a_flipped_bit_is_damage_anywhere_but_in_the_last_record(void **state)
{
	struct fixture *fixture = *state;
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes;
	unsigned char *bytes = make_journal(fixture, &len_bytes, offs);
	const size_t last_off = offs[PAYLOAD_COUNT - 1];
	size_t bad;

	for (size_t bit = 0; bit < 8 * len_bytes; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		fixture_write(fixture, bytes, len_bytes);
		if (bit / 8 < offs[0]) {
			assert_damaged(fixture, 0, "header");
			fixture_assert_file_is(fixture, bytes, len_bytes);
		} else if (bit / 8 < last_off) {
			for (bad = 0; offs[bad + 1] <= bit / 8; bad++)
				;
			assert_damaged(fixture, offs[bad], NULL);
			fixture_assert_file_is(fixture, bytes, len_bytes);
			fixture_assert_seen(fixture, payloads, bad);
		} else {
			assert_int_equal(fixture_open(fixture), 0);
			fixture_assert_seen(fixture, payloads, PAYLOAD_COUNT - 1);
			fixture_assert_file_is(fixture, bytes, last_off);
			assert_int_equal(journal_torn_size(fixture->journal), len_bytes - last_off);
			fixture_close(fixture);
		}
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	free(bytes);
}

static void a_length_that_leads_anywhere_does_not_hide_the_records_behind_it(void **state)
{
	static const uint32_t lengths[] = {0, 1, 9, 11, 1 << 24, UINT32_MAX - 20, UINT32_MAX};
	struct fixture *fixture = *state;
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes;
	unsigned char *bytes = make_journal(fixture, &len_bytes, offs);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) + 3; i++) {
		/* The last three lead to the end of the file, into the last record and past the
		 * end. */
		const size_t rest = len_bytes - offs[1] - RECORD_HEADER_BYTES;
		const uint32_t ends[] = {(uint32_t)rest, (uint32_t)rest - 3, (uint32_t)rest + 1};
		const size_t count = sizeof(lengths) / sizeof(lengths[0]);
		uint32_t length = i < count ? lengths[i] : ends[i - count];

		for (int byte = 0; byte < 4; byte++)
			bytes[offs[1] + 4 + (size_t)byte] = (unsigned char)(length >> 8 * byte);
		fixture_write(fixture, bytes, len_bytes);
		assert_damaged(fixture, offs[1], length > rest ? "length" : "checksum");
		fixture_assert_file_is(fixture, bytes, len_bytes);
	}
	free(bytes);
}

static void a_tail_of_anything_but_a_record_of_this_file_is_cut_off(void **state)
{
	struct fixture *fixture = *state;
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes, older_bytes;
	unsigned char *older = make_journal(fixture, &older_bytes, offs);
	unsigned char tail[9000] = {0};
	unsigned char *whole, *bytes;

	unlink(fixture->file);
	whole = make_journal(fixture, &len_bytes, offs);
	bytes = malloc(len_bytes + sizeof(tail));
	assert_non_null(bytes);
	memcpy(bytes, whole, len_bytes);
	free(whole);

	/* A file made longer ahead of its data; noise; records of a file that was there before. */
	for (int kind = 0; kind < 3; kind++) {
		if (kind == 1)
			for (size_t i = 0; i < sizeof(tail); i++)
				tail[i] = (unsigned char)(i * i * 31 + i * 7);
		if (kind == 2)
			memcpy(tail, older + offs[0], older_bytes - offs[0]);
		memcpy(bytes + len_bytes, tail, sizeof(tail));
		fixture_write(fixture, bytes, len_bytes + sizeof(tail));
		assert_int_equal(fixture_open(fixture), 0);
		fixture_assert_seen(fixture, payloads, PAYLOAD_COUNT);
		assert_int_equal(journal_torn_size(fixture->journal), sizeof(tail));
		fixture_assert_file_is(fixture, bytes, len_bytes);
		fixture_close(fixture);
	}
	free(older);
	free(bytes);
}

static void a_record_that_is_missing_or_doubled_is_damage(void **state)
{
	struct fixture *fixture = *state;
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes;
	unsigned char *bytes = make_journal(fixture, &len_bytes, offs);
	unsigned char *edited = malloc(2 * len_bytes);

	assert_non_null(edited);
	for (size_t i = 0; i < PAYLOAD_COUNT; i++) {
		const size_t record_bytes = offs[i + 1] - offs[i];

		if (i + 1 < PAYLOAD_COUNT) {
			memcpy(edited, bytes, offs[i]);
			memcpy(edited + offs[i], bytes + offs[i + 1], len_bytes - offs[i + 1]);
			fixture_write(fixture, edited, len_bytes - record_bytes);
			assert_damaged(fixture, offs[i], "sequence");
			fixture_assert_file_is(fixture, edited, len_bytes - record_bytes);
		}
		memcpy(edited, bytes, offs[i + 1]);
		memcpy(edited + offs[i + 1], bytes + offs[i], len_bytes - offs[i]);
		fixture_write(fixture, edited, len_bytes + record_bytes);
		assert_damaged(fixture, offs[i + 1], "sequence");
		fixture_assert_file_is(fixture, edited, len_bytes + record_bytes);
	}
	free(edited);
	free(bytes);
}

static void a_file_that_is_no_journal_is_refused_and_kept(void **state)
{
	static const char text[] = "I am a text file, longer than any header of a journal.\n";
	struct fixture *fixture = *state;

	fixture_write(fixture, text, sizeof(text));
	assert_damaged(fixture, 0, "header");
	fixture_assert_file_is(fixture, text, sizeof(text));
}

static int refuse_second(void *arg, const char *payload, size_t len_bytes)
{
	const int *error = arg;

	return len_bytes == strlen(payloads[1]) && memcmp(payload, payloads[1], len_bytes) == 0
		       ? *error
		       : 0;
}

static void what_replay_refuses_is_damage_and_its_other_errors_are_forwarded(void **state)
{
	struct fixture *fixture = *state;
	size_t offs[PAYLOAD_COUNT + 1];
	size_t len_bytes;
	unsigned char *bytes = make_journal(fixture, &len_bytes, offs);
	int error = -EBADMSG;

	/* With a torn tail, which is not cut off either. */
	fixture_write(fixture, bytes, len_bytes - 1);
	assert_int_equal(journal_open(fixture->state_dir, refuse_second, &error, &fixture->damage,
				      &fixture->journal),
			 -EBADMSG);
	assert_int_equal(fixture->damage.off_bytes, offs[1]);
	assert_string_equal(fixture->damage.what, "payload");
	error = -ENOMEM;
	assert_int_equal(journal_open(fixture->state_dir, refuse_second, &error, &fixture->damage,
				      &fixture->journal),
			 -ENOMEM);
	assert_null(fixture->journal);
	fixture_assert_file_is(fixture, bytes, len_bytes - 1);
	free(bytes);
}

static void a_file_too_large_to_be_ours_is_not_read(void **state)
{
	struct fixture *fixture = *state;

	fixture_write(fixture, "", 0);
	assert_int_equal(truncate(fixture->file, (off_t)JOURNAL_SIZE_MAX + 1), 0);
	assert_int_equal(fixture_open(fixture), -EFBIG);
}

#define journal_test(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		journal_test(a_file_cut_at_any_byte_replays_all_whole_records_and_goes_on),
		journal_test(a_flipped_bit_is_damage_anywhere_but_in_the_last_record),
		journal_test(a_length_that_leads_anywhere_does_not_hide_the_records_behind_it),
		journal_test(a_tail_of_anything_but_a_record_of_this_file_is_cut_off),
		journal_test(a_record_that_is_missing_or_doubled_is_damage),
		journal_test(a_file_that_is_no_journal_is_refused_and_kept),
		journal_test(what_replay_refuses_is_damage_and_its_other_errors_are_forwarded),
		journal_test(a_file_too_large_to_be_ours_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/record.h"
#include "tests/unit/journal/fixture.h"

/* Space ahead: how often it was asked for, up to where, and what the file system says to that. */
static struct {
	int calls;
	off_t end_bytes;
	int error;
} room;

int __wrap_fallocate(int fd, int mode, off_t off_bytes, off_t len_bytes);
int __wrap_fallocate(int fd, int mode, off_t off_bytes, off_t len_bytes)
{
	(void)fd;
	assert_int_equal(mode, FALLOC_FL_KEEP_SIZE);
	room.calls++;
	room.end_bytes = off_bytes + len_bytes;
	errno = room.error;
	return room.error ? -1 : 0;
}

static void space_for_the_records_to_come_is_taken_ahead(void **state)
{
	struct fixture *fixture = *state;
	const char payload[1000] = {0};

	memset(&room, 0, sizeof(room));
	fixture_assert_opens_with(fixture, NULL);
	for (int i = 0; i < 500; i++) {
		assert_int_equal(journal_append(fixture->journal, payload, sizeof(payload)), 0);
		/* there is always some, and it is not asked for each time */
		assert_true((uint64_t)room.end_bytes >= journal_size(fixture->journal) + 30000);
	}
	assert_in_range(room.calls, 2, 30);
}

static void a_file_system_that_gives_no_space_ahead_does_as_well(void **state)
{
	static const int errors[] = {ENOSPC, EOPNOTSUPP, EINTR};
	struct fixture *fixture = *state;

	fixture_assert_opens_with(fixture, NULL);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		memset(&room, 0, sizeof(room));
		room.error = errors[i];
		fixture_append(fixture, "a", NULL);
		assert_int_equal(room.calls, 1);
	}
	room.error = 0;
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "a", "a", "a", NULL);
}

static void a_new_journal_is_empty_and_private(void **state)
{
	struct fixture *fixture = *state;
	mode_t old_umask = umask(0);
	struct stat st;

	fixture_assert_opens_with(fixture, NULL);
	umask(old_umask);
	assert_int_equal(stat(fixture->state_dir, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	assert_int_equal(stat(fixture->file, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_size, journal_size(fixture->journal));
	assert_int_equal(access(fixture->new_file, F_OK), -1);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, NULL);
}

static void records_are_replayed_in_order_and_appending_goes_on(void **state)
{
	struct fixture *fixture = *state;
	size_t len_bytes;

	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "one", "", "{\"three\":3}", NULL);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "one", "", "{\"three\":3}", NULL);
	fixture_append(fixture, "four", NULL);
	free(fixture_read(fixture, &len_bytes));
	assert_int_equal(journal_size(fixture->journal), len_bytes);
	assert_int_equal(journal_torn_size(fixture->journal), 0);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "one", "", "{\"three\":3}", "four", NULL);
}

static int compare_payload(void *arg, const char *payload, size_t len_bytes)
{
	const size_t *expected_bytes = arg;

	assert_int_equal(len_bytes, *expected_bytes);
	for (size_t i = 0; i < len_bytes; i++)
		if ((unsigned char)payload[i] != (i * 7 & 0xFF))
			fail();
	return 0;
}

static void a_payload_may_hold_any_bytes_up_to_the_longest_length(void **state)
{
	struct fixture *fixture = *state;
	size_t len_bytes = JOURNAL_PAYLOAD_MAX;
	char *payload = malloc(len_bytes + 1);
	struct journal_damage damage;

	assert_non_null(payload);
	for (size_t i = 0; i <= len_bytes; i++)
		payload[i] = (char)(i * 7);
	fixture_assert_opens_with(fixture, NULL);
	assert_int_equal(journal_append(fixture->journal, payload, len_bytes + 1), -EMSGSIZE);
	assert_int_equal(journal_append(fixture->journal, payload, len_bytes), 0);
	fixture_close(fixture);
	free(payload);
	assert_int_equal(journal_open(fixture->state_dir, compare_payload, &len_bytes, &damage,
				      &fixture->journal),
			 0);
}

static void a_folder_has_one_journal_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	struct journal *first;

	fixture_assert_opens_with(fixture, NULL);
	first = fixture->journal;
	fixture->journal = NULL;
	assert_int_equal(fixture_open(fixture), -EWOULDBLOCK);
	journal_close(first);
	fixture_assert_opens_with(fixture, NULL);
}

static void the_lock_goes_with_the_process_that_had_it(void **state)
{
	struct fixture *fixture = *state;
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (fixture_open(fixture) == 0 && write(ready[1], "y", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(fixture_open(fixture), -EWOULDBLOCK);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	fixture_assert_opens_with(fixture, NULL);
}

static void descriptors_are_not_inherited_by_children_that_exec(void **state)
{
	struct fixture *fixture = *state;
	bool was_open[64];
	int opened = 0;

	for (int fd = 0; fd < 64; fd++)
		was_open[fd] = fcntl(fd, F_GETFD) >= 0;
	for (int round = 0; round < 2; round++) { /* making a file, and opening it */
		fixture_assert_opens_with(fixture, NULL);
		for (int fd = 0; fd < 64; fd++) {
			if (was_open[fd] || fcntl(fd, F_GETFD) < 0)
				continue;
			opened++;
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		}
		fixture_close(fixture);
	}
	assert_int_equal(opened, 4);
	for (int fd = 0; fd < 64; fd++)
		assert_int_equal(was_open[fd], fcntl(fd, F_GETFD) >= 0);
}

static void a_link_in_the_place_of_the_file_is_not_followed(void **state)
{
	struct fixture *fixture = *state;
	char target[128];
	struct stat st;

	assert_int_equal(mkdir(fixture->state_dir, 0700), 0);
	snprintf(target, sizeof(target), "%s/target", fixture->root);
	assert_int_equal(symlink(target, fixture->file), 0);
	assert_int_equal(fixture_open(fixture), -ELOOP);
	assert_int_equal(unlink(fixture->file), 0);

	/* Nor one in the place of the file that is to replace it. */
	assert_int_equal(symlink(target, fixture->new_file), 0);
	fixture_assert_opens_with(fixture, NULL);
	assert_int_equal(lstat(fixture->file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(lstat(target, &st), -1);
}

static void a_folder_that_cannot_be_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s/a/b", fixture->root);
	assert_int_equal(
		journal_open(path, compare_payload, NULL, &fixture->damage, &fixture->journal),
		-ENOENT);
	fixture_assert_opens_with(fixture, NULL);
	fixture_close(fixture);
	assert_int_equal(journal_open(fixture->file, compare_payload, NULL, &fixture->damage,
				      &fixture->journal),
			 -ENOTDIR);
	assert_null(fixture->journal);
}

static int keep_two(void *arg, journal_write_fn *write_payload, void *sink)
{
	int r = write_payload(sink, "kept", 4);

	(void)arg;
	return r < 0 ? r : write_payload(sink, "kept too", 8);
}

static void compaction_leaves_what_is_kept_and_the_sequence_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct record_file header;
	struct record record;
	unsigned char *bytes;
	size_t len_bytes;

	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "a", "b", "c", NULL);
	assert_int_equal(journal_compact(fixture->journal, keep_two, NULL), 0);
	assert_int_equal(access(fixture->new_file, F_OK), -1);
	fixture_append(fixture, "d", NULL);

	bytes = fixture_read(fixture, &len_bytes);
	assert_int_equal(journal_size(fixture->journal), len_bytes);
	assert_null(record_decode_file(bytes, &header));
	assert_int_equal(header.first_seq, 4);
	assert_null(record_decode(header.id, bytes + RECORD_FILE_HEADER_BYTES,
				  len_bytes - RECORD_FILE_HEADER_BYTES, &record));
	assert_int_equal(record.seq, 4);
	free(bytes);

	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "kept", "kept too", "d", NULL);
	assert_int_equal(journal_compact(fixture->journal, keep_two, NULL), 0);
	bytes = fixture_read(fixture, &len_bytes);
	assert_null(record_decode_file(bytes, &header));
	assert_int_equal(header.first_seq, 7);
	free(bytes);
}

static int keep_nothing(void *arg, journal_write_fn *write_payload, void *sink)
{
	(void)arg;
	(void)write_payload;
	(void)sink;
	return 0;
}

static void the_sequence_goes_on_over_an_empty_journal_and_a_new_open(void **state)
{
	struct fixture *fixture = *state;
	struct record_file header;
	unsigned char *bytes;
	size_t len_bytes;

	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "a", "b", NULL);
	assert_int_equal(journal_compact(fixture->journal, keep_nothing, NULL), 0);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, NULL);
	assert_int_equal(journal_compact(fixture->journal, keep_nothing, NULL), 0);
	fixture_append(fixture, "c", NULL);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "c", NULL);
	bytes = fixture_read(fixture, &len_bytes);
	assert_null(record_decode_file(bytes, &header));
	assert_int_equal(header.first_seq, 3);
	free(bytes);
}

static int keep_one_and_fail(void *arg, journal_write_fn *write_payload, void *sink)
{
	(void)arg;
	assert_int_equal(write_payload(sink, "kept", 4), 0);
	return -ENOMEM;
}

/* Does not look at what writing returned. */
static int keep_too_much(void *arg, journal_write_fn *write_payload, void *sink)
{
	static char payload[JOURNAL_PAYLOAD_MAX + 1];

	(void)arg;
	assert_int_equal(write_payload(sink, payload, sizeof(payload)), -EMSGSIZE);
	assert_int_equal(write_payload(sink, "kept", 4), -EMSGSIZE);
	return 0;
}

static void compaction_that_fails_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	size_t len_bytes;
	unsigned char *bytes;

	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "a", "b", NULL);
	bytes = fixture_read(fixture, &len_bytes);
	assert_int_equal(journal_compact(fixture->journal, keep_one_and_fail, NULL), -ENOMEM);
	assert_int_equal(journal_compact(fixture->journal, keep_too_much, NULL), -EMSGSIZE);
	fixture_assert_file_is(fixture, bytes, len_bytes);
	free(bytes);
	assert_int_equal(access(fixture->new_file, F_OK), -1);
	fixture_append(fixture, "c", NULL);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "a", "b", "c", NULL);
}

static void what_a_crash_left_of_a_compaction_is_ignored(void **state)
{
	struct fixture *fixture = *state;
	int fd;

	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "a", NULL);
	fixture_close(fixture);
	fd = open(fixture->new_file, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "half a header", 13), 13);
	close(fd);
	fixture_assert_opens_with(fixture, "a", NULL);
	assert_int_equal(journal_compact(fixture->journal, keep_two, NULL), 0);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "kept", "kept too", NULL);
}

static void a_full_journal_takes_records_again_after_compaction(void **state)
{
	static char payload[JOURNAL_PAYLOAD_MAX];
	struct fixture *fixture = *state;
	int r;

	fixture_assert_opens_with(fixture, NULL);
	do {
		r = journal_append(fixture->journal, payload, sizeof(payload));
	} while (r == 0);
	assert_int_equal(r, -EFBIG);
	assert_in_range(journal_size(fixture->journal), JOURNAL_SIZE_MAX - sizeof(payload),
			JOURNAL_SIZE_MAX);
	assert_int_equal(journal_compact(fixture->journal, keep_two, NULL), 0);
	fixture_append(fixture, "a", NULL);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "kept", "kept too", "a", NULL);
}

#define journal_test(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		journal_test(a_new_journal_is_empty_and_private),
		journal_test(records_are_replayed_in_order_and_appending_goes_on),
		journal_test(a_payload_may_hold_any_bytes_up_to_the_longest_length),
		journal_test(a_folder_has_one_journal_at_a_time),
		journal_test(the_lock_goes_with_the_process_that_had_it),
		journal_test(descriptors_are_not_inherited_by_children_that_exec),
		journal_test(a_link_in_the_place_of_the_file_is_not_followed),
		journal_test(a_folder_that_cannot_be_is_an_error),
		journal_test(compaction_leaves_what_is_kept_and_the_sequence_goes_on),
		journal_test(the_sequence_goes_on_over_an_empty_journal_and_a_new_open),
		journal_test(compaction_that_fails_changes_nothing),
		journal_test(what_a_crash_left_of_a_compaction_is_ignored),
		journal_test(space_for_the_records_to_come_is_taken_ahead),
		journal_test(a_file_system_that_gives_no_space_ahead_does_as_well),
		journal_test(a_full_journal_takes_records_again_after_compaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

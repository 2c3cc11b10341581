/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal over system calls that fail: one of them, or all from one on, as
 * for a process that is dead. What a dead process wrote without syncing it is
 * still there here; that it does sync, and when, the traces of calls show.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/journal/fixture.h"

/* Which calls fail; all zero but call_to_fail: none. */
static struct {
	int call_count;
	int call_to_fail; /* counted from 1; 0: none */
	int error;        /* what it fails with */
	bool dies;        /* and all after it */
	const char *only; /* counts calls of this name only; NULL: all */
	size_t write_max_bytes;
	size_t read_max_bytes;
	char trace[512]; /* the names of all calls */
} faults;

static void forget_faults(void)
{
	memset(&faults, 0, sizeof(faults));
	faults.write_max_bytes = SIZE_MAX;
	faults.read_max_bytes = SIZE_MAX;
}

static bool fails(const char *name)
{
	const size_t used = strlen(faults.trace);

	snprintf(faults.trace + used, sizeof(faults.trace) - used, "%s ", name);
	if (faults.only && strcmp(faults.only, name) != 0)
		return false;
	faults.call_count++;
	if (faults.call_to_fail == 0 || faults.call_count < faults.call_to_fail ||
	    (faults.call_count > faults.call_to_fail && !faults.dies))
		return false;
	errno = faults.error;
	return true;
}

#define WRAP(type, name, parameters, arguments)                     \
	type __real_##name parameters;                              \
	type __wrap_##name parameters;                              \
	type __wrap_##name parameters                               \
	{                                                           \
		return fails(#name) ? -1 : __real_##name arguments; \
	}

WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, openat, (int fd, const char *path, int flags, mode_t mode), (fd, path, flags, mode))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t len), (fd, len))
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, renameat, (int from_fd, const char *from, int to_fd, const char *to),
     (from_fd, from, to_fd, to))
WRAP(ssize_t, getrandom, (void *bytes, size_t len, unsigned int flags), (bytes, len, flags))

ssize_t __real_read(int fd, void *bytes, size_t len_bytes);
ssize_t __wrap_read(int fd, void *bytes, size_t len_bytes);
ssize_t __wrap_read(int fd, void *bytes, size_t len_bytes)
{
	if (fails("read"))
		return -1;
	return __real_read(fd, bytes,
			   len_bytes < faults.read_max_bytes ? len_bytes : faults.read_max_bytes);
}

/* A write fails or dies half done. */
ssize_t __real_write(int fd, const void *bytes, size_t len_bytes);
ssize_t __wrap_write(int fd, const void *bytes, size_t len_bytes);
ssize_t __wrap_write(int fd, const void *bytes, size_t len_bytes)
{
	if (fails("write")) {
		int error = errno;

		if (faults.call_count == faults.call_to_fail && error != EINTR)
			(void)__real_write(fd, bytes, len_bytes / 2);
		errno = error;
		return -1;
	}
	return __real_write(
		fd, bytes, len_bytes < faults.write_max_bytes ? len_bytes : faults.write_max_bytes);
}

static int set_up(void **state)
{
	forget_faults();
	return fixture_set_up(state);
}

static int tear_down(void **state)
{
	forget_faults();
	return fixture_tear_down(state);
}

static int append(struct fixture *fixture, const char *payload)
{
	return journal_append(fixture->journal, payload, strlen(payload));
}

static int keep_two(void *arg, journal_write_fn *write_payload, void *sink)
{
	int r = write_payload(sink, "kept", 4);

	(void)arg;
	return r < 0 ? r : write_payload(sink, "kept too", 8);
}

static int compact(struct fixture *fixture)
{
	return journal_compact(fixture->journal, keep_two, NULL);
}

static void start_with_records(struct fixture *fixture)
{
	fixture_assert_opens_with(fixture, NULL);
	fixture_append(fixture, "a", "b", NULL);
	forget_faults();
}

static bool has_seen(const struct fixture *fixture, const char *first, const char *second,
		     const char *third)
{
	const char *const expected[] = {first, second, third};
	size_t count = third ? 3 : second ? 2 : first ? 1 : 0;

	if (fixture->seen_count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(fixture->seen[i], expected[i]) != 0)
			return false;
	return true;
}

static void a_new_journal_and_its_folders_are_synced_in_order(void **state)
{
	struct fixture *fixture = *state;

	fixture_assert_opens_with(fixture, NULL);
	/* The folder's parent; the file ahead of its name; the folder. */
	assert_string_equal(faults.trace, "mkdir openat openat fsync "
					  "getrandom unlinkat openat write fsync renameat "
					  "fdatasync fsync ");
}

static void what_is_replayed_is_synced_first(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "a", "b", NULL);
	assert_string_equal(faults.trace, "mkdir openat read fdatasync fsync ");
}

static void an_append_is_one_write_and_one_sync(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	assert_int_equal(append(fixture, "c"), 0);
	assert_string_equal(faults.trace, "write fdatasync ");
}

static void compaction_syncs_the_file_ahead_of_its_name_and_the_name_after(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	assert_int_equal(compact(fixture), 0);
	assert_string_equal(faults.trace, "getrandom unlinkat openat write write write "
					  "fsync renameat fsync ");
}

static void a_crash_at_any_call_of_the_first_open_leaves_a_new_journal(void **state)
{
	struct fixture *fixture = *state;

	for (int call = 1;; call++) {
		forget_faults();
		faults.call_to_fail = call;
		faults.dies = true;
		faults.error = EIO;
		if (fixture_open(fixture) == 0)
			break;
		forget_faults();
		fixture_assert_opens_with(fixture, NULL);
		fixture_append(fixture, "a", NULL);
		fixture_close(fixture);
		assert_int_equal(unlink(fixture->file), 0);
		assert_int_equal(rmdir(fixture->state_dir), 0);
		assert_true(call < 100);
	}
}

static void any_call_of_an_open_that_fails_is_an_error_and_loses_nothing(void **state)
{
	struct fixture *fixture = *state;
	size_t len_bytes;
	unsigned char *bytes;
	int failed = 0;

	start_with_records(fixture);
	fixture_append(fixture, "c", NULL);
	fixture_close(fixture);
	bytes = fixture_read(fixture, &len_bytes);
	for (int call = 1;; call++) {
		fixture_write(fixture, bytes, len_bytes - 1); /* a torn tail */
		forget_faults();
		faults.call_to_fail = call;
		faults.error = EIO;
		if (fixture_open(fixture) == 0)
			break;
		failed++;
		forget_faults();
		fixture_assert_opens_with(fixture, "a", "b", NULL);
		fixture_close(fixture);
	}
	assert_int_equal(failed, 6); /* mkdir openat read ftruncate fdatasync fsync */
	free(bytes);
}

static void a_crash_at_any_call_of_an_append_leaves_the_record_whole_or_not_at_all(void **state)
{
	struct fixture *fixture = *state;
	int r;

	start_with_records(fixture);
	for (int call = 1;; call++) {
		forget_faults();
		faults.call_to_fail = call;
		faults.dies = true;
		faults.error = EIO;
		r = append(fixture, "c");
		fixture_close(fixture);
		forget_faults();
		assert_int_equal(fixture_open(fixture), 0);
		if (r == 0)
			break;
		assert_true(has_seen(fixture, "a", "b", NULL) || has_seen(fixture, "a", "b", "c"));
		assert_int_equal(compact(fixture), 0);
		fixture_close(fixture);
		unlink(fixture->file);
		start_with_records(fixture);
	}
	assert_true(has_seen(fixture, "a", "b", "c"));
}

static void a_crash_at_any_call_of_compaction_leaves_the_old_file_or_the_new_one(void **state)
{
	struct fixture *fixture = *state;
	int old_count = 0, new_count = 0;

	for (int call = 1;; call++) {
		forget_faults();
		start_with_records(fixture);
		faults.call_to_fail = call;
		faults.dies = true;
		faults.error = EIO;
		if (compact(fixture) == 0)
			break;
		fixture_close(fixture);
		forget_faults();
		assert_int_equal(fixture_open(fixture), 0);
		if (has_seen(fixture, "a", "b", NULL))
			old_count++;
		else if (has_seen(fixture, "kept", "kept too", NULL))
			new_count++;
		else
			fail_msg("neither, after call %d", call);
		assert_int_equal(compact(fixture), 0);
		fixture_append(fixture, "c", NULL);
		fixture_close(fixture);
		fixture_assert_opens_with(fixture, "kept", "kept too", "c", NULL);
		fixture_close(fixture);
		unlink(fixture->file);
	}
	assert_int_equal(old_count, 8);
	assert_int_equal(new_count, 1);
}

static void compaction_that_fails_ahead_of_the_new_name_goes_on_with_the_old_file(void **state)
{
	struct fixture *fixture = *state;

	for (int call = 1; call <= 8; call++) {
		forget_faults();
		start_with_records(fixture);
		faults.call_to_fail = call;
		faults.error = EIO;
		assert_int_equal(compact(fixture), -EIO);
		assert_int_equal(access(fixture->new_file, F_OK), -1);
		assert_int_equal(append(fixture, "c"), 0);
		fixture_close(fixture);
		fixture_assert_opens_with(fixture, "a", "b", "c", NULL);
		fixture_close(fixture);
		unlink(fixture->file);
	}
}

static void compaction_whose_new_name_may_not_last_ends_the_journal(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	faults.call_to_fail = 9;
	faults.error = ENOSPC;
	assert_int_equal(compact(fixture), -EIO);
	assert_int_equal(append(fixture, "c"), -EIO);
	assert_int_equal(compact(fixture), -EIO);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "kept", "kept too", NULL);
}

static void a_failed_sync_is_final_and_the_record_does_not_come_back(void **state)
{
	static const struct {
		int error;
		int reported;
	} cases[] = {{EIO, -EIO}, {EROFS, -EROFS}, {ENOSPC, -EIO}, {EDQUOT, -EIO}};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_with_records(fixture);
		faults.only = "fdatasync";
		faults.call_to_fail = 1;
		faults.error = cases[i].error;
		assert_int_equal(append(fixture, "c"), cases[i].reported);
		assert_int_equal(append(fixture, "d"), cases[i].reported);
		assert_int_equal(compact(fixture), cases[i].reported);
		assert_string_equal(faults.trace, "write fdatasync ftruncate ");
		fixture_close(fixture);
		fixture_assert_opens_with(fixture, "a", "b", NULL);
		fixture_close(fixture);
		unlink(fixture->file);
	}
}

static void a_full_disk_leaves_the_journal_as_it_was_and_ready(void **state)
{
	static const int errors[] = {ENOSPC, EDQUOT, EFBIG, ENOMEM};
	struct fixture *fixture = *state;
	uint64_t size_bytes;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		start_with_records(fixture);
		size_bytes = journal_size(fixture->journal);
		/* The first write stops short, the second one fails half done. */
		faults.only = "write";
		faults.call_to_fail = 2;
		faults.write_max_bytes = 5;
		faults.error = errors[i];
		assert_int_equal(append(fixture, "does not fit"), -errors[i]);
		assert_string_equal(faults.trace, "write write ftruncate ");
		assert_int_equal(journal_size(fixture->journal), size_bytes);
		forget_faults();
		assert_int_equal(append(fixture, "c"), 0);
		fixture_close(fixture);
		fixture_assert_opens_with(fixture, "a", "b", "c", NULL);
		assert_int_equal(journal_torn_size(fixture->journal), 0);
		fixture_close(fixture);
		unlink(fixture->file);
	}
}

static void a_full_disk_is_final_when_the_rest_cannot_be_cut_off(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	faults.call_to_fail = 1;
	faults.dies = true;
	faults.error = ENOSPC;
	assert_int_equal(append(fixture, "c"), -EIO);
	forget_faults();
	assert_int_equal(append(fixture, "d"), -EIO);
	assert_string_equal(faults.trace, "");
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "a", "b", NULL);
	assert_true(journal_torn_size(fixture->journal) > 0);
}

static void any_other_failed_write_is_final(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	faults.call_to_fail = 1;
	faults.error = EROFS;
	assert_int_equal(append(fixture, "c"), -EROFS);
	assert_int_equal(append(fixture, "d"), -EROFS);
	assert_int_equal(compact(fixture), -EROFS);
	fixture_close(fixture);
	fixture_assert_opens_with(fixture, "a", "b", NULL);
}

static void calls_that_are_interrupted_or_stop_short_go_on(void **state)
{
	struct fixture *fixture = *state;

	start_with_records(fixture);
	faults.call_to_fail = 3;
	faults.error = EINTR;
	faults.only = "write";
	faults.write_max_bytes = 4;
	assert_int_equal(append(fixture, "a longer one"), 0);
	fixture_close(fixture);

	forget_faults();
	faults.call_to_fail = 3;
	faults.error = EINTR;
	faults.only = "read";
	faults.read_max_bytes = 7;
	fixture_assert_opens_with(fixture, "a", "b", "a longer one", NULL);
}

#define faults_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		faults_test(a_new_journal_and_its_folders_are_synced_in_order),
		faults_test(what_is_replayed_is_synced_first),
		faults_test(an_append_is_one_write_and_one_sync),
		faults_test(compaction_syncs_the_file_ahead_of_its_name_and_the_name_after),
		faults_test(a_crash_at_any_call_of_the_first_open_leaves_a_new_journal),
		faults_test(any_call_of_an_open_that_fails_is_an_error_and_loses_nothing),
		faults_test(a_crash_at_any_call_of_an_append_leaves_the_record_whole_or_not_at_all),
		faults_test(a_crash_at_any_call_of_compaction_leaves_the_old_file_or_the_new_one),
		faults_test(compaction_that_fails_ahead_of_the_new_name_goes_on_with_the_old_file),
		faults_test(compaction_whose_new_name_may_not_last_ends_the_journal),
		faults_test(a_failed_sync_is_final_and_the_record_does_not_come_back),
		faults_test(a_full_disk_leaves_the_journal_as_it_was_and_ready),
		faults_test(a_full_disk_is_final_when_the_rest_cannot_be_cut_off),
		faults_test(any_other_failed_write_is_final),
		faults_test(calls_that_are_interrupted_or_stop_short_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

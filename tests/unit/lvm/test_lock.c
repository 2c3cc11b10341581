/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/lock.h"
#include "tests/unit/lvm/folder.h"
#include "tests/unit/lvm/loop.h"

#define LONG_MS  30000
#define SHORT_MS 50

/* Someone who wants the locks of VG "vg", and what became of it. */
struct taker {
	struct vg_lock *lock;
	bool done;
	int code;
	char path[256];
};

/* A file that somebody else removes between our open() and flock(). */
static const char *removed_path;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
	struct stat held, named;

	if (removed_path && fstat(fd, &held) == 0 && stat(removed_path, &named) == 0 &&
	    held.st_ino == named.st_ino) {
		unlink(removed_path);
		removed_path = NULL;
	}
	return __real_flock(fd, operation);
}

struct fixture {
	struct event_base *base;
	char *dir;
	struct taker taker;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->base = event_base_new();
	fixture->dir = folder_make();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	vg_lock_release(fixture->taker.lock);
	event_base_free(fixture->base);
	folder_remove(fixture->dir);
	free(fixture);
	return 0;
}

static void on_locked(void *arg, int code, const char *path)
{
	struct taker *taker = arg;

	assert_false(taker->done);
	taker->done = true;
	taker->code = code;
	if (path)
		strcpy(taker->path, path);
	else
		assert_int_equal(code, 0);
}

static void take_for(struct fixture *fixture, enum vg_lock_use use, uint32_t timeout_ms,
		     struct taker *taker)
{
	assert_int_equal(vg_lock_take(fixture->base, fixture->dir, "vg", use, timeout_ms, on_locked,
				      taker, &taker->lock),
			 0);
}

static void take(struct fixture *fixture, uint32_t timeout_ms, struct taker *taker)
{
	take_for(fixture, VG_LOCK_EDIT, timeout_ms, taker);
}

/* Takes it at once. */
static void share(struct fixture *fixture, struct taker *taker)
{
	take_for(fixture, VG_LOCK_SHARE, LONG_MS, taker);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
}

/* Takes a lock file as others do; −1 while somebody else has it. */
static int flock_file(const struct fixture *fixture, const char *name, int operation)
{
	_close_ int fd = -1;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", fixture->dir, name);
	fd = open(path, O_CREAT | O_APPEND | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return flock(fd, operation | LOCK_NB) == 0 ? steal_fd(&fd) : -1;
}

static bool is_free(const struct fixture *fixture, const char *name, int operation)
{
	_close_ int fd = flock_file(fixture, name, operation);

	return fd >= 0;
}

static void both_locks_are_taken_and_given_back(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;

	take(fixture, LONG_MS, taker);
	assert_false(taker->done);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
	assert_true(vg_lock_fd(taker->lock) >= 0);
	assert_false(is_free(fixture, "V_vg", LOCK_SH));
	assert_true(is_free(fixture, "P_global", LOCK_SH));
	assert_false(is_free(fixture, "P_global", LOCK_EX));
	/* Other VGs are not meant. */
	assert_true(is_free(fixture, "V_other", LOCK_EX));
	vg_lock_release(taker->lock);
	taker->lock = NULL;
	/* Whoever releases a lock last removes its file. */
	assert_false(folder_has(fixture->dir, "V_vg"));
	assert_false(folder_has(fixture->dir, "V_vg:aux"));
	assert_false(folder_has(fixture->dir, "P_global"));
	assert_false(folder_has(fixture->dir, "P_global:aux"));
}

static void a_file_that_another_holds_too_is_not_removed(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;
	_close_ int other = flock_file(fixture, "P_global", LOCK_SH);

	assert_true(other >= 0);
	take(fixture, LONG_MS, taker);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
	vg_lock_release(taker->lock);
	taker->lock = NULL;
	assert_true(folder_has(fixture->dir, "P_global"));
}

static void the_file_that_was_not_to_be_had_is_named(void **state)
{
	static const char *const names[] = {"P_global", "P_global:aux", "V_vg", "V_vg:aux"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct taker taker = {0};
		_close_ int other = flock_file(fixture, names[i], LOCK_EX);

		assert_true(other >= 0);
		take(fixture, SHORT_MS, &taker);
		loop_until(fixture->base, &taker.done);
		assert_int_equal(taker.code, -ETIMEDOUT);
		assert_non_null(strstr(taker.path, i < 2 ? "/P_global" : "/V_vg"));
		vg_lock_release(taker.lock);
		assert_true(is_free(fixture, i < 2 ? "V_vg" : "P_global", LOCK_EX));
	}
}

static void readers_of_the_vg_are_waited_for(void **state)
{
	struct fixture *fixture = *state;
	struct taker taker = {0};
	_close_ int other = flock_file(fixture, "V_vg", LOCK_SH);

	assert_true(other >= 0);
	take(fixture, SHORT_MS, &taker);
	loop_until(fixture->base, &taker.done);
	assert_int_equal(taker.code, -ETIMEDOUT);
	vg_lock_release(taker.lock);
}

static void a_lock_is_taken_once_it_is_free(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;
	struct taker first = {0};

	take(fixture, LONG_MS, &first);
	loop_until(fixture->base, &first.done);
	assert_int_equal(first.code, 0);
	take(fixture, LONG_MS, taker);
	loop_once(fixture->base);
	assert_false(taker->done);
	vg_lock_release(first.lock);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
}

static void nobody_comes_in_ahead_of_one_who_waits(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;
	_close_ int reader = flock_file(fixture, "V_vg", LOCK_SH);

	take(fixture, LONG_MS, taker);
	loop_once(fixture->base);
	/* LVM's readers take this first. */
	assert_false(is_free(fixture, "V_vg:aux", LOCK_EX));
	close(steal_fd(&reader));
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
	assert_false(folder_has(fixture->dir, "V_vg:aux"));
}

static void a_lock_on_a_file_that_was_removed_does_not_count(void **state)
{
	static const char *const names[] = {"P_global", "V_vg"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		struct taker taker = {0};
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", fixture->dir, names[i]);
		removed_path = path;
		take(fixture, LONG_MS, &taker);
		loop_until(fixture->base, &taker.done);
		assert_int_equal(taker.code, 0);
		assert_null(removed_path);
		assert_false(is_free(fixture, names[i], LOCK_EX));
		vg_lock_release(taker.lock);
	}
}

static void an_abandoned_lock_stays_with_who_inherited_it(void **state)
{
	struct fixture *fixture = *state;
	struct taker taker = {0};
	_close_ int inherited = -1;

	take(fixture, LONG_MS, &taker);
	loop_until(fixture->base, &taker.done);
	inherited = dup(vg_lock_fd(taker.lock));
	vg_lock_abandon(taker.lock);
	assert_false(is_free(fixture, "V_vg", LOCK_SH));
	assert_true(is_free(fixture, "P_global", LOCK_EX));
	close(steal_fd(&inherited));
	assert_true(is_free(fixture, "V_vg", LOCK_EX));
}

static void taking_can_be_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct taker taker = {0};
	_close_ int other = flock_file(fixture, "V_vg", LOCK_EX);

	assert_true(other >= 0);
	take(fixture, LONG_MS, &taker);
	loop_once(fixture->base);
	vg_lock_release(taker.lock);
	assert_false(taker.done);
	assert_false(folder_has(fixture->dir, "V_vg:aux"));
	assert_true(is_free(fixture, "P_global", LOCK_EX));
}

static void the_folder_is_made_if_it_is_not_there(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;
	char dir[256];

	snprintf(dir, sizeof(dir), "%s/lvm", fixture->dir);
	assert_int_equal(vg_lock_take(fixture->base, dir, "vg", VG_LOCK_EDIT, LONG_MS, on_locked,
				      taker, &taker->lock),
			 0);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
	assert_true(folder_has(fixture->dir, "lvm/V_vg"));
}

static void a_folder_that_cannot_be_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct vg_lock *lock = NULL;

	assert_int_equal(vg_lock_take(fixture->base, "/proc/no/such", "vg", VG_LOCK_EDIT, LONG_MS,
				      on_locked, NULL, &lock),
			 -ENOENT);
	assert_null(lock);
}

static void many_share_what_one_may_change(void **state)
{
	struct fixture *fixture = *state;
	struct taker first = {0}, second = {0};

	share(fixture, &first);
	share(fixture, &second);
	assert_true(is_free(fixture, "V_vg", LOCK_SH));
	assert_false(is_free(fixture, "V_vg", LOCK_EX));
	/* Nobody has to wait for what is no business of theirs. */
	assert_false(folder_has(fixture->dir, "P_global"));
	vg_lock_release(first.lock);
	assert_true(folder_has(fixture->dir, "V_vg"));
	assert_false(is_free(fixture, "V_vg", LOCK_EX));
	vg_lock_release(second.lock);
	assert_false(folder_has(fixture->dir, "V_vg"));
	assert_false(folder_has(fixture->dir, "V_vg:aux"));
}

static void a_lock_is_not_shared_ahead_of_who_waits_to_change(void **state)
{
	struct fixture *fixture = *state;
	struct taker *taker = &fixture->taker;
	struct taker first = {0}, second = {0};

	share(fixture, &first);
	take(fixture, LONG_MS, taker);
	loop_once(fixture->base);
	take_for(fixture, VG_LOCK_SHARE, SHORT_MS, &second);
	loop_until(fixture->base, &second.done);
	assert_int_equal(second.code, -ETIMEDOUT);
	vg_lock_release(second.lock);
	assert_false(taker->done);
	vg_lock_release(first.lock);
	loop_until(fixture->base, &taker->done);
	assert_int_equal(taker->code, 0);
}

static void without_time_a_lock_is_tried_once(void **state)
{
	struct fixture *fixture = *state;
	struct taker free_one = {0}, taken_one = {0};
	_close_ int other = -1;

	take_for(fixture, VG_LOCK_SHARE, 0, &free_one);
	loop_until(fixture->base, &free_one.done);
	assert_int_equal(free_one.code, 0);
	vg_lock_release(free_one.lock);
	other = flock_file(fixture, "V_vg", LOCK_EX);
	take_for(fixture, VG_LOCK_SHARE, 0, &taken_one);
	loop_once(fixture->base);
	assert_true(taken_one.done);
	assert_int_equal(taken_one.code, -ETIMEDOUT);
	vg_lock_release(taken_one.lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_locks_are_taken_and_given_back),
		TEST(a_file_that_another_holds_too_is_not_removed),
		TEST(the_file_that_was_not_to_be_had_is_named),
		TEST(readers_of_the_vg_are_waited_for),
		TEST(a_lock_is_taken_once_it_is_free),
		TEST(nobody_comes_in_ahead_of_one_who_waits),
		TEST(a_lock_on_a_file_that_was_removed_does_not_count),
		TEST(an_abandoned_lock_stays_with_who_inherited_it),
		TEST(taking_can_be_given_up),
		TEST(the_folder_is_made_if_it_is_not_there),
		TEST(a_folder_that_cannot_be_is_an_error),
		TEST(many_share_what_one_may_change),
		TEST(a_lock_is_not_shared_ahead_of_who_waits_to_change),
		TEST(without_time_a_lock_is_tried_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

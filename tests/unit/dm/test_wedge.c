/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/dm/wedge.h"

/* A device that is stuck takes ten seconds to be seen: suites/dm.sh has one. */
static const struct dm_table no_disks;

static int return_code(const void *arg)
{
	return *(const int *)arg;
}

static int die(const void *arg)
{
	(void)arg;
	_exit(255);
}

static int see_descriptor(const void *arg)
{
	return fcntl(*(const int *)arg, F_GETFD) < 0 ? -errno : 0;
}

static void an_attempt_that_ends_says_what_came_of_it(void **state)
{
	static const int codes[] = {0, -EBUSY, -ESTALE, -ENXIO};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(wedge_try(return_code, &codes[i], &no_disks), codes[i]);
}

static void an_attempt_that_dies_is_no_success(void **state)
{
	(void)state;
	assert_true(wedge_try(die, NULL, &no_disks) < 0);
}

/* One that is stuck would keep a lock, or the socket by which the daemon knows who lives. */
static void an_attempt_has_nothing_open(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(wedge_try(see_descriptor, &fd, &no_disks), -EBADF);
	assert_int_equal(see_descriptor(&fd), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attempt_that_ends_says_what_came_of_it),
		cmocka_unit_test(an_attempt_that_dies_is_no_success),
		cmocka_unit_test(an_attempt_has_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

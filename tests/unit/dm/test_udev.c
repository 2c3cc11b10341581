/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cookies of device-mapper as udev sees them: semaphores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sched.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/dm/udev.h"

/* As libdevmapper begins them: one for whoever made it, one for a change that udev is to see. */
static uint32_t make_cookie(int *semaphorep)
{
	uint32_t cookie = UINT32_C(0x0D4D0000) | ((uint32_t)getpid() & 0xffff);

	*semaphorep = semget((key_t)cookie, 1, IPC_CREAT | IPC_EXCL | 0600);
	assert_true(*semaphorep >= 0);
	assert_int_equal(semctl(*semaphorep, 0, SETVAL, 2), 0);
	return cookie;
}

/* Does its part only once somebody sleeps for it. */
static _Noreturn void be_udev(int semaphore)
{
	struct sembuf one = {.sem_op = -1};

	alarm(60);
	while (semctl(semaphore, 0, GETZCNT) != 1)
		sched_yield();
	_exit(semop(semaphore, &one, 1) == 0 ? 0 : 1);
}

static void it_sleeps_until_udev_has_done_its_part_and_gives_the_cookie_back(void **state)
{
	int semaphore, status = -1;
	uint32_t cookie = make_cookie(&semaphore);
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		be_udev(semaphore);
	udev_wait_cookie(cookie);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(semget((key_t)cookie, 1, 0), -1);
}

static void nothing_is_waited_for_without_a_cookie_or_when_all_is_done(void **state)
{
	int semaphore;
	uint32_t cookie = make_cookie(&semaphore);

	(void)state;
	assert_int_equal(semctl(semaphore, 0, SETVAL, 1), 0);
	udev_wait_cookie(cookie);
	assert_int_equal(semget((key_t)cookie, 1, 0), -1);
	udev_wait_cookie(cookie);
	udev_wait_cookie(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sleeps_until_udev_has_done_its_part_and_gives_the_cookie_back),
		cmocka_unit_test(nothing_is_waited_for_without_a_cookie_or_when_all_is_done),
	};

	return cmocka_run_group_tests_name("dm_udev", tests, NULL, NULL);
}

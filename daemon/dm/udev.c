/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/udev.h"

#include <errno.h>
#include <libdevmapper.h>
#include <sys/sem.h>
#include <time.h>

#define DEADLINE_S 10

/*
 * As dm_udev_wait() does it (libdevmapper 1.02.185), but not for ever: the creator's own count is
 * taken away, and udev takes away one for each change of a device. Asking again and again instead
 * was forty wakeups a swap.
 */
static void wait_for_udev(int semaphore)
{
	struct sembuf ours = {.sem_op = -1, .sem_flg = IPC_NOWAIT};
	struct sembuf none_left = {.sem_op = 0};
	const struct timespec deadline = {.tv_sec = DEADLINE_S};

	if (semop(semaphore, &ours, 1) < 0)
		return;
	while (semtimedop(semaphore, &none_left, 1, &deadline) < 0 && errno == EINTR)
		;
}

void udev_wait_cookie(uint32_t cookie)
{
	/* Without udev there is no cookie. */
	int semaphore = cookie ? semget((key_t)cookie, 1, 0) : -1;

	if (semaphore >= 0) {
		wait_for_udev(semaphore);
		/* When udev comes to it after all, it finds no semaphore, and no harm is done. */
		semctl(semaphore, 0, IPC_RMID);
	}
	/* What udev did not do in /dev/mapper is done here. */
	dm_task_update_nodes();
}

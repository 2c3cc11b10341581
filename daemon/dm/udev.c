/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/udev.h"

#include <libdevmapper.h>
#include <sys/sem.h>
#include <unistd.h>

#define DEADLINE_US 10000000
#define POLL_US     5000

/* When udev comes to it after all, it finds no semaphore, and no harm is done. */
static void drop_cookie(uint32_t cookie)
{
	int semaphore = semget((key_t)cookie, 1, 0);

	if (semaphore >= 0)
		semctl(semaphore, 0, IPC_RMID);
}

void udev_wait_cookie(uint32_t cookie)
{
	/* Without udev there is no cookie, which libdevmapper would take for one never ready. */
	for (unsigned waited_us = 0; cookie; waited_us += POLL_US) {
		int ready = 0;

		if (!dm_udev_wait_immediate(cookie, &ready) || ready)
			break;
		if (waited_us >= DEADLINE_US) {
			drop_cookie(cookie);
			break;
		}
		usleep(POLL_US);
	}
	/* What udev did not do in /dev/mapper is done here. */
	dm_task_update_nodes();
}

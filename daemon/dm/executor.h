/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The executor: a process of its own for what may block. A swap of a table
 * with mirrors that is interrupted, even by SIGKILL, wedges the device until
 * reboot; so whoever calls such an ioctl must survive the daemon, and nobody
 * may have a reason to kill it. An executor is in a session of its own with
 * all signals blocked, its memory locked and no file open but its socket; it
 * does one request after the other, and leaves at end of file when it has
 * finished what it had begun. It does not know what its requests do.
 */

#include "daemon/dm/request.h"

/* What an executor is called in /proc/PID/comm. */
#define EXECUTOR_NAME "pvmoved-dm"

/* Does one request. Runs in the executor and may block for ever. */
typedef void executor_act_fn(const struct dm_request *request, struct dm_reply *reply);

/*
 * Forks an executor, no child of ours: init reaps it. Closing the socket lets
 * it go. Returns 0 with the daemon's end of its socket, owned, non-blocking
 * and close-on-exec, or a negative errno.
 */
int executor_start(executor_act_fn *act, int *fdp);

/* In the executor: whether the daemon that asked has gone. Does not block. */
bool executor_is_abandoned(void);

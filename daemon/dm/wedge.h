/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The kernel's mirrors have no way to undo the first half of a suspend: if
 * whoever swaps out a table with mirrors is killed within it, their recovery
 * stays stopped, and the next suspend, or a removal, waits for it for ever and
 * cannot be killed. The device is wedged until the next boot: what it holds is
 * whole and I/O goes on, but nothing is copied any more (Linux 6.1,
 * drivers/md/dm-raid1.c: no presuspend_undo; dm_rh_stop_recovery()).
 *
 * So what comes after a swap that somebody died in is tried by a child, and
 * the device counts as wedged when the child is stuck although the disks below
 * answer.
 */

#include "daemon/dm/table.h"

/* What the child that tries it is called in /proc/PID/comm. */
#define WEDGE_CHILD_NAME "pvmoved-stuck"

/* What is to be tried, in a child with nothing open. Returns 0 or a negative errno. */
typedef int wedge_attempt_fn(const void *arg);

/*
 * Has a child try it, and waits for it for as long as it takes, or until it
 * is clear that it will never end: it has been stuck for ten seconds or more, and twice
 * for many times as long as the disks below that table took to answer. A disk that
 * hangs is waited for. Returns what the attempt returned, or -EOWNERDEAD:
 * wedged; the child is left stuck then.
 */
int wedge_try(wedge_attempt_fn *attempt, const void *arg, const struct dm_table *live);

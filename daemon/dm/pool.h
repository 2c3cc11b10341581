/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The daemon's side of the executors: hands each request to one that is idle,
 * and always keeps another idle, so that a disk that hangs blocks those who
 * wait for it and nobody else. Knows requests and the event loop; does not
 * know what the requests do. Writes to sockets: the program ignores SIGPIPE.
 */

#include <event2/event.h>

#include "daemon/dm/dm.h"
#include "daemon/dm/executor.h"

/* Most executors at once; further requests wait their turn. */
#define POOL_MAX_EXECUTORS 64

struct executor_pool;

/* Starts the first executor. Returns 0 or a negative errno. */
int executor_pool_new(struct event_base *base, executor_act_fn *act, struct executor_pool **poolp);

/*
 * Lets go of all executors; each finishes what it has begun. Waits for none,
 * and calls no done any more. May be called from within a done.
 */
void executor_pool_free(struct executor_pool *pool);

/*
 * Has a request done, which is copied. done is called later from the event
 * loop with the executor's reply, or with what dm_request_encode() returns,
 * -EPIPE if the executor died of it, or why no executor could be started.
 */
void executor_pool_submit(struct executor_pool *pool, const struct dm_request *request,
			  outcome_fn *done, void *arg);

/* The same for a comparison, whose result done is given. */
void executor_pool_submit_comparison(struct executor_pool *pool, const struct dm_request *request,
				     dm_compare_fn *done, void *arg);

/* The same for a measurement. */
void executor_pool_submit_measurement(struct executor_pool *pool, const struct dm_request *request,
				      dm_latency_fn *done, void *arg);

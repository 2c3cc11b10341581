/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/dm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/dm/compare.h"
#include "daemon/dm/events.h"
#include "daemon/dm/flush.h"
#include "daemon/dm/measure.h"
#include "daemon/dm/pool.h"
#include "daemon/dm/task.h"

struct dm {
	struct executor_pool *pool;
	struct dm_events *events;
};

/*
 * The next daemon may have looked before the device was there, and has no use for it then: nobody
 * would ever take it away. Where it has seen it and uses it, it is busy; otherwise it makes
 * another.
 */
static int create_device(const struct dm_request *request)
{
	int r = task_create_device(request->name, request->uuid, &request->table);

	if (!r && executor_is_abandoned())
		task_remove_device(request->uuid);
	return r;
}

/* In the executor. */
static void act(const struct dm_request *request, struct dm_reply *reply)
{
	switch (request->type) {
	case DM_REQUEST_CREATE:
		reply->code = create_device(request);
		break;
	case DM_REQUEST_SWAP:
		reply->code = task_swap_table(request->uuid, &request->table, request->visibility);
		break;
	case DM_REQUEST_REMOVE:
		reply->code = task_remove_device(request->uuid);
		break;
	case DM_REQUEST_FLUSH:
		reply->code = flush_device(request->dev);
		return;
	case DM_REQUEST_COMPARE:
		reply->code = compare_devices(&request->comparison, &reply->found);
		return;
	case DM_REQUEST_FIND:
		reply->code = task_find_target(request->name);
		break;
	case DM_REQUEST_MEASURE:
		reply->code = measure_latency(request->uuid, request->bound_us, &reply->latency);
		break;
	}
	if (reply->code)
		snprintf(reply->text, sizeof(reply->text), "%s", task_error_text());
}

int dm_new(struct event_base *base, dm_event_fn *event, void *arg, struct dm **dmp)
{
	struct dm *dm;
	int r;

	r = task_init();
	if (r)
		return r;
	dm = calloc(1, sizeof(*dm));
	if (!dm)
		return -ENOMEM;
	r = executor_pool_new(base, act, &dm->pool);
	if (!r && event)
		r = dm_events_new(base, event, arg, &dm->events);
	if (r) {
		dm_free(dm);
		return r;
	}
	*dmp = dm;
	return 0;
}

void dm_free(struct dm *dm)
{
	if (!dm)
		return;
	dm_events_free(dm->events);
	executor_pool_free(dm->pool);
	free(dm);
}

void dm_heed_events(struct dm *dm, bool heed)
{
	dm_events_heed(dm->events, heed);
}

int dm_observe(struct dm *dm, const char *uuid, struct dm_device *devicep)
{
	(void)dm;
	return task_observe_device(uuid, devicep);
}

void dm_find_target(struct dm *dm, const char *name, outcome_fn *done, void *arg)
{
	struct dm_request request = {.type = DM_REQUEST_FIND, .name = name, .uuid = ""};

	executor_pool_submit(dm->pool, &request, done, arg);
}

void dm_create(struct dm *dm, const char *name, const char *uuid, const struct dm_table *table,
	       outcome_fn *done, void *arg)
{
	struct dm_request request = {
		.type = DM_REQUEST_CREATE, .name = name, .uuid = uuid, .table = *table};

	executor_pool_submit(dm->pool, &request, done, arg);
}

void dm_swap(struct dm *dm, const char *uuid, const struct dm_table *table,
	     enum dm_visibility visibility, outcome_fn *done, void *arg)
{
	struct dm_request request = {.type = DM_REQUEST_SWAP,
				     .name = "",
				     .uuid = uuid,
				     .table = *table,
				     .visibility = visibility};

	executor_pool_submit(dm->pool, &request, done, arg);
}

void dm_remove(struct dm *dm, const char *uuid, outcome_fn *done, void *arg)
{
	struct dm_request request = {.type = DM_REQUEST_REMOVE, .name = "", .uuid = uuid};

	executor_pool_submit(dm->pool, &request, done, arg);
}

void dm_flush(struct dm *dm, dev_t dev, outcome_fn *done, void *arg)
{
	struct dm_request request = {.type = DM_REQUEST_FLUSH, .name = "", .uuid = "", .dev = dev};

	executor_pool_submit(dm->pool, &request, done, arg);
}

void dm_compare(struct dm *dm, const struct dm_comparison *what, dm_compare_fn *done, void *arg)
{
	struct dm_request request = {
		.type = DM_REQUEST_COMPARE, .name = "", .uuid = "", .comparison = *what};

	executor_pool_submit_comparison(dm->pool, &request, done, arg);
}

void dm_measure(struct dm *dm, const char *uuid, uint64_t bound_us, dm_latency_fn *done, void *arg)
{
	struct dm_request request = {
		.type = DM_REQUEST_MEASURE, .name = "", .uuid = uuid, .bound_us = bound_us};

	executor_pool_submit_measurement(dm->pool, &request, done, arg);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/pool.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "common/cleanup.h"

/* Idle executors that are not let go: starting one costs a fork and some locked memory. */
#define MAX_IDLE 4

struct job {
	STAILQ_ENTRY(job) entry;
	int code; /* why it cannot be sent */
	void *bytes;
	size_t len_bytes;
	outcome_fn *done;
	dm_compare_fn *compared; /* in its place, of a comparison … */
	dm_latency_fn *measured; /* … and of a measurement */
	void *arg;
};

struct executor {
	LIST_ENTRY(executor) entry;
	struct executor_pool *pool;
	struct bufferevent *socket;
	struct job *job; /* NULL: idle */
};

struct executor_pool {
	struct event_base *base;
	executor_act_fn *act;
	struct event *kick; /* made active when there may be a job to hand out */
	STAILQ_HEAD(jobs, job) waiting;
	LIST_HEAD(executors, executor) executors;
	unsigned executor_count;
};

/* All executors are at work and there may be no more of them. */
#define POOL_FULL 1

static void job_free(struct job *job)
{
	if (!job)
		return;
	free(job->bytes);
	free(job);
}

/* The last thing every callback does: the callee may free the pool. */
static void job_finish(struct job *job, const struct dm_reply *reply)
{
	struct outcome outcome = {.code = reply->code, .message = reply->text};
	const struct job answer = *job;

	job_free(job);
	if (answer.compared)
		answer.compared(answer.arg, &outcome, reply->code ? NULL : &reply->found);
	else if (answer.measured)
		answer.measured(answer.arg, &outcome, reply->code ? NULL : &reply->latency);
	else
		answer.done(answer.arg, &outcome);
}

static void executor_free(struct executor *executor)
{
	struct executor_pool *pool = executor->pool;

	LIST_REMOVE(executor, entry);
	pool->executor_count--;
	job_free(executor->job);
	/* libevent closes it only when the loop runs once more; the executor is to leave now. */
	shutdown(bufferevent_getfd(executor->socket), SHUT_RDWR);
	bufferevent_free(executor->socket);
	free(executor);
}

static unsigned count_idle(const struct executor_pool *pool)
{
	const struct executor *executor;
	unsigned count = 0;

	for (executor = LIST_FIRST(&pool->executors); executor;
	     executor = LIST_NEXT(executor, entry))
		count += !executor->job;
	return count;
}

static void on_reply(struct bufferevent *socket, void *arg)
{
	struct executor *executor = arg;
	struct executor_pool *pool = executor->pool;
	struct job *job = steal_pointer(&executor->job);
	struct dm_reply reply;

	if (!job || bufferevent_read(socket, &reply, sizeof(reply)) != sizeof(reply) ||
	    !dm_reply_is_valid(&reply)) {
		/* It is out of step with us: what it is doing is unknown. */
		reply = (struct dm_reply){.code = -EBADMSG, .text = "executor makes no sense"};
		executor_free(executor);
	} else if (count_idle(pool) > MAX_IDLE) {
		executor_free(executor);
	}
	event_active(pool->kick, 0, 0);
	if (job)
		job_finish(job, &reply);
}

static void on_death(struct bufferevent *socket, short what, void *arg)
{
	struct executor *executor = arg;
	struct executor_pool *pool = executor->pool;
	struct job *job = steal_pointer(&executor->job);

	(void)socket;
	(void)what;
	executor_free(executor);
	/* One that died idle is replaced at the next request, lest a bug make us fork for ever. */
	if (!job)
		return;
	event_active(pool->kick, 0, 0);
	job_finish(job, &(struct dm_reply){.code = -EPIPE, .text = "executor died"});
}

static int add_executor(struct executor_pool *pool, struct executor **executorp)
{
	struct executor *executor;
	_close_ int fd = -1;
	int r;

	r = executor_start(pool->act, &fd);
	if (r)
		return r;
	executor = calloc(1, sizeof(*executor));
	if (executor)
		executor->socket = bufferevent_socket_new(pool->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!executor || !executor->socket) {
		free(executor);
		return -ENOMEM;
	}
	steal_fd(&fd);
	executor->pool = pool;
	bufferevent_setcb(executor->socket, on_reply, NULL, on_death, executor);
	bufferevent_setwatermark(executor->socket, EV_READ, sizeof(struct dm_reply),
				 sizeof(struct dm_reply));
	bufferevent_enable(executor->socket, EV_READ | EV_WRITE);
	LIST_INSERT_HEAD(&pool->executors, executor, entry);
	pool->executor_count++;
	*executorp = executor;
	return 0;
}

/* Finds or starts an idle executor. 0, POOL_FULL or a negative errno. */
static int find_idle(struct executor_pool *pool, struct executor **executorp)
{
	struct executor *executor;

	for (executor = LIST_FIRST(&pool->executors); executor;
	     executor = LIST_NEXT(executor, entry)) {
		if (!executor->job) {
			*executorp = executor;
			return 0;
		}
	}
	if (pool->executor_count >= POOL_MAX_EXECUTORS)
		return POOL_FULL;
	return add_executor(pool, executorp);
}

/* Past the event loop where the socket takes it: to wait for room would wake us once more. */
static int send_job(struct executor *executor, const struct job *job)
{
	ssize_t sent = send(bufferevent_getfd(executor->socket), job->bytes, job->len_bytes, 0);
	size_t done = sent > 0 ? (size_t)sent : 0;

	if (done == job->len_bytes)
		return 0;
	return bufferevent_write(executor->socket, (char *)job->bytes + done,
				 job->len_bytes - done);
}

static int hand_out(struct executor_pool *pool, struct job *job)
{
	struct executor *executor, *spare;
	int r;

	if (job->code)
		return job->code;
	r = find_idle(pool, &executor);
	if (r)
		return r;
	if (send_job(executor, job) < 0)
		return -ENOMEM;
	executor->job = job;
	find_idle(pool, &spare);
	return 0;
}

/* Hands out one job, and comes again while there are more. */
static void on_kick(int fd, short what, void *arg)
{
	struct executor_pool *pool = arg;
	struct job *job = STAILQ_FIRST(&pool->waiting);
	struct executor *spare;
	int r;

	(void)fd;
	(void)what;
	if (!job) {
		find_idle(pool, &spare);
		return;
	}
	r = hand_out(pool, job);
	if (r == POOL_FULL)
		return;
	STAILQ_REMOVE_HEAD(&pool->waiting, entry);
	if (!STAILQ_EMPTY(&pool->waiting))
		event_active(pool->kick, 0, 0);
	if (r)
		job_finish(job, &(struct dm_reply){.code = r});
}

int executor_pool_new(struct event_base *base, executor_act_fn *act, struct executor_pool **poolp)
{
	struct executor_pool *pool = calloc(1, sizeof(*pool));
	struct executor *first;
	int r = -ENOMEM;

	if (!pool)
		return r;
	pool->base = base;
	pool->act = act;
	STAILQ_INIT(&pool->waiting);
	LIST_INIT(&pool->executors);
	pool->kick = event_new(base, -1, 0, on_kick, pool);
	if (pool->kick)
		r = add_executor(pool, &first);
	if (r) {
		executor_pool_free(pool);
		return r;
	}
	*poolp = pool;
	return 0;
}

void executor_pool_free(struct executor_pool *pool)
{
	struct executor *executor, *next_executor;
	struct job *job, *next_job;

	if (!pool)
		return;
	for (executor = LIST_FIRST(&pool->executors); executor; executor = next_executor) {
		next_executor = LIST_NEXT(executor, entry);
		executor_free(executor);
	}
	for (job = STAILQ_FIRST(&pool->waiting); job; job = next_job) {
		next_job = STAILQ_NEXT(job, entry);
		job_free(job);
	}
	if (pool->kick)
		event_free(pool->kick);
	free(pool);
}

static void submit(struct executor_pool *pool, const struct dm_request *request, struct job answer)
{
	struct job *job = malloc(sizeof(*job));

	/* No memory even to say so: to die is what the journal and the executors are made for. */
	if (!job)
		abort();
	*job = answer;
	job->code = dm_request_encode(request, &job->bytes, &job->len_bytes);
	STAILQ_INSERT_TAIL(&pool->waiting, job, entry);
	event_active(pool->kick, 0, 0);
}

void executor_pool_submit(struct executor_pool *pool, const struct dm_request *request,
			  outcome_fn *done, void *arg)
{
	submit(pool, request, (struct job){.done = done, .arg = arg});
}

void executor_pool_submit_comparison(struct executor_pool *pool, const struct dm_request *request,
				     dm_compare_fn *done, void *arg)
{
	submit(pool, request, (struct job){.compared = done, .arg = arg});
}

void executor_pool_submit_measurement(struct executor_pool *pool, const struct dm_request *request,
				      dm_latency_fn *done, void *arg)
{
	submit(pool, request, (struct job){.measured = done, .arg = arg});
}

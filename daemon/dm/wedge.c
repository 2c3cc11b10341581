/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/wedge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "daemon/dm/node.h"

#define POLL_MS 10

/*
 * How long an attempt is waited for between two looks at the disks: the least, and for each
 * millisecond in which they answered. A region that is being copied is some reads and writes, on
 * disks that others use too.
 */
#define PATIENCE_MS            UINT64_C(5000)
#define PATIENCE_PER_ANSWER_MS UINT64_C(20)

/* What a direct read is aligned to, and reads. */
#define BLOCK_BYTES 4096

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits for a child until the deadline. Returns whether it has ended; its status is *codep. */
static bool has_ended_by(pid_t child, uint64_t deadline_ms, int *codep)
{
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (now_ms() >= deadline_ms)
			return false;
		usleep(POLL_MS * 1000);
	}
	*codep = WIFEXITED(status) ? -WEXITSTATUS(status) : -EPIPE;
	return true;
}

/*
 * A child that is stuck keeps what it has open: the lock of the device, and the socket by whose end
 * the daemon would see that the executor has died.
 */
static pid_t fork_alone(void)
{
	pid_t pid = fork();

	if (pid == 0)
		close_range(STDERR_FILENO + 1, ~0u, 0);
	return pid;
}

static void read_a_block(dev_t dev)
{
	_free_ void *buffer = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	_close_ int fd = -1;

	/* An error is an answer too. */
	if (buffer && node_open(dev, O_RDONLY | O_DIRECT, &fd) == 0)
		(void)!pread(fd, buffer, BLOCK_BYTES, 0);
}

static int read_all_disks(const struct dm_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		read_a_block(table->targets[i].source_dev);
		if (table->targets[i].type == DM_MIRROR)
			read_a_block(table->targets[i].dest_dev);
	}
	return 0;
}

/*
 * Reads from all disks, in a child, since one may hang. Returns whether they answered before the
 * attempt came to its end; *took_msp is how long it took them.
 */
static bool await_disks(pid_t attempt, const struct dm_table *table, uint64_t *took_msp, int *codep)
{
	uint64_t begun_ms = now_ms();
	pid_t probe = fork_alone();
	int ignored;

	if (probe == 0)
		_exit(read_all_disks(table));
	while (probe < 0 || !has_ended_by(probe, now_ms() + POLL_MS, &ignored))
		if (has_ended_by(attempt, now_ms() + POLL_MS, codep))
			return false;
	*took_msp = now_ms() - begun_ms;
	return true;
}

int wedge_try(wedge_attempt_fn *attempt, const void *arg, const struct dm_table *live)
{
	uint64_t patience_ms = PATIENCE_MS;
	bool was_stuck = false;
	pid_t child = fork_alone();
	uint64_t answer_ms;
	int code;

	if (child < 0)
		return -errno;
	if (child == 0) {
		/* Left stuck, it must not pass for an executor that will yet do something. */
		prctl(PR_SET_NAME, WEDGE_CHILD_NAME);
		_exit(-attempt(arg));
	}
	while (!has_ended_by(child, now_ms() + patience_ms, &code)) {
		bool is_stuck;

		if (!await_disks(child, live, &answer_ms, &code))
			return code;
		/* Twice: the disks may have come back only just now. */
		is_stuck = answer_ms * PATIENCE_PER_ANSWER_MS <= patience_ms;
		if (is_stuck && was_stuck)
			return -EOWNERDEAD;
		was_stuck = is_stuck;
		if (!is_stuck)
			patience_ms = answer_ms * PATIENCE_PER_ANSWER_MS;
	}
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/executor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"

/* Where an executor has its socket, behind a /dev/null for each standard stream. */
#define SOCKET_FD 3

static bool read_all(int fd, void *buffer, size_t len_bytes)
{
	char *at = buffer;

	while (len_bytes > 0) {
		ssize_t n = read(fd, at, len_bytes);

		if (n <= 0)
			return false;
		at += n;
		len_bytes -= (size_t)n;
	}
	return true;
}

static bool write_all(int fd, const void *buffer, size_t len_bytes)
{
	const char *at = buffer;

	while (len_bytes > 0) {
		ssize_t n = write(fd, at, len_bytes);

		if (n < 0)
			return false;
		at += n;
		len_bytes -= (size_t)n;
	}
	return true;
}

/* Does the next request; false when there is none any more. */
static bool serve_request(int fd, executor_act_fn *act)
{
	struct dm_reply reply = {0};
	struct dm_request request;
	_free_ char *bytes = NULL;
	uint32_t prefix;
	size_t len;

	if (!read_all(fd, &prefix, sizeof(prefix)) || dm_request_decode_len(&prefix, &len))
		return false;
	bytes = malloc(len);
	if (!bytes || !read_all(fd, bytes, len))
		return false;
	reply.code = dm_request_decode(bytes, len, &request);
	if (!reply.code) {
		act(&request, &reply);
		dm_table_deinit(&request.table);
	}
	return write_all(fd, &reply, sizeof(reply));
}

bool executor_is_abandoned(void)
{
	struct pollfd socket = {.fd = SOCKET_FD, .events = POLLRDHUP};

	return poll(&socket, 1, 0) > 0 && (socket.revents & (POLLRDHUP | POLLHUP));
}

static void write_oom_score(const char *score)
{
	_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, score, strlen(score));
}

/* A file of the daemon's that stayed open here would outlive it: its locks, its connections. */
static void close_all_but(int fd)
{
	int null;

	if (dup2(fd, SOCKET_FD) < 0)
		_exit(1);
	close_range(SOCKET_FD + 1, ~0u, 0);
	null = open("/dev/null", O_RDWR);
	for (int i = 0; i < SOCKET_FD; i++)
		dup2(null, i);
	if (null > SOCKET_FD)
		close(null);
}

/* Being locked in memory (a no-op under ASan) and spared by the OOM killer takes privileges. */
static _Noreturn void run_executor(int fd, executor_act_fn *act)
{
	close_all_but(fd);
	(void)!chdir("/");
	prctl(PR_SET_NAME, EXECUTOR_NAME);
	write_oom_score("-1000");
	mlockall(MCL_CURRENT | MCL_FUTURE);
	while (serve_request(SOCKET_FD, act))
		;
	_exit(0);
}

/* The child between the daemon and the executor: its only use is to be dead. */
static _Noreturn void run_middle(int fd, executor_act_fn *act)
{
	pid_t pid;

	setsid();
	pid = fork();
	if (pid == 0)
		run_executor(fd, act);
	_exit(pid < 0 ? errno : 0);
}

static int wait_middle(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int executor_start(executor_act_fn *act, int *fdp)
{
	_close_ int ours = -1, theirs = -1;
	sigset_t all, old;
	int fds[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	ours = fds[0];
	theirs = fds[1];
	if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		return -errno;

	/* Blocked from the first instruction on: no handler of the daemon may run in there. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		run_middle(theirs, act);
	r = pid < 0 ? -errno : wait_middle(pid);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (r)
		return r;
	*fdp = steal_fd(&ours);
	return 0;
}

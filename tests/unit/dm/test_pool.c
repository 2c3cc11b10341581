/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pool with executors that only play: what one does is in the request's
 * name. An executor has no file of ours open, so all that must happen in a
 * certain order goes through named pipes in a folder of the test's own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/dm/pool.h"

#define FOLDER_MAX 64

struct world {
	char folder[FOLDER_MAX];
	struct event_base *base;
	struct executor_pool *pool;
};

struct ending {
	unsigned count;
	int code;
	char message[DM_REPLY_TEXT_MAX];
};

/* "hang" waits here until a test lets it go; the folder is in the request's UUID. */
static void play_hang(const char *folder)
{
	char path[FOLDER_MAX + 16];
	pid_t pid = getpid();
	char byte;
	int fd;

	snprintf(path, sizeof(path), "%s/started", folder);
	fd = open(path, O_WRONLY);
	(void)!write(fd, &pid, sizeof(pid));
	close(fd);
	snprintf(path, sizeof(path), "%s/release", folder);
	fd = open(path, O_RDONLY);
	(void)!read(fd, &byte, 1);
	close(fd);
}

static void play_count_files(struct dm_reply *reply)
{
	DIR *dir = opendir("/proc/self/fd");

	/* "." and ".." are counted too; the folder's own descriptor is not ours to blame. */
	while (readdir(dir))
		reply->code--;
	reply->code += 3;
	closedir(dir);
}

static void play_say_mask(struct dm_reply *reply)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];

	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "SigBlk: %511s", reply->text) == 1)
			break;
	fclose(status);
}

static void act(const struct dm_request *request, struct dm_reply *reply)
{
	snprintf(reply->text, sizeof(reply->text), "%d", getpid());
	if (strcmp(request->name, "hang") == 0)
		play_hang(request->uuid);
	else if (strcmp(request->name, "die") == 0)
		_exit(1);
	else if (strcmp(request->name, "fail") == 0)
		reply->code = -EBUSY;
	else if (strcmp(request->name, "babble") == 0)
		reply->code = 1;
	else if (strcmp(request->name, "files") == 0)
		play_count_files(reply);
	else if (strcmp(request->name, "mask") == 0)
		play_say_mask(reply);
	else if (strcmp(request->name, "session") == 0)
		reply->code = -getsid(0);
	else if (strcmp(request->name, "targets") == 0)
		reply->code = -(int)request->table.count;
}

static void on_done(void *arg, const struct outcome *outcome)
{
	struct ending *ending = arg;

	ending->count++;
	ending->code = outcome->code;
	snprintf(ending->message, sizeof(ending->message), "%s", outcome->message);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char path[FOLDER_MAX + 16];

	assert_non_null(world);
	strcpy(world->folder, "/tmp/test_pool.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(path, sizeof(path), "%s/started", world->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/release", world->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	world->base = event_base_new();
	assert_non_null(world->base);
	assert_int_equal(executor_pool_new(world->base, act, &world->pool), 0);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	char path[FOLDER_MAX + 16];

	executor_pool_free(world->pool);
	event_base_free(world->base);
	/* We are the reaper of all executors; none is left that has not ended. */
	while (wait(NULL) > 0)
		;
	snprintf(path, sizeof(path), "%s/started", world->folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/release", world->folder);
	unlink(path);
	rmdir(world->folder);
	free(world);
	return 0;
}

static void submit(struct world *world, const char *what, struct ending *ending)
{
	struct dm_request request = {
		.type = DM_REQUEST_REMOVE, .name = what, .uuid = world->folder};

	*ending = (struct ending){0};
	executor_pool_submit(world->pool, &request, on_done, ending);
}

static void wait_for(struct world *world, const struct ending *ending)
{
	while (ending->count == 0)
		assert_int_not_equal(event_base_loop(world->base, EVLOOP_ONCE), -1);
}

static struct ending ask(struct world *world, const char *what)
{
	struct ending ending;

	submit(world, what, &ending);
	wait_for(world, &ending);
	return ending;
}

/* The pid of the executor that did it. */
static pid_t pid_of(const struct ending *ending)
{
	return (pid_t)strtol(ending->message, NULL, 10);
}

/* Opened for both ways, a named pipe waits for nobody at the other end. */
static int open_pipe(struct world *world, const char *name)
{
	char path[FOLDER_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", world->folder, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Runs the loop until that many executors hang; the last one's pid. */
static pid_t wait_until_hanging(struct world *world, int started_fd, unsigned count)
{
	pid_t pid = 0;

	fcntl(started_fd, F_SETFL, O_NONBLOCK);
	while (count > 0) {
		event_base_loop(world->base, EVLOOP_NONBLOCK);
		if (read(started_fd, &pid, sizeof(pid)) == sizeof(pid))
			count--;
	}
	return pid;
}

static void release(int release_fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(write(release_fd, "x", 1), 1);
}

static void the_executor_replies_to_who_asked(void **state)
{
	struct world *world = *state;
	struct ending ending = ask(world, "");

	assert_int_equal(ending.code, 0);
	assert_int_not_equal(pid_of(&ending), getpid());
	ending = ask(world, "fail");
	assert_int_equal(ending.code, -EBUSY);
	assert_int_equal(ending.count, 1);
}

static void a_big_table_arrives_whole(void **state)
{
	struct world *world = *state;
	struct dm_target target = {.type = DM_LINEAR, .len_sectors = 1};
	struct dm_request request = {
		.type = DM_REQUEST_CREATE, .name = "targets", .uuid = world->folder};
	struct ending ending = {0};

	for (int i = 0; i < DM_REQUEST_MAX_TARGETS; i++)
		assert_int_equal(dm_table_append(&request.table, &target), 0);
	executor_pool_submit(world->pool, &request, on_done, &ending);
	dm_table_deinit(&request.table);
	wait_for(world, &ending);
	assert_int_equal(ending.code, -DM_REQUEST_MAX_TARGETS);
}

static void nothing_is_done_within_the_call(void **state)
{
	struct world *world = *state;
	struct dm_request too_long = {.type = DM_REQUEST_REMOVE, .uuid = ""};
	char name[DM_NAME_MAX + 1] = {0};
	struct ending refused = {0}, good;

	memset(name, 'x', DM_NAME_MAX);
	too_long.name = name;
	executor_pool_submit(world->pool, &too_long, on_done, &refused);
	submit(world, "", &good);
	assert_int_equal(refused.count, 0);
	assert_int_equal(good.count, 0);
	wait_for(world, &good);
	assert_int_equal(refused.count, 1);
	assert_int_equal(refused.code, -ENAMETOOLONG);
	assert_string_equal(refused.message, "");
	assert_int_equal(good.code, 0);
}

static void one_that_hangs_blocks_nobody_else(void **state)
{
	struct world *world = *state;
	_close_ int started = open_pipe(world, "started"), go = open_pipe(world, "release");
	struct ending hanging[3];

	for (unsigned i = 0; i < 3; i++) {
		submit(world, "hang", &hanging[i]);
		wait_until_hanging(world, started, 1);
		assert_int_equal(ask(world, "").code, 0);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(hanging[i].count, 0);
	release(go, 3);
	for (unsigned i = 0; i < 3; i++) {
		wait_for(world, &hanging[i]);
		assert_int_equal(hanging[i].code, 0);
	}
}

static void requests_beyond_the_last_executor_wait_their_turn(void **state)
{
	struct world *world = *state;
	_close_ int started = open_pipe(world, "started"), go = open_pipe(world, "release");
	struct ending hanging[POOL_MAX_EXECUTORS], waiting[2];

	for (unsigned i = 0; i < POOL_MAX_EXECUTORS; i++)
		submit(world, "hang", &hanging[i]);
	submit(world, "", &waiting[0]);
	submit(world, "fail", &waiting[1]);
	wait_until_hanging(world, started, POOL_MAX_EXECUTORS);
	assert_int_equal(waiting[0].count, 0);
	release(go, 1);
	wait_for(world, &waiting[0]);
	wait_for(world, &waiting[1]);
	assert_int_equal(waiting[0].code, 0);
	assert_int_equal(waiting[1].code, -EBUSY);
	release(go, POOL_MAX_EXECUTORS - 1);
	for (unsigned i = 0; i < POOL_MAX_EXECUTORS; i++)
		wait_for(world, &hanging[i]);
}

static void the_death_of_an_executor_is_told_and_mended(void **state)
{
	struct world *world = *state;
	struct ending ending = ask(world, "die");

	assert_int_equal(ending.code, -EPIPE);
	assert_string_equal(ending.message, "executor died");
	ending = ask(world, "");
	assert_int_equal(ending.code, 0);
	assert_int_equal(ending.count, 1);
}

static void an_executor_that_died_idle_is_replaced(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 10; i++) {
		struct ending ending = ask(world, "");
		pid_t pid = pid_of(&ending);

		assert_int_equal(ending.code, 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		event_base_loop(world->base, EVLOOP_NONBLOCK);
	}
}

static void a_stopped_executor_holds_up_only_its_own_request(void **state)
{
	struct world *world = *state;
	struct ending ending = ask(world, ""), stopped;
	pid_t pid = pid_of(&ending);

	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	/* One of two requests at once goes to the stopped one, the other to a spare. */
	submit(world, "", &stopped);
	submit(world, "", &ending);
	while (stopped.count + ending.count == 0)
		event_base_loop(world->base, EVLOOP_ONCE);
	assert_int_equal(ask(world, "").code, 0);
	assert_int_equal(kill(pid, SIGCONT), 0);
	wait_for(world, &stopped);
	wait_for(world, &ending);
	assert_int_equal(stopped.code, 0);
	assert_int_equal(ending.code, 0);
}

static void an_executor_that_makes_no_sense_is_not_trusted_again(void **state)
{
	struct world *world = *state;
	struct ending ending = ask(world, "babble");

	assert_int_equal(ending.code, -EBADMSG);
	assert_int_equal(ask(world, "").code, 0);
}

static void signals_do_not_end_an_executor(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1};
	struct world *world = *state;
	_close_ int started = open_pipe(world, "started"), go = open_pipe(world, "release");
	struct ending hanging;
	pid_t pid;

	submit(world, "hang", &hanging);
	pid = wait_until_hanging(world, started, 1);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		assert_int_equal(kill(pid, signals[i]), 0);
	release(go, 1);
	wait_for(world, &hanging);
	assert_int_equal(hanging.code, 0);
	assert_int_equal(pid_of(&hanging), pid);
}

static void an_executor_blocks_all_signals_that_can_be_blocked(void **state)
{
	struct ending ending = ask(*state, "mask");

	/* All but KILL and STOP, and the two that glibc keeps for itself. */
	assert_int_equal(strtoull(ending.message, NULL, 16) | 0x180040100, UINT64_MAX);
}

static void an_executor_has_nothing_of_ours_but_its_socket(void **state)
{
	struct world *world = *state;
	int file = open("/dev/null", O_RDONLY);

	/* A spare is started while the file is open. */
	ask(world, "");
	close(file);
	/* three times /dev/null, and the socket */
	assert_int_equal(ask(world, "files").code, -4);
	assert_int_not_equal(ask(world, "session").code, -getsid(0));
}

static void an_executor_let_go_finishes_what_it_has_begun(void **state)
{
	struct world *world = *state;
	_close_ int started = open_pipe(world, "started"), go = open_pipe(world, "release");
	struct ending hanging;
	int status;
	pid_t pid;

	submit(world, "hang", &hanging);
	pid = wait_until_hanging(world, started, 1);
	executor_pool_free(steal_pointer(&world->pool));
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	release(go, 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	event_base_loop(world->base, EVLOOP_NONBLOCK);
	assert_int_equal(hanging.count, 0);
}

static void requests_that_wait_are_forgotten_with_the_pool(void **state)
{
	struct world *world = *state;
	struct ending endings[3];

	for (unsigned i = 0; i < 3; i++)
		submit(world, "", &endings[i]);
	executor_pool_free(steal_pointer(&world->pool));
	event_base_loop(world->base, EVLOOP_NONBLOCK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(endings[i].count, 0);
}

static void on_done_free(void *arg, const struct outcome *outcome)
{
	struct world *world = arg;

	(void)outcome;
	executor_pool_free(steal_pointer(&world->pool));
}

static void who_is_told_may_free_the_pool(void **state)
{
	static const char *const whats[] = {"", "die", "babble"};
	struct world *world = *state;

	for (size_t i = 0; i < 3; i++) {
		struct dm_request request = {
			.type = DM_REQUEST_REMOVE, .name = whats[i], .uuid = world->folder};

		executor_pool_submit(world->pool, &request, on_done_free, world);
		executor_pool_submit(world->pool, &request, on_done_free, world);
		while (world->pool)
			event_base_loop(world->base, EVLOOP_ONCE);
		assert_int_equal(executor_pool_new(world->base, act, &world->pool), 0);
	}
}

int main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(the_executor_replies_to_who_asked),
		test(a_big_table_arrives_whole),
		test(nothing_is_done_within_the_call),
		test(one_that_hangs_blocks_nobody_else),
		test(requests_beyond_the_last_executor_wait_their_turn),
		test(the_death_of_an_executor_is_told_and_mended),
		test(an_executor_that_died_idle_is_replaced),
		test(a_stopped_executor_holds_up_only_its_own_request),
		test(an_executor_that_makes_no_sense_is_not_trusted_again),
		test(signals_do_not_end_an_executor),
		test(an_executor_blocks_all_signals_that_can_be_blocked),
		test(an_executor_has_nothing_of_ours_but_its_socket),
		test(an_executor_let_go_finishes_what_it_has_begun),
		test(requests_that_wait_are_forgotten_with_the_pool),
		test(who_is_told_may_free_the_pool),
	};

	signal(SIGPIPE, SIG_IGN);
	/* Executors are nobody's children; init would reap them, but then we could not see it. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

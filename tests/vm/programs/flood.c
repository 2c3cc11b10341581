/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients that do the daemon no good, for scripts:
 *
 *	flood SOCKET drop N             N connections, opened and dropped: with nothing said, in the
 *	                                midst of a message, with a call whose answer is not read
 *	flood SOCKET hold HOW N         N connections, held until SIGTERM. HOW says what is sent
 *	                                there: "nothing", "half" a message, a "plan", "watch" (a
 *stream that is never read) or "unread" (calls for as long as they are taken, and no answer is
 *read) flood SOCKET bad                messages that are too long, nested too deeply, or none; each
 *	                                has to end its connection
 *	flood SOCKET bystander          asks for the moves, each time anew, until SIGTERM
 *
 * Each prints a line when it holds what it can, or at its end, and fails if it could not do what it
 * is for; a bystander that was not answered once within a minute fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define HELD_MAX    1024
#define LONG_BYTES  (1024 * 1024)

static const char info_call[] = "{\"method\":\"org.pvmoved.GetInfo\"}";
static const char list_call[] = "{\"method\":\"org.pvmoved.List\"}";
static const char watch_call[] = "{\"method\":\"org.pvmoved.List\",\"more\":true}";
static const char describe_call[] = "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				    "\"parameters\":{\"interface\":\"org.pvmoved\"}}";
static const char plan_call[] =
	"{\"method\":\"org.pvmoved.Plan\","
	"\"parameters\":{\"request\":{\"source\":{\"device\":\"/dev/vda\"}}}}";

static const char *socket_path;
static volatile sig_atomic_t is_over;

static void on_term(int signal_number)
{
	(void)signal_number;
	is_over = 1;
}

static int fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A connection, or −1. */
static int dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What the daemon has closed already is no failure. */
static void say(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t n = send(fd, bytes, len_bytes, MSG_NOSIGNAL);

		if (n < 0)
			return;
		bytes += n;
		len_bytes -= (size_t)n;
	}
}

/* Reads up to the end of a message. Returns 1, 0 when the daemon hung up, or −1 when it said none
 * in time. */
static int hear(int fd)
{
	static char bytes[65536];
	ssize_t n;

	do {
		struct pollfd input = {.fd = fd, .events = POLLIN};
		int ready;

		do
			ready = poll(&input, 1, PATIENCE_MS);
		while (ready < 0 && errno == EINTR);
		if (ready <= 0)
			return -1;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return 0;
	} while (bytes[n - 1] != '\0');
	return 1;
}

static int drop(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int fd = dial();

		if (fd < 0)
			return fail("cannot connect");
		if (i % 4 == 1)
			say(fd, list_call, sizeof(list_call) / 2);
		else if (i % 4 == 3)
			say(fd, list_call, sizeof(list_call));
		close(fd);
	}
	printf("%u connections were opened and dropped\n", count);
	return EXIT_SUCCESS;
}

/* Calls until the daemon takes no more for a second, and at least until it has a reason to stop. */
static void say_without_end(int fd)
{
	struct pollfd output = {.fd = fd, .events = POLLOUT};

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (poll(&output, 1, 1000) > 0 && !(output.revents & (POLLERR | POLLHUP)))
		if (send(fd, describe_call, sizeof(describe_call), MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN)
			return;
}

static void say_how(int fd, const char *how)
{
	if (strcmp(how, "half") == 0)
		say(fd, list_call, sizeof(list_call) / 2);
	else if (strcmp(how, "watch") == 0)
		say(fd, watch_call, sizeof(watch_call));
	else if (strcmp(how, "unread") == 0)
		say_without_end(fd);
	else if (strcmp(how, "plan") == 0)
		say(fd, plan_call, sizeof(plan_call));
}

static int hold(const char *how, unsigned count)
{
	static int fds[HELD_MAX];
	unsigned in = 0;

	for (unsigned i = 0; i < count && i < HELD_MAX; i++) {
		int fd = dial();

		if (fd < 0)
			return fail("cannot connect");
		say(fd, info_call, sizeof(info_call));
		if (hear(fd) > 0)
			fds[in++] = fd;
		else
			close(fd);
	}
	for (unsigned i = 0; i < in; i++)
		say_how(fds[i], how);
	printf("%u of %u are in\n", in, count);
	fflush(stdout);
	while (!is_over)
		poll(NULL, 0, 1000);
	return EXIT_SUCCESS;
}

static bool ends_connection(const char *bytes, size_t len_bytes)
{
	int fd = dial();
	bool has_ended;

	if (fd < 0)
		return false;
	say(fd, bytes, len_bytes);
	has_ended = hear(fd) == 0;
	close(fd);
	return has_ended;
}

static int be_bad(void)
{
	static char bytes[LONG_BYTES];
	const int head = snprintf(bytes, sizeof(bytes), "{\"method\":\"org.pvmoved.List\",\"x\":");

	memset(bytes + head, ' ', sizeof(bytes) - (size_t)head);
	if (!ends_connection(bytes, sizeof(bytes)))
		return fail("a message without an end was taken");
	bytes[sizeof(bytes) - 1] = '\0';
	if (!ends_connection(bytes, sizeof(bytes)))
		return fail("a message that is too long was taken");
	memset(bytes + head, '[', 100000);
	bytes[head + 100000] = '\0';
	if (!ends_connection(bytes, (size_t)head + 100001))
		return fail("a message that is nested too deeply was taken");
	if (!ends_connection("hello", 6))
		return fail("what is no message was taken");
	printf("bad messages end their connections\n");
	return EXIT_SUCCESS;
}

static int stand_by(void)
{
	uint64_t slowest_ms = 0;
	unsigned count = 0;

	for (; !is_over; count++) {
		uint64_t begin_ms = now_ms();
		int fd = dial();

		if (fd < 0)
			return fail("the bystander cannot connect");
		say(fd, list_call, sizeof(list_call));
		if (hear(fd) <= 0)
			return fail("the bystander is not answered");
		close(fd);
		if (now_ms() - begin_ms > slowest_ms)
			slowest_ms = now_ms() - begin_ms;
		poll(NULL, 0, 50);
	}
	printf("the bystander was served %u times, at the slowest in %" PRIu64 " ms\n", count,
	       slowest_ms);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
	const char *what = argc > 2 ? argv[2] : "";

	sigaction(SIGTERM, &action, NULL);
	socket_path = argc > 1 ? argv[1] : "";
	if (strcmp(what, "drop") == 0 && argc == 4)
		return drop((unsigned)atoi(argv[3]));
	if (strcmp(what, "hold") == 0 && argc == 5)
		return hold(argv[3], (unsigned)atoi(argv[4]));
	if (strcmp(what, "bad") == 0)
		return be_bad();
	if (strcmp(what, "bystander") == 0)
		return stand_by();
	fprintf(stderr, "usage: flood SOCKET drop N | hold HOW N | bad | bystander\n");
	return 2;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/top.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "client/connection.h"
#include "client/dashboard.h"
#include "client/dashboard_draw.h"
#include "client/explain.h"
#include "client/follow.h"
#include "client/keys.h"
#include "client/report.h"
#include "client/request.h"
#include "client/terminal.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/protocol.h"

/* For the daemon to accept a call of ours; nothing is drawn meanwhile. */
#define CONNECT_TIMEOUT_MS 2000

struct top {
	struct client client; /* whose messages go to a buffer: the screen is taken */
	struct terminal terminal;
	struct dashboard dashboard;
	struct connection call; /* that has not been answered yet */
	int wake_fd;            /* epoll: terminal, signals, call */
	int signal;             /* that ends the program; 0: none */
};

static int draw(struct top *top)
{
	struct client_size size = client_size(&top->client);
	/* the last column stays free: some terminals wrap as soon as it is taken */
	struct style style = {.columns = size.columns > 1 ? size.columns - 1 : 1,
			      .lines = size.lines,
			      .colour = top->client.colour,
			      .utf8 = top->client.utf8};
	_free_ char *lines = NULL;
	int ret = dashboard_draw(&top->dashboard, &style, &lines);

	if (ret == 0)
		terminal_show(&top->terminal, lines);
	return ret;
}

static int take(void *arg, struct json_object *list, bool all)
{
	struct top *top = arg;
	int ret = text_clean_json(list);

	if (ret == 0)
		ret = dashboard_update(&top->dashboard, list, all);
	return ret < 0 ? ret : draw(top);
}

static void lose(void *arg)
{
	struct top *top = arg;

	dashboard_lose(&top->dashboard);
	/* if there is no memory to draw it with, what comes next will say so */
	(void)draw(top);
}

static void tell_connection(struct top *top, int error)
{
	char text[EXPLAIN_TEXT_MAX];

	explain_connection(error, top->client.socket_path, text);
	dashboard_tell(&top->dashboard, text);
}

static int add_to_wake(struct top *top, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(top->wake_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Asks for what is wished. The answer is waited for while all else goes on. */
static void begin_call(struct top *top, const struct wish *wish)
{
	static const char *const methods[] = {
		[WISH_PAUSE] = "Pause", [WISH_RESUME] = "Resume", [WISH_ABORT] = "Abort"};
	char text[DASHBOARD_NOTICE_MAX];
	int ret;

	if (top->call.fd >= 0) {
		dashboard_tell(&top->dashboard, "pvmoved has not answered the last request yet");
		return;
	}
	ret = connection_open(&top->call, top->client.socket_path, -1, CONNECT_TIMEOUT_MS);
	if (ret == 0)
		ret = connection_send(&top->call, methods[wish->kind], request_new_id(wish->id),
				      false);
	if (ret == 0)
		ret = add_to_wake(top, top->call.fd);
	if (ret < 0) {
		connection_close(&top->call);
		tell_connection(top, ret);
		return;
	}
	snprintf(text, sizeof(text), "%s move %" PRIu64 ": asked", methods[wish->kind], wish->id);
	dashboard_tell(&top->dashboard, text);
}

/* Takes in what there is of the answer. What the call did the stream shows. */
static void end_call(struct top *top)
{
	cleanup(reply_deinit) struct reply reply = {0};
	char text[EXPLAIN_TEXT_MAX] = "";
	int ret = connection_receive(&top->call, 0, &reply);

	if (ret == -ETIMEDOUT)
		return;
	connection_close(&top->call);
	if (ret < 0) {
		tell_connection(top, ret);
		return;
	}
	if (reply.error)
		explain_error(reply.error, reply.parameters, text);
	dashboard_tell(&top->dashboard, text);
}

/* Returns 1 when it is enough. */
static int take_keys(struct top *top)
{
	char bytes[256];
	const char *at = bytes, *end = bytes + terminal_read(&top->terminal, bytes, sizeof(bytes));

	if (at == end)
		return 1;
	while (at < end) {
		struct wish wish = dashboard_press(&top->dashboard, keys_take(&at, end));

		if (wish.kind == WISH_QUIT)
			return 1;
		if (wish.kind == WISH_REDRAW)
			terminal_clear(&top->terminal);
		else if (wish.kind != WISH_NOTHING)
			begin_call(top, &wish);
		/* a question is not answered by what was typed, or pasted, before it could be read
		 */
		if (top->dashboard.asked_id != 0)
			break;
	}
	return 0;
}

/* Signals come first: after a stop keys and answers are still there. */
static int wake(void *arg)
{
	struct top *top = arg;
	struct epoll_event events[3];
	int count;

	top->signal = terminal_take_signals(&top->terminal);
	if (top->signal != 0)
		return 1;
	count = epoll_wait(top->wake_fd, events, 3, 0);
	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == top->call.fd)
			end_call(top);
		else if (events[i].data.fd == top->terminal.fd && take_keys(top) != 0)
			return 1;
	}
	return draw(top);
}

static enum exit_code run(struct top *top)
{
	struct follower follower = {
		.interrupt_fd = top->wake_fd, .take = take, .lose = lose, .arg = top, .wake = wake};
	int ret = add_to_wake(top, top->terminal.fd);

	if (ret == 0)
		ret = add_to_wake(top, top->terminal.signal_fd);
	if (ret == 0)
		ret = draw(top);
	return ret < 0 ? report_connection(&top->client, ret)
		       : follow_moves(&top->client, &follower);
}

/* Says the last of the messages there were, which is why it ended. */
static void say_last(const struct client *client, const char *messages)
{
	size_t len_bytes = strlen(messages);
	const char *line;

	if (len_bytes == 0)
		return;
	line = memrchr(messages, '\n', len_bytes - 1);
	fputs(line ? line + 1 : messages, client->err);
}

static enum exit_code run_on_terminal(struct top *top, const struct client *client)
{
	_free_ char *messages = NULL;
	size_t len_bytes;
	enum exit_code code;

	top->client.err = open_memstream(&messages, &len_bytes);
	top->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	code = top->client.err && top->wake_fd >= 0 ? run(top) : EXIT_FAILED;
	terminal_close(&top->terminal);
	if (!top->client.err || fclose(top->client.err) != 0 || top->wake_fd < 0)
		code = report_connection(client, -ENOMEM);
	else if (code != EXIT_OK)
		say_last(client, messages);
	if (top->wake_fd >= 0)
		close(top->wake_fd);
	connection_close(&top->call);
	dashboard_deinit(&top->dashboard);
	return code;
}

enum exit_code top_run(const struct client *client)
{
	struct top top = {.client = *client, .call.fd = -1, .wake_fd = -1};
	enum exit_code code;

	if (terminal_open(&top.terminal, client->terminal_fd, client->out) < 0)
		return client_fail(client, EXIT_USAGE,
				   "top needs a terminal to draw on and to read keys from; "
				   "\"pvmovectl status --watch\" needs none");
	code = run_on_terminal(&top, client);
	if (top.signal == 0)
		return code;
	raise(top.signal);
	return EXIT_INTERRUPTED;
}

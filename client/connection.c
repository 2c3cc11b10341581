/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/connection.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/deadline.h"
#include "common/cleanup.h"
#include "common/protocol.h"

#define RECEIVE_BYTES (64 * 1024)

void reply_deinit(struct reply *reply)
{
	json_object_put(reply->message);
	*reply = (struct reply){0};
}

int connection_open(struct connection *connection, const char *path, int interrupt_fd,
		    int timeout_ms)
{
	struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000L};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_close_ int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* on a Unix socket it bounds connect() too, which waits while the backlog is full */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	connection->fd = steal_fd(&fd);
	connection->interrupt_fd = interrupt_fd;
	frame_reader_init(&connection->reader, PROTOCOL_REPLY_MAX);
	return 0;
}

void connection_close(struct connection *connection)
{
	if (connection->fd < 0)
		return;
	close(steal_fd(&connection->fd));
	frame_reader_deinit(&connection->reader);
}

static int send_all(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t sent = send(fd, bytes, len_bytes, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		bytes += sent;
		len_bytes -= (size_t)sent;
	}
	return 0;
}

int connection_send(struct connection *connection, const char *method,
		    struct json_object *parameters, bool more)
{
	cleanup(protocol_put) struct json_object *call = json_object_new_object();
	char name[sizeof(PROTOCOL_INTERFACE) + 64];
	const char *text;
	size_t len_bytes;

	if (!call) {
		json_object_put(parameters);
		return -ENOMEM;
	}
	snprintf(name, sizeof(name), "%s.%s", PROTOCOL_INTERFACE, method);
	if (protocol_add_object(call, "parameters", parameters) < 0 ||
	    protocol_add_text(call, "method", name) < 0 ||
	    (more && protocol_add_object(call, "more", json_object_new_boolean(true)) < 0))
		return -ENOMEM;
	text = json_object_to_json_string_length(
		call, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len_bytes);
	if (!text)
		return -ENOMEM;
	if (len_bytes > PROTOCOL_CALL_MAX)
		return -E2BIG;
	return send_all(connection->fd, text, len_bytes + 1);
}

/* Waits for bytes and takes them in. */
static int receive_bytes(struct connection *connection, int64_t deadline_ms)
{
	struct pollfd fds[] = {{connection->fd, POLLIN, 0}, {connection->interrupt_fd, POLLIN, 0}};
	char bytes[RECEIVE_BYTES];
	ssize_t len_bytes;
	int ready = poll(fds, 2, deadline_left_ms(deadline_ms));

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (ready == 0)
		return -ETIMEDOUT;
	if (fds[1].revents)
		return -EINTR;
	len_bytes = recv(connection->fd, bytes, sizeof(bytes), 0);
	if (len_bytes < 0)
		return -errno;
	if (len_bytes == 0)
		return -ECONNRESET;
	return frame_reader_push(&connection->reader, bytes, (size_t)len_bytes);
}

/* A flag that may be left out. */
static int read_flag(struct json_object *message, const char *key, bool *flagp)
{
	struct json_object *value;

	if (!json_object_object_get_ex(message, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_boolean))
		return -EBADMSG;
	*flagp = json_object_get_boolean(value);
	return 0;
}

static int read_reply(const char *text, size_t len_bytes, struct reply *replyp)
{
	cleanup(protocol_put) struct json_object *message = NULL;
	struct reply reply = {0};
	struct json_object *error;
	int ret = protocol_parse(text, len_bytes, &message);

	if (ret < 0)
		return ret;
	ret = read_flag(message, "continues", &reply.continues);
	if (ret < 0)
		return ret;
	if (json_object_object_get_ex(message, "error", &error) &&
	    protocol_read_text(error, &reply.error) < 0)
		return -EBADMSG;
	if (!json_object_object_get_ex(message, "parameters", &reply.parameters)) {
		/* Varlink may leave them out where there are none */
		ret = protocol_add_object(message, "parameters", json_object_new_object());
		if (ret < 0)
			return ret;
		reply.parameters = json_object_object_get(message, "parameters");
	}
	if (!json_object_is_type(reply.parameters, json_type_object))
		return -EBADMSG;
	reply.message = steal_pointer(&message);
	*replyp = reply;
	return 0;
}

int connection_receive(struct connection *connection, int timeout_ms, struct reply *replyp)
{
	int64_t deadline_ms = deadline_after(timeout_ms);
	const char *message;
	size_t len_bytes;
	int ret;

	while ((ret = frame_reader_next(&connection->reader, &message, &len_bytes)) == 0) {
		ret = receive_bytes(connection, deadline_ms);
		if (ret < 0)
			return ret;
	}
	return ret < 0 ? ret : read_reply(message, len_bytes, replyp);
}

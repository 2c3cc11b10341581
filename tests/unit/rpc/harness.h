/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A server over a fake mover, in an event loop that the tests turn by hand,
 * and clients on real sockets in the same process. Calls are written with '
 * for ", and what is said of an answer with JSON pointers ("/parameters/moves/0/id").
 */

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/cleanup.h"
#include "common/frame.h"
#include "common/protocol.h"
#include "daemon/rpc/server.h"
#include "tests/unit/rpc/fake_mover.h"

/* An answer, released at the end of the scope. */
#define _json_              cleanup(protocol_put) struct json_object *

#define CALL_GET_INFO       "{'method':'org.pvmoved.GetInfo'}"
#define CALL_LIST           "{'method':'org.pvmoved.List'}"
#define CALL_WATCH          "{'method':'org.pvmoved.List','more':true}"
#define CALL_PLAN(request)  ("{'method':'org.pvmoved.Plan','parameters':{'request':" request "}}")
#define CALL_START(request) ("{'method':'org.pvmoved.Start','parameters':{'request':" request "}}")
#define CALL_DESCRIBE(interface)                                    \
	("{'method':'org.varlink.service.GetInterfaceDescription'," \
	 "'parameters':{'interface':'" interface "'}}")
#define REQUEST_SDA      "{'source':{'device':'/dev/sda'}}"

#define HARNESS_STALL_MS 20
#define ROOT             0
#define GUEST            1000

struct harness {
	struct event_base *base;
	int listen_fd;
	struct mover mover;
	struct rpc_server *server;
};

struct client {
	int fd;
	struct frame_reader reader;
	bool closed; /* by the daemon */
};

/* For cmocka's setup and teardown of each test. */
int harness_setup(void **state);
/* The daemon finds out itself who its peers are, which is us. */
int harness_setup_with_peercred(void **state);
/* The daemon drops clients that read nothing for HARNESS_STALL_MS. */
int harness_setup_impatient(void **state);
int harness_teardown(void **state);

/* Lets the daemon do all that it can do without waiting. */
void harness_run(struct harness *harness);

/* How many clients the daemon has asked the name of, ever. */
size_t harness_peer_count(void);

/* The text with " for ', owned. */
char *message_quote(const char *text);

/* Connects with a peer of that uid, as the daemon sees it. */
struct client client_open(struct harness *harness, uid_t uid);
/* The same without the daemon having been run since. */
struct client client_knock(struct harness *harness, uid_t uid);
void client_close(struct client *client);
/* Writes as much as the socket takes while the daemon reads; returns how many bytes that was. */
size_t client_write(struct harness *harness, struct client *client, const void *bytes, size_t len);
/* Sends one message with its NUL. */
void client_send(struct harness *harness, struct client *client, const char *text);
/* The next answer, owned, or NULL when none comes. */
struct json_object *client_receive(struct harness *harness, struct client *client);
/* Sends one message and returns its answer; fails the test when none comes. */
struct json_object *client_call(struct harness *harness, struct client *client, const char *text);
/* True when there is nothing to receive, but later there may be. */
bool client_is_open(struct harness *harness, struct client *client);
/* True when the daemon has closed the connection and everything it sent was received. */
bool client_is_closed(struct harness *harness, struct client *client);

/* Each fails the test unless the answer has that value there; they borrow the answer. */
void assert_text_at(struct json_object *answer, const char *pointer, const char *expected);
void assert_number_at(struct json_object *answer, const char *pointer, uint64_t expected);
void assert_null_at(struct json_object *answer, const char *pointer);
void assert_count_at(struct json_object *answer, const char *pointer, size_t expected);
void assert_nothing_at(struct json_object *answer, const char *pointer);

/* Calls, and fails the test unless the answer is this error with this one text parameter. */
void assert_call_fails(struct harness *harness, struct client *client, const char *text,
		       const char *error, const char *parameter, const char *value);
/* Fails the test unless a new client is served. */
void assert_serving(struct harness *harness);

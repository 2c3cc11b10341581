/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What daemon and client agree on beyond the interface file
 * (daemon/rpc/org.pvmoved.varlink): where the socket is, the names on the
 * wire, and how far either trusts the other's messages.
 */

#include <stddef.h>

#include "common/refusal.h"

struct json_object;

#define PROTOCOL_INTERFACE   "org.pvmoved"
#define PROTOCOL_SOCKET_PATH "/run/pvmoved/org.pvmoved"

/* Largest message in bytes without its NUL, to the daemon and from it. */
#define PROTOCOL_CALL_MAX  (256u * 1024)
#define PROTOCOL_REPLY_MAX (64u * 1024 * 1024)
/* Deepest nesting of a message. */
#define PROTOCOL_DEPTH_MAX 16

/* The standard's own errors. */
#define VARLINK_INTERFACE_NOT_FOUND    "org.varlink.service.InterfaceNotFound"
#define VARLINK_METHOD_NOT_FOUND       "org.varlink.service.MethodNotFound"
#define VARLINK_METHOD_NOT_IMPLEMENTED "org.varlink.service.MethodNotImplemented"
#define VARLINK_INVALID_PARAMETER      "org.varlink.service.InvalidParameter"
#define VARLINK_PERMISSION_DENIED      "org.varlink.service.PermissionDenied"
#define VARLINK_EXPECTED_MORE          "org.varlink.service.ExpectedMore"

/*
 * Parses one message: a JSON object and nothing behind it, within the depth
 * limit, in valid UTF-8. Returns 0 and an owned object (json_object_put), -EBADMSG or -ENOMEM.
 */
int protocol_parse(const char *text, size_t len_bytes, struct json_object **objectp);

/*
 * A refusal as the parameters of its Varlink error, and back; both follow one
 * table, so that names on the wire stand in one place. The first returns an owned
 * object or NULL for want of memory; the second 0, or -EBADMSG for a name or parameters that are
 * none of ours.
 */
struct json_object *protocol_refusal_to_json(const struct refusal *refusal);
int protocol_refusal_from_json(const char *error, const struct json_object *parameters,
			       struct refusal *refusalp);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What daemon and client agree on beyond the interface file
 * (daemon/rpc/org.pvmoved.varlink): where the socket is, the names on the
 * wire, and how far either trusts the other's messages.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/refusal.h"

struct json_object;

#define PROTOCOL_INTERFACE   "org.pvmoved"
#define PROTOCOL_SOCKET_PATH "/run/pvmoved/org.pvmoved"

/* Largest message in bytes without its NUL, to the daemon and from it. */
#define PROTOCOL_CALL_MAX  (256ul * 1024)
#define PROTOCOL_REPLY_MAX (64ul * 1024 * 1024)
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
 * Each adds one member to an object under construction and returns 0 or -ENOMEM.
 * protocol_add_object() consumes the value in any case; a value of NULL is taken for one
 * that could not be made (JSON's null has a function of its own).
 */
int protocol_add_object(struct json_object *object, const char *key, struct json_object *value);
int protocol_add_null(struct json_object *object, const char *key);
int protocol_add_number(struct json_object *object, const char *key, uint64_t number);
int protocol_add_text(struct json_object *object, const char *key, const char *text);

/* Adds an element to an array under construction; consumes the value in the same way. */
int protocol_append(struct json_object *array, struct json_object *value);

/*
 * Each reads one value of a received message, NULL being JSON's null. Returns 0, or -EBADMSG with
 * the output untouched for a value of another kind: a number is whole and from 0 to
 * INT64_MAX, a text (borrowed from the value) has no NUL inside.
 */
int protocol_read_number(const struct json_object *value, uint64_t *numberp);
int protocol_read_text(const struct json_object *value, const char **textp);

/* Releases *objectp, as json_object_put(), at the end of a scope: for cleanup(). */
void protocol_put(struct json_object **objectp);

/*
 * A string for a message. What is not UTF-8 in it (device paths and what LVM says
 * are just bytes) becomes question marks. Owned, or NULL for want of memory.
 */
struct json_object *protocol_new_text(const char *text);

/*
 * A refusal as the parameters of its Varlink error, and back; both follow one
 * table, so that names on the wire stand in one place. The first returns an owned
 * object or NULL for want of memory; the second takes the error with its interface and returns 0,
 * or -EBADMSG for a name or parameters that are none of ours.
 */
struct json_object *protocol_refusal_to_json(const struct refusal *refusal);
int protocol_refusal_from_json(const char *error, const struct json_object *parameters,
			       struct refusal *refusalp);

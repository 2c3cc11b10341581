/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Members of a JSON object of the journal, found by their key and read into
 * values; knows nothing of moves. find_… returns what is borrowed from the
 * object, or NULL for a member that is absent or something else. read_… and
 * copy_… return 0, or -EBADMSG for such a member, with the output untouched;
 * what copy_… returns is owned, and it may return -ENOMEM.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/lvm/vg.h"

struct json_object;

struct json_object *member_find_object(const struct json_object *object, const char *key);
/* An array of at most max elements, which are all objects. */
struct json_object *member_find_objects(const struct json_object *object, const char *key,
					size_t max, size_t *countp);
/* Text without NULs in it, and not longer than any of a record can be. */
const char *member_find_text(const struct json_object *object, const char *key);

/* A whole number from 0 to INT64_MAX. */
int member_read_number(const struct json_object *object, const char *key, uint64_t *numberp);
/* A text that fits into the buffer with its NUL. */
int member_read_text(const struct json_object *object, const char *key, char *buffer,
		     size_t size_bytes);
int member_read_id(const struct json_object *object, const char *key, struct lvm_id *idp);

int member_copy_text(const struct json_object *object, const char *key, char **textp);
/* The same for a text that may be null: *textp is left as it is then. */
int member_copy_nullable_text(const struct json_object *object, const char *key, char **textp);

/* The same for members that records of older versions lack: the output is left as it is then. */
int member_read_later_number(const struct json_object *object, const char *key, uint64_t *numberp);
int member_read_later_text(const struct json_object *object, const char *key, char *buffer,
			   size_t size_bytes);
int member_read_later_flag(const struct json_object *object, const char *key, bool *flagp);

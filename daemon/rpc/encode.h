/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Moves and plans as the JSON objects that org.pvmoved.varlink describes. */

#include <stdint.h>

struct json_object;
struct move;
struct plan;
struct warning_list;

/* Each returns an owned object, or NULL for want of memory. */
struct json_object *encode_move(const struct move *move);
/* Adds the member limit_bytes_s; 0 is null. Returns 0 or -ENOMEM. */
int encode_limit(struct json_object *object, uint64_t limit_bytes_s);
/* Adds the member warnings, a list. Returns 0 or -ENOMEM. */
int encode_warnings(struct json_object *object, const struct warning_list *warnings);
/* The whole answer of the method Plan. */
struct json_object *encode_plan(const struct plan *plan, const struct warning_list *warnings);

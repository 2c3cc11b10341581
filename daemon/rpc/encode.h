/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Moves and plans as the JSON objects that org.pvmoved.varlink describes. */

struct json_object;
struct move;
struct plan;

/* Each returns an owned object, or NULL for want of memory. */
struct json_object *encode_move(const struct move *move);
/* The whole answer of the method Plan. */
struct json_object *encode_plan(const struct plan *plan);

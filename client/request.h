/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parameters of calls, from what was typed. Each returns an owned object, or NULL for want of
 * memory. */

#include "client/options.h"

struct json_object;

/* {"id": …}, or nothing in it with an id of 0. */
struct json_object *request_new_id(uint64_t id);

/* {"request": …}, for Start and Plan. */
struct json_object *request_new_limit(const struct options *options);
struct json_object *request_new_max_latency(const struct options *options);
struct json_object *request_new_start(const struct options *options);

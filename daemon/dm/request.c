/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/*
 * Both ends are the same program on the same machine, so numbers are sent in
 * its own byte order:
 *
 *	uint32_t             length of all that follows
 *	struct wire_head
 *	struct wire_target   target_count times
 */
struct wire_head {
	uint64_t dev;
	struct dm_comparison comparison;
	uint64_t bound_us;
	uint32_t type;
	uint32_t visibility;
	uint32_t target_count;
	char name[DM_NAME_MAX];
	char uuid[DM_ID_MAX];
};

struct wire_target {
	uint64_t len_sectors;
	uint64_t source_dev;
	uint64_t source_sectors;
	uint64_t dest_dev;
	uint64_t dest_sectors;
	uint32_t type;
	uint32_t region_sectors;
	uint32_t nosync;
};

static void encode_target(const struct dm_target *target, struct wire_target *wire)
{
	*wire = (struct wire_target){
		.len_sectors = target->len_sectors,
		.source_dev = target->source_dev,
		.source_sectors = target->source_sectors,
		.dest_dev = target->dest_dev,
		.dest_sectors = target->dest_sectors,
		.type = target->type,
		.region_sectors = target->region_sectors,
		.nosync = target->nosync,
	};
}

static bool decode_target(const struct wire_target *wire, struct dm_target *target)
{
	*target = (struct dm_target){
		.len_sectors = wire->len_sectors,
		.source_dev = wire->source_dev,
		.source_sectors = wire->source_sectors,
		.dest_dev = wire->dest_dev,
		.dest_sectors = wire->dest_sectors,
		.type = wire->type,
		.region_sectors = wire->region_sectors,
		.nosync = wire->nosync,
	};
	return (wire->type == DM_LINEAR || wire->type == DM_MIRROR) && wire->nosync <= 1 &&
	       wire->len_sectors > 0;
}

static bool copy_text(const char *text, char *room, size_t size_bytes)
{
	return (size_t)snprintf(room, size_bytes, "%s", text) < size_bytes;
}

int dm_request_encode(const struct dm_request *request, void **bytesp, size_t *len_bytesp)
{
	struct wire_head head = {
		.type = request->type,
		.visibility = request->visibility,
		.dev = request->dev,
		.comparison = request->comparison,
		.bound_us = request->bound_us,
		.target_count = (uint32_t)request->table.count,
	};
	_free_ char *bytes = NULL;
	uint32_t len;
	char *at;

	if (!copy_text(request->name, head.name, sizeof(head.name)) ||
	    !copy_text(request->uuid, head.uuid, sizeof(head.uuid)))
		return -ENAMETOOLONG;
	if (request->table.count > DM_REQUEST_MAX_TARGETS)
		return -E2BIG;
	for (size_t i = 0; i < request->table.count; i++)
		if (request->table.targets[i].type == DM_OTHER)
			return -EINVAL;

	len = (uint32_t)(sizeof(head) + request->table.count * sizeof(struct wire_target));
	bytes = malloc(sizeof(len) + len);
	if (!bytes)
		return -ENOMEM;
	at = mempcpy(bytes, &len, sizeof(len));
	at = mempcpy(at, &head, sizeof(head));
	for (size_t i = 0; i < request->table.count; i++) {
		struct wire_target wire;

		encode_target(&request->table.targets[i], &wire);
		at = mempcpy(at, &wire, sizeof(wire));
	}
	*bytesp = steal_pointer(&bytes);
	*len_bytesp = sizeof(len) + len;
	return 0;
}

int dm_request_decode_len(const void *bytes, size_t *len_bytesp)
{
	uint32_t len;

	memcpy(&len, bytes, sizeof(len));
	if (len < sizeof(struct wire_head) ||
	    len > sizeof(struct wire_head) + DM_REQUEST_MAX_TARGETS * sizeof(struct wire_target))
		return -EBADMSG;
	*len_bytesp = len;
	return 0;
}

static int decode_table(const char *at, size_t target_count, struct dm_table *tablep)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r;

	for (size_t i = 0; i < target_count; i++) {
		struct wire_target wire;
		struct dm_target target;

		memcpy(&wire, at + i * sizeof(wire), sizeof(wire));
		if (!decode_target(&wire, &target) ||
		    target.len_sectors > UINT64_MAX - dm_table_len(&table))
			return -EBADMSG;
		r = dm_table_append(&table, &target);
		if (r)
			return r;
	}
	*tablep = table;
	table = (struct dm_table){0};
	return 0;
}

int dm_request_decode(const void *bytes, size_t len_bytes, struct dm_request *requestp)
{
	const char *texts = bytes;
	struct dm_request request;
	struct wire_head head;
	int r;

	if (len_bytes < sizeof(head))
		return -EBADMSG;
	memcpy(&head, bytes, sizeof(head));
	if (head.type > DM_REQUEST_MEASURE || head.visibility > DM_HIDDEN ||
	    head.target_count > DM_REQUEST_MAX_TARGETS ||
	    len_bytes != sizeof(head) + head.target_count * sizeof(struct wire_target) ||
	    !memchr(head.name, '\0', sizeof(head.name)) ||
	    !memchr(head.uuid, '\0', sizeof(head.uuid)))
		return -EBADMSG;
	request = (struct dm_request){
		.type = head.type,
		.visibility = head.visibility,
		.dev = head.dev,
		.comparison = head.comparison,
		.bound_us = head.bound_us,
		.name = texts + offsetof(struct wire_head, name),
		.uuid = texts + offsetof(struct wire_head, uuid),
	};
	r = decode_table(texts + sizeof(head), head.target_count, &request.table);
	if (r)
		return r;
	*requestp = request;
	return 0;
}

bool dm_reply_is_valid(const struct dm_reply *reply)
{
	return reply->code <= 0 && memchr(reply->text, '\0', sizeof(reply->text)) &&
	       reply->found.verdict <= DM_SECOND_UNREADABLE &&
	       reply->latency.slow_ios <= reply->latency.ios;
}

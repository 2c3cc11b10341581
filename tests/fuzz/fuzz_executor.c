/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes between the daemon and an executor. The input is the wire form of a request, or, as
 * long as one, a reply. A request that is taken can be sent again and is the same then; none can
 * make the executor read beyond its end, or a table that goes round.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/dm/request.h"
#include "tests/fuzz/input.h"

#define PREFIX sizeof(uint32_t)

static void check_table(const struct dm_table *table)
{
	uint64_t at = 0;

	CLAIM(table->count <= DM_REQUEST_MAX_TARGETS);
	for (size_t i = 0; i < table->count; i++) {
		CLAIM(table->targets[i].type != DM_OTHER);
		CLAIM(table->targets[i].start_sectors == at);
		CLAIM(table->targets[i].len_sectors > 0);
		CLAIM(!__builtin_add_overflow(at, table->targets[i].len_sectors, &at));
	}
}

static void check_same(const struct dm_request *a, const struct dm_request *b)
{
	CLAIM(a->type == b->type && a->visibility == b->visibility && a->dev == b->dev);
	CLAIM(strcmp(a->name, b->name) == 0 && strcmp(a->uuid, b->uuid) == 0);
	CLAIM(a->table.count == b->table.count);
	for (size_t i = 0; i < a->table.count; i++) {
		const struct dm_target *s = &a->table.targets[i], *t = &b->table.targets[i];

		CLAIM(s->type == t->type && s->len_sectors == t->len_sectors &&
		      s->source_dev == t->source_dev && s->source_sectors == t->source_sectors &&
		      s->dest_dev == t->dest_dev && s->dest_sectors == t->dest_sectors &&
		      s->region_sectors == t->region_sectors && s->nosync == t->nosync);
	}
}

static void check_request(const void *bytes, size_t len_bytes)
{
	struct dm_request request = {0}, again = {0};
	_free_ void *sent = NULL;
	size_t sent_bytes, body_bytes;
	int r = dm_request_decode(bytes, len_bytes, &request);

	CLAIM(r == 0 || r == -EBADMSG);
	if (r < 0) {
		CLAIM(!request.table.targets && !request.name);
		return;
	}
	CLAIM(strlen(request.name) < DM_NAME_MAX && strlen(request.uuid) < DM_ID_MAX);
	check_table(&request.table);
	CLAIM(dm_request_encode(&request, &sent, &sent_bytes) == 0);
	CLAIM(dm_request_decode_len(sent, &body_bytes) == 0);
	CLAIM(body_bytes == len_bytes && sent_bytes == len_bytes + PREFIX);
	CLAIM(dm_request_decode((char *)sent + PREFIX, body_bytes, &again) == 0);
	check_same(&request, &again);
	dm_table_deinit(&request.table);
	dm_table_deinit(&again.table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct dm_reply reply;
	size_t body_bytes;

	if (len_bytes >= PREFIX && dm_request_decode_len(bytes, &body_bytes) == 0 &&
	    body_bytes <= len_bytes - PREFIX) {
		_free_ void *body = malloc(body_bytes);

		memcpy(body, bytes + PREFIX, body_bytes);
		check_request(body, body_bytes);
	}
	if (len_bytes >= sizeof(reply)) {
		memcpy(&reply, bytes, sizeof(reply));
		if (dm_reply_is_valid(&reply))
			CLAIM(reply.code <= 0 && strlen(reply.text) < sizeof(reply.text));
	}
	return 0;
}

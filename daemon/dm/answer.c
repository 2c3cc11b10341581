/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/answer.h"

#include <errno.h>
#include <libdevmapper.h>
#include <string.h>

#include "common/cleanup.h"

/* The lines of a table or a status that was read, one after the other. */
struct lines {
	struct dm_task *task;
	void *next;
	bool at_end;
};

struct line {
	uint64_t start_sectors;
	uint64_t len_sectors;
	char *type;
	char *params;
};

static bool next_line(struct lines *lines, struct line *line)
{
	if (lines->at_end)
		return false;
	lines->next = dm_get_next_target(lines->task, lines->next, &line->start_sectors,
					 &line->len_sectors, &line->type, &line->params);
	lines->at_end = !lines->next;
	return line->type;
}

int answer_parse_table(struct dm_task *task, struct dm_table *tablep)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	struct lines lines = {.task = task};
	struct line line;
	int r;

	while (next_line(&lines, &line)) {
		struct dm_target target;

		r = dm_target_parse(line.start_sectors, line.len_sectors, line.type, line.params,
				    &target);
		if (r)
			return r;
		if (line.start_sectors != dm_table_len(&table))
			return -EBADMSG;
		r = dm_table_append(&table, &target);
		if (r)
			return r;
	}
	*tablep = table;
	table = (struct dm_table){0};
	return 0;
}

int answer_parse_mirrors(struct dm_task *task, const struct dm_table *table,
			 struct dm_mirror_status *mirrors)
{
	struct lines lines = {.task = task};
	struct line line;
	int r;

	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];

		if (!next_line(&lines, &line) || line.start_sectors != target->start_sectors)
			return -EAGAIN;
		if (target->type != DM_MIRROR)
			continue;
		r = dm_mirror_status_parse(line.params, &mirrors[i]);
		if (r)
			return r;
	}
	return 0;
}

bool answer_is_same(struct dm_task *a, struct dm_task *b)
{
	struct lines lines_a = {.task = a}, lines_b = {.task = b};
	struct line line_a, line_b;

	while (next_line(&lines_a, &line_a)) {
		if (!next_line(&lines_b, &line_b) || line_a.start_sectors != line_b.start_sectors ||
		    line_a.len_sectors != line_b.len_sectors ||
		    strcmp(line_a.type, line_b.type) != 0 ||
		    strcmp(line_a.params, line_b.params) != 0)
			return false;
	}
	return !next_line(&lines_b, &line_b);
}

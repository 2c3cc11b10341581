/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of a leg: lines of a table, an empty line, and lines of a status, each
 * "START LENGTH TYPE PARAMETERS" as dmsetup prints them. A table that is taken covers its sectors
 * once, and what is understood of it says the same when it is written again. No status of mirrors
 * makes more copied than there is, or a leg synced that has a slice which is not.
 */
#include <errno.h>
#include <inttypes.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/dm/answer.h"
#include "daemon/plan/slices.h"
#include "tests/fuzz/input.h"

#define LINES_MAX      64
#define PARAMS_MAX     512
#define EXTENT_SECTORS 2048

/* In the place of libdevmapper's: the lines of an answer. */
struct dm_task {
	struct {
		uint64_t start, len;
		char *type, *params;
	} lines[LINES_MAX];
	size_t count;
};

void *__wrap_dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *len,
				char **type, char **params);
void *__wrap_dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *len,
				char **type, char **params)
{
	size_t i = (uintptr_t)next;

	*type = *params = NULL;
	if (i >= task->count)
		return NULL;
	*start = task->lines[i].start;
	*len = task->lines[i].len;
	*type = task->lines[i].type;
	*params = task->lines[i].params;
	return i + 1 < task->count ? (void *)(uintptr_t)(i + 1) : NULL;
}

/* The line is cut into its words in place, and is the task's from then on. */
static void add_line(struct dm_task *task, char *line)
{
	char *at = line, *type;

	task->lines[task->count].start = strtoull(at, &at, 10);
	task->lines[task->count].len = strtoull(at, &at, 10);
	while (*at == ' ')
		at++;
	type = at;
	at += strcspn(at, " ");
	if (*at)
		*at++ = '\0';
	task->lines[task->count].type = strdup(type);
	task->lines[task->count].params = strdup(at);
	CLAIM(task->lines[task->count].type && task->lines[task->count].params);
	task->count++;
	free(line);
}

static void read_answer(struct input *input, struct dm_task *task)
{
	char *line;

	task->count = 0;
	while (task->count < LINES_MAX && (line = input_line(input, NULL))) {
		if (!*line) {
			free(line);
			return;
		}
		add_line(task, line);
	}
}

static void answer_free(struct dm_task *task)
{
	for (size_t i = 0; i < task->count; i++) {
		free(task->lines[i].type);
		free(task->lines[i].params);
	}
}

/* Of two disks, 254:0 and 254:16, as dev_t has them. */
#define SOURCE 0xfe00
#define DEST   0xfe10

/* That of the samples: three runs of 20 MiB from the one to the other. */
static const struct leg_geometry geometry = {
	.runs =
		(struct leg_run[]){
			{0, 0, 40960, SOURCE, 2048, DEST, 2048, false},
			{40960, 40960, 40960, SOURCE, 45056, DEST, 43008, false},
			{81920, 81920, 40960, SOURCE, 88064, DEST, 83968, false},
		},
	.count = 3,
	.len_sectors = 122880,
};

static void check_target(const struct dm_target *target)
{
	char params[PARAMS_MAX];
	struct dm_target again;

	CLAIM(target->len_sectors > 0);
	if (target->type == DM_OTHER)
		return;
	CLAIM(dm_target_format(target, params, sizeof(params)) == 0);
	CLAIM(dm_target_parse(target->start_sectors, target->len_sectors,
			      dm_target_type_name(target->type), params, &again) == 0);
	CLAIM(again.type == target->type && again.source_dev == target->source_dev &&
	      again.source_sectors == target->source_sectors &&
	      again.dest_dev == target->dest_dev && again.dest_sectors == target->dest_sectors &&
	      again.region_sectors == target->region_sectors && again.nosync == target->nosync);
}

static void check_table(const struct dm_table *table)
{
	uint64_t at = 0;
	bool is_ours = true;

	for (size_t i = 0; i < table->count; i++) {
		CLAIM(table->targets[i].start_sectors == at);
		CLAIM(at + table->targets[i].len_sectors > at);
		at += table->targets[i].len_sectors;
		check_target(&table->targets[i]);
		is_ours &= table->targets[i].type != DM_OTHER;
	}
	CLAIM(dm_table_len(table) == at);
	CLAIM(dm_table_equal(table, table) == is_ours);
}

static void check_slices(const struct slice_map *map, const struct leg_progress *progress)
{
	const struct copy_shape shape = {.parallel = 4, .region_sectors = 4096};
	uint64_t at = 0;
	bool all_equal = true;

	CLAIM(progress->copied_sectors <= progress->total_sectors);
	CLAIM(progress->total_sectors == geometry.len_sectors);
	for (size_t i = 0; i < map->count; i++) {
		CLAIM(map->slices[i].start_sectors == at);
		CLAIM(map->slices[i].synced_sectors <= map->slices[i].len_sectors);
		at += map->slices[i].len_sectors;
		all_equal &= map->slices[i].kind == SLICE_NOSYNC;
	}
	CLAIM(at == geometry.len_sectors);
	if (progress->synced && progress->trouble == LEG_SOUND)
		CLAIM(all_equal);
	for (int change = SLICES_GO_ON; change <= SLICES_STOP; change++) {
		cleanup(slice_map_deinit) struct slice_map next = {0};
		cleanup(dm_table_deinit) struct dm_table table = {0};

		CLAIM(slice_map_advance(map, &geometry, &shape, (enum slice_change)change, &next) ==
		      0);
		CLAIM(slice_map_table(&next, &geometry, &table) == 0);
		CLAIM(dm_table_len(&table) == geometry.len_sectors);
		check_table(&table);
	}
}

static void check_status(struct dm_task *status, const struct dm_table *table)
{
	_free_ struct dm_mirror_status *mirrors = calloc(table->count + 1, sizeof(*mirrors));
	cleanup(slice_map_deinit) struct slice_map map = {0};
	struct leg_progress progress;
	int r = answer_parse_mirrors(status, table, mirrors);

	CLAIM(r == 0 || r == -EAGAIN || r == -EBADMSG);
	if (r < 0)
		return;
	for (size_t i = 0; i < table->count; i++)
		CLAIM(mirrors[i].synced_regions <= mirrors[i].total_regions);
	r = slice_map_observe(&geometry, EXTENT_SECTORS, table, mirrors, &map, &progress);
	CLAIM(r == 0 || r == -ESTALE);
	if (r == 0)
		check_slices(&map, &progress);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static struct dm_task lines, status;
	struct input input = input_begin(bytes, len_bytes);
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r;

	read_answer(&input, &lines);
	read_answer(&input, &status);
	r = answer_parse_table(&lines, &table);
	CLAIM(r == 0 || r == -EBADMSG);
	CLAIM(answer_is_same(&lines, &lines));
	if (r == 0) {
		check_table(&table);
		check_status(&status, &table);
	} else {
		CLAIM(table.count == 0);
	}
	answer_free(&lines);
	answer_free(&status);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/disks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

void disks_deinit(struct disks *disks)
{
	for (size_t i = 0; i < disks->count; i++)
		free(disks->entries[i].name);
	free(disks->entries);
	*disks = (struct disks){0};
}

/* Sets *diskp to the disk of that name, new or not; to NULL when there are too many. */
static int find_or_add(struct disks *disks, const char *name, struct disk **diskp)
{
	*diskp = NULL;
	for (size_t i = 0; i < disks->count; i++)
		if (strcmp(disks->entries[i].name, name) == 0) {
			*diskp = &disks->entries[i];
			return 0;
		}
	if (disks->count == DISKS_MAX)
		return 0;
	if (!disks->entries)
		disks->entries = calloc(DISKS_MAX, sizeof(*disks->entries));
	if (!disks->entries)
		return -ENOMEM;
	disks->entries[disks->count] =
		(struct disk){strdup(name), VIEW_UNKNOWN, VIEW_UNKNOWN, false};
	if (!disks->entries[disks->count].name)
		return -ENOMEM;
	*diskp = &disks->entries[disks->count++];
	return 0;
}

static void add_rate(uint64_t *sump, uint64_t rate_bytes_s)
{
	if (rate_bytes_s == VIEW_UNKNOWN)
		return;
	if (*sump == VIEW_UNKNOWN)
		*sump = 0;
	if (__builtin_add_overflow(*sump, rate_bytes_s, sump) || *sump == VIEW_UNKNOWN)
		*sump = VIEW_UNKNOWN - 1;
}

static int add_written(struct disks *disks, const char *name, const struct move_view *move)
{
	struct disk *disk;
	int ret = find_or_add(disks, name, &disk);

	if (ret < 0 || !disk)
		return ret;
	add_rate(&disk->written_bytes_s, move->rate_bytes_s);
	if (view_count(move->destinations) > 1 && move->rate_bytes_s != VIEW_UNKNOWN)
		disk->is_written_at_most = true;
	return 0;
}

static int add_any(struct disks *disks, const struct move_view *move)
{
	_free_ char *name = NULL;

	if (asprintf(&name, "any of %s", move->vg) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	return add_written(disks, name, move);
}

static int add_move(struct disks *disks, const struct move_view *move)
{
	size_t count = view_count(move->destinations);
	struct disk *disk;
	int ret = find_or_add(disks, move->source, &disk);

	if (ret == 0 && disk)
		add_rate(&disk->read_bytes_s, move->rate_bytes_s);
	if (ret == 0 && count == 0)
		return add_any(disks, move);
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = add_written(disks, view_get_destination(move, i), move);
	return ret;
}

int disks_sum(struct disks *disks, const struct moves *moves)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < moves->count; i++)
		if (!view_move_is_ended(&moves->entries[i].view))
			ret = add_move(disks, &moves->entries[i].view);
	return ret;
}

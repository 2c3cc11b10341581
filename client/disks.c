/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/disks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/names.h"
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
	disks->entries[disks->count] = (struct disk){strdup(name), VIEW_UNKNOWN, VIEW_UNKNOWN};
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

/* The destination, those that were asked for together, or "any of vg0". */
static char *new_destination(const struct move_view *move)
{
	_free_ char *text = NULL;
	size_t len_bytes;
	FILE *stream = open_memstream(&text, &len_bytes);

	if (!stream)
		return NULL;
	names_write_destinations(stream, move);
	if (view_count(move->destinations) == 0)
		fprintf(stream, " of %s", move->vg);
	return fclose(stream) == 0 ? steal_pointer(&text) : NULL;
}

static int add_move(struct disks *disks, const struct move_view *move)
{
	_free_ char *destination = new_destination(move);
	struct disk *disk;
	int ret = destination ? find_or_add(disks, move->source, &disk) : -ENOMEM;

	if (ret < 0)
		return ret;
	if (disk)
		add_rate(&disk->read_bytes_s, move->rate_bytes_s);
	ret = find_or_add(disks, destination, &disk);
	if (ret == 0 && disk)
		add_rate(&disk->written_bytes_s, move->rate_bytes_s);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/table.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* The kernel's limits: 12 bits of major, 20 of minor. */
#define MAJOR_END (1u << 12)
#define MINOR_END (1u << 20)

/*
 * The kernel prints what it was given in a form of its own (Linux 6.1 and 6.12, dm-linear.c,
 * dm-raid1.c, dm-log.c), words with one space between them:
 *
 *	linear  <dev> <offset>
 *	mirror  core 2 <region> sync|nosync 2 <dev> <offset> <dev> <offset> 1 handle_errors
 *	status of a mirror
 *	        2 <dev> <dev> <synced>/<total> 1 <one letter per leg> 1 core
 *
 * A device is always major:minor. A scan goes through such a text word by word; once it has met
 * something else it stays where it is, and says whether that was merely another form or nonsense.
 */
struct scan {
	const char *at;
	enum { SCAN_GOOD, SCAN_OTHER, SCAN_NONSENSE } state;
};

static void skip_spaces(struct scan *scan)
{
	scan->at += strspn(scan->at, " ");
}

/* Whether the next word is this one; goes past it then. */
static bool accept_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	skip_spaces(scan);
	if (scan->state != SCAN_GOOD || strncmp(scan->at, word, len) != 0 ||
	    (scan->at[len] != ' ' && scan->at[len] != '\0'))
		return false;
	scan->at += len;
	return true;
}

static void expect_word(struct scan *scan, const char *word)
{
	if (!accept_word(scan, word) && scan->state == SCAN_GOOD)
		scan->state = SCAN_OTHER;
}

/* A number up to max and, with end, the character that must follow it. */
static uint64_t scan_number(struct scan *scan, uint64_t max, char end)
{
	uint64_t number = 0;
	const char *at = scan->at;

	if (scan->state != SCAN_GOOD)
		return 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (number > (max - digit) / 10)
			break;
		number = number * 10 + digit;
	}
	if (at == scan->at || (*at != end && !(end == ' ' && *at == '\0'))) {
		scan->state = SCAN_NONSENSE;
		return 0;
	}
	scan->at = *at == '\0' ? at : at + 1;
	return number;
}

static uint64_t scan_u64(struct scan *scan)
{
	skip_spaces(scan);
	return scan_number(scan, UINT64_MAX, ' ');
}

static dev_t scan_dev(struct scan *scan)
{
	uint64_t major, minor;

	skip_spaces(scan);
	major = scan_number(scan, MAJOR_END - 1, ':');
	minor = scan_number(scan, MINOR_END - 1, ' ');
	return makedev((unsigned)major, (unsigned)minor);
}

static void expect_end(struct scan *scan)
{
	skip_spaces(scan);
	if (scan->state == SCAN_GOOD && *scan->at != '\0')
		scan->state = SCAN_OTHER;
}

void dm_table_deinit(struct dm_table *table)
{
	free(table->targets);
	*table = (struct dm_table){0};
}

int dm_table_copy(const struct dm_table *table, struct dm_table *copyp)
{
	*copyp = (struct dm_table){0};
	for (size_t i = 0; i < table->count; i++) {
		if (dm_table_append(copyp, &table->targets[i]) < 0) {
			dm_table_deinit(copyp);
			return -ENOMEM;
		}
	}
	return 0;
}

int dm_table_append(struct dm_table *table, const struct dm_target *target)
{
	struct dm_target *targets;

	/* Grown at each power of two: the count alone says how much room there is. */
	if ((table->count & (table->count - 1)) == 0) {
		size_t room = table->count ? 2 * table->count : 1;

		targets = reallocarray(table->targets, room, sizeof(*targets));
		if (!targets)
			return -ENOMEM;
		table->targets = targets;
	}
	table->targets[table->count] = *target;
	table->targets[table->count].start_sectors = dm_table_len(table);
	table->count++;
	return 0;
}

uint64_t dm_table_len(const struct dm_table *table)
{
	const struct dm_target *last;

	if (table->count == 0)
		return 0;
	last = &table->targets[table->count - 1];
	return last->start_sectors + last->len_sectors;
}

/* Takes the next target off the table, together with those that only continue it. */
static struct dm_target take_run(const struct dm_table *table, size_t *indexp)
{
	struct dm_target run = table->targets[(*indexp)++];

	for (; run.type == DM_LINEAR && *indexp < table->count; (*indexp)++) {
		const struct dm_target *next = &table->targets[*indexp];

		if (next->type != DM_LINEAR || next->source_dev != run.source_dev ||
		    next->source_sectors != run.source_sectors + run.len_sectors)
			break;
		run.len_sectors += next->len_sectors;
	}
	return run;
}

static bool run_equal(const struct dm_target *a, const struct dm_target *b)
{
	if (a->type == DM_OTHER || a->type != b->type || a->start_sectors != b->start_sectors ||
	    a->len_sectors != b->len_sectors || a->source_dev != b->source_dev ||
	    a->source_sectors != b->source_sectors)
		return false;
	return a->type == DM_LINEAR ||
	       (a->dest_dev == b->dest_dev && a->dest_sectors == b->dest_sectors &&
		a->region_sectors == b->region_sectors && a->nosync == b->nosync);
}

bool dm_table_equal(const struct dm_table *a, const struct dm_table *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		struct dm_target run_a = take_run(a, &i), run_b = take_run(b, &j);

		if (!run_equal(&run_a, &run_b))
			return false;
	}
	return i == a->count && j == b->count;
}

const char *dm_target_type_name(enum dm_target_type type)
{
	switch (type) {
	case DM_LINEAR:
		return "linear";
	case DM_MIRROR:
		return "mirror";
	case DM_OTHER:
		break;
	}
	return NULL;
}

/*
 * Never with keep_log, which lets a mirror go on with whichever side works. While it copies, a
 * source that fails makes the kernel take the destination for the good side, answer
 * reads of what is not copied from there, and copy its garbage over the source (dm-raid1.c,
 * fail_mirror(); seen with Linux 6.1). And in sync or not, writes would be acknowledged
 * that only one side has, which need not be the one that LVM's metadata names.
 * Without it such a write waits until the table is swapped, and nothing is lost.
 */
#define FEATURES "1 handle_errors"

int dm_target_format(const struct dm_target *target, char *params, size_t size_bytes)
{
	int len;

	assert(target->type != DM_OTHER);
	if (target->type == DM_LINEAR)
		len = snprintf(params, size_bytes, "%u:%u %" PRIu64, major(target->source_dev),
			       minor(target->source_dev), target->source_sectors);
	else
		len = snprintf(params, size_bytes,
			       "core 2 %" PRIu32 " %s 2 %u:%u %" PRIu64 " %u:%u %" PRIu64 " %s",
			       target->region_sectors, target->nosync ? "nosync" : "sync",
			       major(target->source_dev), minor(target->source_dev),
			       target->source_sectors, major(target->dest_dev),
			       minor(target->dest_dev), target->dest_sectors, FEATURES);
	return len >= 0 && (size_t)len < size_bytes ? 0 : -ENOSPC;
}

static void scan_linear(struct scan *scan, struct dm_target *target)
{
	target->type = DM_LINEAR;
	target->source_dev = scan_dev(scan);
	target->source_sectors = scan_u64(scan);
	expect_end(scan);
}

static void scan_mirror(struct scan *scan, struct dm_target *target)
{
	target->type = DM_MIRROR;
	expect_word(scan, "core");
	expect_word(scan, "2");
	skip_spaces(scan);
	target->region_sectors = (uint32_t)scan_number(scan, UINT32_MAX, ' ');
	target->nosync = accept_word(scan, "nosync");
	if (!target->nosync)
		expect_word(scan, "sync");
	expect_word(scan, "2");
	target->source_dev = scan_dev(scan);
	target->source_sectors = scan_u64(scan);
	target->dest_dev = scan_dev(scan);
	target->dest_sectors = scan_u64(scan);
	expect_word(scan, "1");
	expect_word(scan, "handle_errors");
	expect_end(scan);
	if (scan->state == SCAN_GOOD && target->region_sectors == 0)
		scan->state = SCAN_NONSENSE;
}

int dm_target_parse(uint64_t start_sectors, uint64_t len_sectors, const char *type,
		    const char *params, struct dm_target *targetp)
{
	struct dm_target target = {.start_sectors = start_sectors, .len_sectors = len_sectors};
	struct scan scan = {.at = params};

	if (strcmp(type, dm_target_type_name(DM_LINEAR)) == 0)
		scan_linear(&scan, &target);
	else if (strcmp(type, dm_target_type_name(DM_MIRROR)) == 0)
		scan_mirror(&scan, &target);
	else
		scan.state = SCAN_OTHER;
	if (scan.state == SCAN_NONSENSE || len_sectors == 0 ||
	    start_sectors > UINT64_MAX - len_sectors ||
	    target.source_sectors > UINT64_MAX - len_sectors ||
	    target.dest_sectors > UINT64_MAX - len_sectors)
		return -EBADMSG;
	if (scan.state == SCAN_OTHER)
		target = (struct dm_target){.start_sectors = start_sectors,
					    .len_sectors = len_sectors,
					    .type = DM_OTHER};
	*targetp = target;
	return 0;
}

static enum dm_leg_health health_of(char letter)
{
	switch (letter) {
	case 'A':
		return DM_LEG_ALIVE;
	case 'D':
		return DM_LEG_WRITE_FAILED;
	case 'S':
		return DM_LEG_SYNC_FAILED;
	case 'R':
		return DM_LEG_READ_FAILED;
	default:
		return DM_LEG_UNKNOWN;
	}
}

int dm_mirror_status_parse(const char *params, struct dm_mirror_status *statusp)
{
	struct dm_mirror_status status;
	struct scan scan = {.at = params};

	expect_word(&scan, "2");
	scan_dev(&scan);
	scan_dev(&scan);
	skip_spaces(&scan);
	status.synced_regions = scan_number(&scan, UINT64_MAX, '/');
	status.total_regions = scan_u64(&scan);
	expect_word(&scan, "1");
	skip_spaces(&scan);
	if (scan.state != SCAN_GOOD || strcspn(scan.at, " ") != 2 ||
	    status.synced_regions > status.total_regions)
		return -EBADMSG;
	status.source = health_of(scan.at[0]);
	status.dest = health_of(scan.at[1]);
	scan.at += 2;
	expect_word(&scan, "1");
	expect_word(&scan, "core");
	expect_end(&scan);
	if (scan.state != SCAN_GOOD)
		return -EBADMSG;
	*statusp = status;
	return 0;
}

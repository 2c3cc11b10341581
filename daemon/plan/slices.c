/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/slices.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/units.h"

/*
 * Most regions of a mirror that copies. The kernel keeps three bits and part of
 * a hash table for each (dm-log.c, dm-region-hash.c; its count is only 32 bits
 * wide), some KiB at this number. Longer stretches are copied in several
 * windows, which also bounds how long a shape is kept, and what a source that
 * cannot be read in one place takes with it: until the table is swapped the
 * kernel fails all reads of what that mirror has not copied yet (dm-raid1.c's
 * do_reads(), Linux 6.1).
 */
#define SYNC_REGIONS_MAX 4096u

/*
 * A piece below this is copied sooner than a table is drawn, which makes the mirror of each run
 * anew. Where pieces are so short, so many are copied at a time, whatever the shape says.
 */
#define SHORT_PIECE_SECTORS 8192u
#define SHORT_PIECES_MAX    16u

/*
 * Largest region of a mirror that is equal on both sides. There a region only
 * says what is dirty, so the fewer the better: less to keep, fewer writes split
 * at their borders, less marking and cleaning. The bound is one the kernel's 32 bits hold.
 */
#define NOSYNC_REGION_MAX_SECTORS (1u << 30)

void slice_map_deinit(struct slice_map *map)
{
	free(map->slices);
	*map = (struct slice_map){0};
}

/* The kernel wants a power of two that is not more than the mirror's length. */
static uint32_t fit_region(uint32_t region_sectors, uint64_t len_sectors)
{
	while (region_sectors > len_sectors)
		region_sectors /= 2;
	return region_sectors;
}

/* Slices are laid down in ascending order; room was made by the caller. */
static void lay(struct slice_map *map, enum slice_kind kind, uint64_t len_sectors)
{
	const struct slice *last = map->count ? &map->slices[map->count - 1] : NULL;
	uint64_t start_sectors = last ? last->start_sectors + last->len_sectors : 0;

	assert(map->slices);
	if (len_sectors > 0)
		map->slices[map->count++] = (struct slice){
			.start_sectors = start_sectors, .len_sectors = len_sectors, .kind = kind};
}

static int make_room(struct slice_map *map, size_t count)
{
	map->slices = calloc(count + 1, sizeof(map->slices[0]));
	if (!map->slices)
		return -ENOMEM;
	return 0;
}

int slice_map_init(const struct leg_geometry *geometry, struct slice_map *mapp)
{
	struct slice_map map = {0};
	int r = make_room(&map, geometry->count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < geometry->count; i++)
		lay(&map, SLICE_IDENTITY, geometry->runs[i].len_sectors);
	*mapp = map;
	return 0;
}

/* Turns what is synced into slices that are, and what is to be stopped, or cut anew, into ones that
 * wait. */
static void settle(const struct slice_map *map, enum slice_change change, struct slice_map *next)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];

		if (slice->kind != SLICE_SYNC) {
			lay(next, slice->kind, slice->len_sectors);
			continue;
		}
		lay(next, SLICE_NOSYNC, slice->synced_sectors);
		lay(next, change == SLICES_GO_ON ? SLICE_SYNC : SLICE_IDENTITY,
		    slice->len_sectors - slice->synced_sectors);
	}
}

/* Joins neighbours of a kind within each run; what is being copied stays as it is. */
static void join(struct slice_map *map, const struct leg_geometry *geometry)
{
	size_t kept = 0, next_run = 1;

	for (size_t i = 1; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];
		struct slice *last = &map->slices[kept];
		bool begins_run =
			next_run < geometry->count &&
			slice->start_sectors == geometry->runs[next_run].leg_start_sectors;

		if (begins_run)
			next_run++;
		if (!begins_run && slice->kind == last->kind && slice->kind != SLICE_SYNC)
			last->len_sectors += slice->len_sectors;
		else
			map->slices[++kept] = *slice;
	}
	if (map->count > 0)
		map->count = kept + 1;
}

/*
 * Deals out slots, one after the other, to the stretch that waits whose pieces
 * are longest then; shares[i] says into how many slice i is to be cut. Returns
 * the length of the shortest piece, or 0 when nothing waits. No other is twice
 * as long, so that little is left over when all are cut to the shortest.
 */
static uint64_t deal(const struct slice_map *map, unsigned slots, uint32_t region_sectors,
		     unsigned *shares)
{
	uint64_t shortest = 0;

	for (; slots > 0; slots--) {
		uint64_t longest = 0;
		size_t chosen = 0;

		for (size_t i = 0; i < map->count; i++) {
			uint64_t piece = map->slices[i].len_sectors / (shares[i] + 1);

			if (map->slices[i].kind != SLICE_IDENTITY || piece <= longest ||
			    (shares[i] > 0 && piece < region_sectors))
				continue;
			longest = piece;
			chosen = i;
		}
		if (longest == 0)
			break;
		shares[chosen]++;
		shortest = longest; /* the pieces dealt only get shorter */
	}
	return shortest;
}

/*
 * Deals out more slots where pieces are short, to stretches that have none and are long enough to
 * be worth it. Returns the length of the shortest piece then.
 */
static uint64_t deal_short(const struct slice_map *map, unsigned slots, uint64_t shortest,
			   unsigned *shares)
{
	for (; slots > 0 && shortest < SHORT_PIECE_SECTORS; slots--) {
		uint64_t longest = 0;
		size_t chosen = 0;

		for (size_t i = 0; i < map->count; i++) {
			if (map->slices[i].kind != SLICE_IDENTITY || shares[i] > 0 ||
			    map->slices[i].len_sectors <= longest)
				continue;
			longest = map->slices[i].len_sectors;
			chosen = i;
		}
		if (longest <= shortest / 2)
			break;
		shares[chosen] = 1;
		if (longest < shortest)
			shortest = longest;
	}
	return shortest;
}

/* Cuts a waiting slice into at most so many pieces to be copied; what is left over waits on. */
static void cut(struct slice_map *next, uint64_t len_sectors, unsigned shares,
		uint64_t piece_sectors, uint32_t region_sectors)
{
	for (; shares > 0 && len_sectors > 0; shares--) {
		uint64_t len = piece_sectors;

		/* Not even a region would be left: it is not worth a slice of its own. */
		if (len_sectors < piece_sectors + region_sectors)
			len = len_sectors;
		lay(next, SLICE_SYNC, len);
		len_sectors -= len;
	}
	lay(next, SLICE_IDENTITY, len_sectors);
}

/* How many more slices may be copied. */
static unsigned free_slots(const struct slice_map *map, const struct copy_shape *shape)
{
	unsigned slots = shape->parallel;

	for (size_t i = 0; i < map->count && slots > 0; i++)
		if (map->slices[i].kind == SLICE_SYNC)
			slots--;
	return slots;
}

/* Begins to copy up to so many slices of what waits. Returns 0 or -ENOMEM. */
static int begin_copies(const struct slice_map *map, unsigned slots, const struct copy_shape *shape,
			struct slice_map *next)
{
	_free_ unsigned *shares = calloc(map->count + 1, sizeof(*shares));
	const uint32_t region_sectors = shape->region_sectors;
	uint64_t piece, max = (uint64_t)SYNC_REGIONS_MAX * region_sectors;

	if (shape->piece_max_sectors > 0 && shape->piece_max_sectors < max)
		max = shape->piece_max_sectors;

	if (!shares)
		return -ENOMEM;
	piece = deal(map, slots, region_sectors, shares);
	if (slots > 0 && slots == shape->parallel && slots < SHORT_PIECES_MAX &&
	    shape->piece_max_sectors == 0)
		piece = deal_short(map, SHORT_PIECES_MAX - slots, piece, shares);
	/* Whole regions, so that only what lies at the end of a run ends within one. */
	piece += (region_sectors - piece % region_sectors) % region_sectors;
	if (piece > max)
		piece = max;
	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];

		if (shares[i] > 0)
			cut(next, slice->len_sectors, shares[i], piece, region_sectors);
		else
			lay(next, slice->kind, slice->len_sectors);
	}
	return 0;
}

static void set_regions(struct slice_map *map, const struct copy_shape *shape)
{
	for (size_t i = 0; i < map->count; i++) {
		struct slice *slice = &map->slices[i];

		if (slice->kind == SLICE_SYNC)
			slice->region_sectors =
				fit_region(shape->region_sectors, slice->len_sectors);
		if (slice->kind == SLICE_NOSYNC)
			slice->region_sectors =
				fit_region(NOSYNC_REGION_MAX_SECTORS, slice->len_sectors);
	}
}

int slice_map_advance(const struct slice_map *map, const struct leg_geometry *geometry,
		      const struct copy_shape *shape, enum slice_change change,
		      struct slice_map *nextp)
{
	cleanup(slice_map_deinit) struct slice_map settled = {0}, next = {0};
	int r;

	assert(shape->region_sectors > 1 &&
	       (shape->region_sectors & (shape->region_sectors - 1)) == 0);
	/* A slice falls in two when part of it is synced, and each new copy cuts off one more. */
	r = make_room(&settled, 2 * map->count);
	if (r == 0)
		r = make_room(&next, 2 * map->count + shape->parallel + SHORT_PIECES_MAX);
	if (r < 0)
		return r;
	settle(map, change, &settled);
	join(&settled, geometry);
	r = begin_copies(&settled, change == SLICES_STOP ? 0 : free_slots(&settled, shape), shape,
			 &next);
	if (r < 0)
		return r;
	set_regions(&next, shape);
	nextp->slices = steal_pointer(&next.slices);
	nextp->count = next.count;
	return 0;
}

/* The target for one slice, which lies within the run. */
static struct dm_target draw_slice(const struct slice *slice, const struct leg_run *run)
{
	uint64_t skip_sectors = slice->start_sectors - run->leg_start_sectors;
	struct dm_target target = {.type = DM_LINEAR,
				   .len_sectors = slice->len_sectors,
				   .source_dev = run->source_dev,
				   .source_sectors = run->source_sectors + skip_sectors};

	if (slice->kind == SLICE_IDENTITY)
		return target;
	target.type = DM_MIRROR;
	target.dest_dev = run->dest_dev;
	target.dest_sectors = run->dest_sectors + skip_sectors;
	target.region_sectors = slice->region_sectors;
	target.nosync = slice->kind == SLICE_NOSYNC;
	return target;
}

int slice_map_table(const struct slice_map *map, const struct leg_geometry *geometry,
		    struct dm_table *tablep)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	const struct leg_run *run = geometry->runs;

	for (size_t i = 0; i < map->count; i++) {
		const struct slice *slice = &map->slices[i];
		struct dm_target target;
		int r;

		while (slice->start_sectors >= run->leg_start_sectors + run->len_sectors)
			run++;
		target = draw_slice(slice, run);
		r = dm_table_append(&table, &target);
		if (r < 0)
			return r;
	}
	tablep->targets = steal_pointer(&table.targets);
	tablep->count = table.count;
	return 0;
}

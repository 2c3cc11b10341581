/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dm/compare.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/units.h"

/* Read at once from each side. */
#define PIECE_SECTORS UINT64_C(2048)
#define PIECE_BYTES   (PIECE_SECTORS * SECTOR_BYTES)

/* Between the rounds in which a difference is looked at again; the last one is used again. */
static const uint64_t gaps_ms[] = {1, 4, 16, 64, 256, 1000};
#define ROUNDS_MAX 16

/*
 * A write goes to both sides at once; one of them may take it later. A side
 * that is slow to write is slow to read too: its reads tell how long to wait.
 */
#define STEADY_MS       UINT64_C(1000)
#define STEADY_PER_READ UINT64_C(4)

/* One piece of both sides, as read last and the time before. */
struct piece {
	uint64_t off_sectors, len_sectors;
	char *now[2];
	char *before[2];
	bool settled[PIECE_SECTORS];
	uint64_t steady_since_ms[PIECE_SECTORS]; /* it has not changed on either side since */
	uint64_t slowest_read_ms;
};

static void piece_free(struct piece *piece)
{
	if (!piece)
		return;
	for (int side = COMPARE_FIRST; side <= COMPARE_SECOND; side++) {
		free(piece->now[side]);
		free(piece->before[side]);
	}
	free(piece);
}

DEFINE_CLEANUP(struct piece *, piece_freep, piece_free)

static struct piece *piece_new(void)
{
	cleanup(piece_freep) struct piece *piece = calloc(1, sizeof(*piece));

	if (!piece)
		return NULL;
	for (int side = COMPARE_FIRST; side <= COMPARE_SECOND; side++) {
		/* Direct I/O wants memory that is aligned to the logical block. */
		piece->now[side] = aligned_alloc(4096, PIECE_BYTES);
		piece->before[side] = aligned_alloc(4096, PIECE_BYTES);
		if (!piece->now[side] || !piece->before[side])
			return NULL;
	}
	return steal_pointer(&piece);
}

static bool sector_is(const char *a, const char *b, uint64_t sector)
{
	return memcmp(a + sector * SECTOR_BYTES, b + sector * SECTOR_BYTES, SECTOR_BYTES) == 0;
}

/* ---- reading ------------------------------------------------------------ */

/* The first block of the piece that one side cannot read; all of it when each alone can be. */
static void find_unreadable(const struct compare_world *world, const struct piece *piece,
			    enum compare_side side, struct dm_comparison_result *result)
{
	uint64_t block = world->block_sectors;

	result->verdict = side == COMPARE_FIRST ? DM_FIRST_UNREADABLE : DM_SECOND_UNREADABLE;
	for (uint64_t at = 0; at < piece->len_sectors; at += block) {
		if (world->read(world->arg, side, piece->off_sectors + at, block,
				piece->now[side]) < 0) {
			result->off_sectors = piece->off_sectors + at;
			result->len_sectors = block;
			return;
		}
	}
	result->off_sectors = piece->off_sectors;
	result->len_sectors = piece->len_sectors;
}

/* Reads the first side, then the second. False when one cannot be read; the result is made then. */
static bool read_both(const struct compare_world *world, struct piece *piece,
		      struct dm_comparison_result *result)
{
	for (enum compare_side side = COMPARE_FIRST; side <= COMPARE_SECOND; side++) {
		uint64_t begun_ms = world->now_ms(world->arg);
		uint64_t took_ms;

		if (world->read(world->arg, side, piece->off_sectors, piece->len_sectors,
				piece->now[side]) < 0) {
			find_unreadable(world, piece, side, result);
			return false;
		}
		took_ms = world->now_ms(world->arg) - begun_ms;
		if (took_ms > piece->slowest_read_ms)
			piece->slowest_read_ms = took_ms;
	}
	return true;
}

/* ---- judging ------------------------------------------------------------ */

static void keep_as_before(struct piece *piece)
{
	for (int side = COMPARE_FIRST; side <= COMPARE_SECOND; side++) {
		char *now = piece->now[side];

		piece->now[side] = piece->before[side];
		piece->before[side] = now;
	}
}

static void note_round(struct piece *piece, bool is_first, uint64_t now_ms)
{
	for (uint64_t i = 0; i < piece->len_sectors; i++) {
		if (piece->settled[i])
			continue;
		if (sector_is(piece->now[COMPARE_FIRST], piece->now[COMPARE_SECOND], i))
			piece->settled[i] = true;
		else if (is_first ||
			 !sector_is(piece->now[COMPARE_FIRST], piece->before[COMPARE_FIRST], i) ||
			 !sector_is(piece->now[COMPARE_SECOND], piece->before[COMPARE_SECOND], i))
			piece->steady_since_ms[i] = now_ms;
	}
}

static bool differs_truly(const struct piece *piece, uint64_t sector, uint64_t now_ms)
{
	uint64_t enough_ms = STEADY_PER_READ * piece->slowest_read_ms;

	if (enough_ms < STEADY_MS)
		enough_ms = STEADY_MS;
	return !piece->settled[sector] && now_ms - piece->steady_since_ms[sector] >= enough_ms;
}

/* The first stretch of sectors that differ truly. False when there is none. */
static bool find_difference(const struct piece *piece, uint64_t now_ms,
			    struct dm_comparison_result *result)
{
	uint64_t first = 0, end;

	while (first < piece->len_sectors && !differs_truly(piece, first, now_ms))
		first++;
	if (first == piece->len_sectors)
		return false;
	for (end = first; end < piece->len_sectors && differs_truly(piece, end, now_ms); end++)
		;
	*result = (struct dm_comparison_result){DM_DIFFERENT, piece->off_sectors + first,
						end - first};
	return true;
}

/* The first stretch of sectors that are not settled. False when all are. */
static bool find_unsettled(const struct piece *piece, struct dm_comparison_result *result)
{
	uint64_t first = 0, end;

	while (first < piece->len_sectors && piece->settled[first])
		first++;
	if (first == piece->len_sectors)
		return false;
	for (end = first; end < piece->len_sectors && !piece->settled[end]; end++)
		;
	*result = (struct dm_comparison_result){DM_UNSETTLED, piece->off_sectors + first,
						end - first};
	return true;
}

/* The result is DM_EQUAL on entry and stays so when all is settled. */
static void compare_piece(const struct compare_world *world, struct piece *piece,
			  struct dm_comparison_result *result)
{
	const size_t gap_count = sizeof(gaps_ms) / sizeof(gaps_ms[0]);
	struct dm_comparison_result unsettled;

	memset(piece->settled, 0, sizeof(piece->settled));
	piece->slowest_read_ms = 0;
	for (size_t round = 0; round < ROUNDS_MAX; round++) {
		if (!read_both(world, piece, result))
			return;
		note_round(piece, round == 0, world->now_ms(world->arg));
		if (!find_unsettled(piece, &unsettled) ||
		    find_difference(piece, world->now_ms(world->arg), result))
			return;
		keep_as_before(piece);
		world->wait_ms(world->arg, gaps_ms[round < gap_count ? round : gap_count - 1]);
	}
	*result = unsettled;
}

int compare_stretches(const struct compare_world *world, uint64_t len_sectors,
		      struct dm_comparison_result *resultp)
{
	cleanup(piece_freep) struct piece *piece = piece_new();
	struct dm_comparison_result result = {.verdict = DM_EQUAL};

	if (!piece)
		return -ENOMEM;
	for (uint64_t at = 0; at < len_sectors && result.verdict == DM_EQUAL; at += PIECE_SECTORS) {
		piece->off_sectors = at;
		piece->len_sectors =
			len_sectors - at < PIECE_SECTORS ? len_sectors - at : PIECE_SECTORS;
		compare_piece(world, piece, &result);
	}
	*resultp = result;
	return 0;
}

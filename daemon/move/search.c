/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/search.h"

#include <inttypes.h>
#include <syslog.h>

#include "daemon/move/effects.h"
#include "daemon/move/trouble.h"

/* A disk that fails may take long for each sector that it fails to read. */
#define SEARCH_US_MAX UINT64_C(60000000)
/* Longest stretch that is looked for the end of. */
#define SEARCH_BAD_SECTORS_MAX UINT64_C(256)

static uint64_t monotonic_us(const struct drive *drive)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	return ports->monotonic_us(ctx);
}

static bool pass_needs_search(const struct pass *pass)
{
	return pass->state == PASS_UNDOING && pass->reason == REASON_SOURCE_UNREADABLE &&
	       pass->trouble.side == TROUBLE_SOURCE && !pass->trouble.is_exact;
}

/* False when there is no device to read, or no such place on it. */
static bool begin_search(const struct drive *drive, const struct pass *pass, struct search *search)
{
	const struct pass_trouble *trouble = &pass->trouble;
	const struct vg_pv *pv = drive->vg ? vg_find_pv(drive->vg, &trouble->pv) : NULL;

	*search = (struct search){.has_begun = true, .begun_us = monotonic_us(drive)};
	if (!pv || pv->missing || pv->dev == 0 ||
	    __builtin_add_overflow(trouble->first_sector, trouble->sector_count,
				   &search->end_sector))
		return false;
	search->piece = (struct dm_comparison){
		.first_dev = pv->dev,
		.second_dev = pv->dev,
		.first_off_sectors = trouble->first_sector,
		.second_off_sectors = trouble->first_sector,
	};
	return true;
}

/* The next piece begins there. Ends the search where nothing is left. */
static void go_to(struct search *search, uint64_t sector, uint64_t len_sectors)
{
	if (sector >= search->end_sector) {
		search->is_over = true;
		return;
	}
	search->piece.first_off_sectors = sector;
	search->piece.second_off_sectors = sector;
	search->piece.len_sectors = len_sectors < search->end_sector - sector
					    ? len_sectors
					    : search->end_sector - sector;
}

static bool is_unreadable(const struct dm_comparison_result *found)
{
	return found->verdict == DM_FIRST_UNREADABLE || found->verdict == DM_SECOND_UNREADABLE;
}

/* The first place was found, and block after block behind it is looked at. */
static void note_behind(struct search *search, const struct dm_comparison_result *found)
{
	uint64_t sector = search->piece.first_off_sectors;

	if (!is_unreadable(found) || found->off_sectors != 0 || found->len_sectors == 0 ||
	    search->bad_count >= SEARCH_BAD_SECTORS_MAX) {
		search->is_over = true;
		return;
	}
	search->bad_count += found->len_sectors;
	go_to(search, sector + found->len_sectors, found->len_sectors);
}

static void note_piece(struct search *search, const struct dm_comparison_result *found)
{
	uint64_t sector = search->piece.first_off_sectors;

	if (search->bad_count > 0) {
		note_behind(search, found);
	} else if (is_unreadable(found) && found->len_sectors > 0) {
		search->bad_sector = sector + found->off_sectors;
		search->bad_count = found->len_sectors;
		go_to(search, search->bad_sector + search->bad_count, found->len_sectors);
	} else {
		go_to(search, sector + search->piece.len_sectors, DM_COMPARE_MAX_SECTORS);
	}
}

static void end_search(struct drive *drive, struct pass *pass)
{
	struct search *search = &drive->search;

	search->is_over = true;
	if (search->bad_count == 0 || !pass_needs_search(pass) ||
	    !trouble_narrow(&pass->trouble, &pass->reservation, drive->vg, search->bad_sector,
			    search->bad_count))
		return;
	drive_log_message(MESSAGE_SECTORS_UNREADABLE, LOG_WARNING, drive->move, pass,
			  "sectors %" PRIu64 " to %" PRIu64
			  " of %s cannot be read (logical extent %" PRIu64
			  "); there may be more of them",
			  search->bad_sector, search->bad_sector + search->bad_count - 1,
			  pass->trouble.device, pass->trouble.first_le);
}

static void on_read(void *arg, const struct outcome *result,
		    const struct dm_comparison_result *found)
{
	struct drive *drive = arg;
	struct pass *pass = move_current_pass(drive->move);
	struct search *search = &drive->search;

	search->is_under_way = false;
	if (result->code == 0)
		note_piece(search, found);
	else
		search->is_over = true;
	if (monotonic_us(drive) - search->begun_us > SEARCH_US_MAX)
		search->is_over = true;
	if (search->is_over && pass)
		end_search(drive, pass);
	drive_hurry(drive);
	drive_run(drive);
}

int search_begin_piece(struct drive *drive, const struct pass *pass)
{
	struct search *search = &drive->search;
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	if (search->is_under_way)
		return EFFECT_BESIDE;
	if (search->is_over || !pass_needs_search(pass))
		return EFFECT_DONE;
	if (!search->has_begun) {
		if (!begin_search(drive, pass, search)) {
			search->is_over = true;
			return EFFECT_DONE;
		}
		go_to(search, search->piece.first_off_sectors, DM_COMPARE_MAX_SECTORS);
	}
	search->is_under_way = true;
	ports->compare(ctx, &search->piece, on_read, drive);
	return EFFECT_BESIDE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/faults.h"

#include <string.h>

#define CELLS_PER_EXTENT (FAKE_EXTENT_SECTORS / FAKE_CELL_SECTORS)

static bool *first_cell(bool *cells, uint64_t pe)
{
	return &cells[FAKE_PE_START / FAKE_CELL_SECTORS + pe * CELLS_PER_EXTENT];
}

static void fail_extent(struct fake_disk *disk, uint64_t pe)
{
	memset(first_cell(disk->unwritable, pe), true, CELLS_PER_EXTENT);
}

/* Where the first move's first LV began: its middle, or all that it had on the source. */
static void fail_source(struct play *play)
{
	struct world *world = &play->world;
	unsigned source = play->scenario->moves[0].source;
	uint64_t extent_count = world->app.lvs[0].lv->extent_count;

	for (uint64_t le = 0; le < extent_count; le++) {
		const struct truth_place *place = &play->truth.places[0][le];

		if (place->disk != source)
			continue;
		if (play->fault.kind == FAULT_SOURCE_UNWRITABLE)
			fail_extent(&world->disks[source], place->pe);
		else if (le >= extent_count / 2) {
			first_cell(world->disks[source].unreadable, place->pe)[1] = true;
			return;
		}
	}
}

static bool is_free_at_first(const struct play *play, unsigned disk, uint64_t pe)
{
	for (size_t i = 0; i < play->world.app.count; i++) {
		uint64_t extent_count = play->world.app.lvs[i].lv->extent_count;

		for (uint64_t le = 0; le < extent_count; le++)
			if (play->truth.places[i][le].disk == disk &&
			    play->truth.places[i][le].pe == pe)
				return false;
	}
	return true;
}

static void fail_destination(struct play *play, unsigned disk_number, uint64_t pe)
{
	struct fake_disk *disk = &play->world.disks[disk_number];

	if (play->fault.kind == FAULT_DEST_CORRUPTING)
		first_cell(disk->corrupting, pe)[pe % CELLS_PER_EXTENT] = true;
	else
		fail_extent(disk, pe);
}

static void fail_destinations(struct play *play)
{
	for (unsigned i = 0; i < play->world.disk_count; i++)
		for (uint64_t pe = 0; pe < play->scenario->disk_pes[i]; pe++)
			if (i != play->scenario->moves[0].source && is_free_at_first(play, i, pe))
				fail_destination(play, i, pe);
}

void faults_strike(struct play *play)
{
	if (play->fault.at_call == 0 || play->fault.has_struck ||
	    play->world.call_count < play->fault.at_call)
		return;
	play->fault.has_struck = true;
	play->truth.disks_fail = play->fault.kind != FAULT_DEST_CORRUPTING;
	if (play->fault.kind == FAULT_DEST_UNWRITABLE || play->fault.kind == FAULT_DEST_CORRUPTING)
		fail_destinations(play);
	else
		fail_source(play);
}

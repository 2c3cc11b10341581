/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The slice map of a leg: which parts wait, which are being copied and which
 * are equal on both sides. The leg's table is a pure function of geometry and
 * slice map, and both can be read back from a live table, so that a restarted
 * daemon needs no other memory of how far the copying is. Pausing and going on
 * are just other slice maps.
 */

#include "daemon/plan/leg.h"
#include "daemon/plan/shape.h"

enum slice_kind {
	SLICE_IDENTITY, /* waits: pass-through to the source */
	SLICE_SYNC,     /* mirror, being copied in ascending order */
	SLICE_NOSYNC,   /* mirror, equal on both sides: writes go to both */
};

struct slice {
	uint64_t start_sectors; /* on the leg */
	uint64_t len_sectors;
	enum slice_kind kind;
	uint32_t region_sectors; /* mirrors only */
	uint64_t synced_sectors; /* SLICE_SYNC: so many from its start on are copied already */
};

struct slice_map {
	struct slice *slices; /* ascending, contiguous from 0 to the leg's length */
	size_t count;
};

void slice_map_deinit(struct slice_map *map);

/* All of it waiting. Returns 0 or -ENOMEM. */
int slice_map_init(const struct leg_geometry *geometry, struct slice_map *mapp);

/* What becomes of the slices that are being copied, but for what is synced of them. */
enum slice_change {
	SLICES_GO_ON, /* they are copied further, and others are begun beside them */
	SLICES_ANEW,  /* they wait, and what is copied from now on is chosen anew */
	SLICES_STOP,  /* they wait, and nothing is copied */
};

/*
 * The map to load next: what is synced becomes SLICE_NOSYNC, neighbours of a
 * kind are joined within a run, and, unless all stops, up to shape->parallel
 * slices of like length, cut from the longest stretches that wait, are
 * SLICE_SYNC; more of them where only short ones wait and no limit narrows the
 * shape. The map must be one that the functions here have
 * made for the geometry; shape->region_sectors must be a power of two, at
 * least 2. Returns 0 or -ENOMEM.
 */
int slice_map_advance(const struct slice_map *map, const struct leg_geometry *geometry,
		      const struct copy_shape *shape, enum slice_change change,
		      struct slice_map *nextp);

/* The leg's table for a map. Returns 0 or -ENOMEM. */
int slice_map_table(const struct slice_map *map, const struct leg_geometry *geometry,
		    struct dm_table *tablep);

/* Trouble the kernel reports for mirrors of a leg; the graver the further down. */
enum leg_trouble {
	LEG_SOUND,
	LEG_SOURCE_READ_FAILED,  /* an application's read failed on the source */
	LEG_DEST_FAILED,         /* writes or copies do not reach the destination */
	LEG_SOURCE_UNREADABLE,   /* what is being copied cannot be read */
	LEG_SOURCE_WRITE_FAILED, /* the source does not take writes */
};

/* A stretch of the LV, and where it lies on one of the two disks. */
struct leg_place {
	uint64_t lv_start_sectors;
	uint64_t len_sectors;
	dev_t dev;
	uint64_t dev_start_sectors;
};

struct leg_progress {
	uint64_t copied_sectors;
	uint64_t total_sectors;
	bool idle;         /* nothing is being copied: what is SLICE_SYNC is synced */
	bool synced;       /* all of it is drawn as SLICE_NOSYNC, and the destination holds all */
	bool pass_through; /* no mirror at all: as it was created */
	bool dest_sound;   /* no mirror reports trouble on the destination */
	enum leg_trouble trouble;  /* the gravest */
	uint64_t trouble_first_le; /* of the LV: where the first slice with it lies */
	uint64_t trouble_extent_count;
	struct leg_place trouble_at; /* the slice with it, on the side that is in trouble */
};

/* True when it is the source that is in trouble. */
bool leg_trouble_is_of_source(enum leg_trouble trouble);

/* What a live table tells of the copying at a glance, whoever's table it is. */
struct leg_glance {
	uint64_t copied_sectors;
	uint64_t left_sectors; /* that mirrors have yet to copy */
};

struct leg_glance leg_glance_at(const struct dm_table *table,
				const struct dm_mirror_status *mirrors);

/*
 * Reads map and progress back from a live leg. mirrors: one status per target
 * of the table, ignored for linear ones. A slice whose mirror is in trouble
 * comes back as SLICE_SYNC with nothing synced: its regions say nothing any
 * more. Such a map must not be loaded while the source misses writes.
 *
 * synced is only true after what was copied has been drawn anew as
 * SLICE_NOSYNC. Of such a slice it is known that all of it was equal, so it
 * holds good when the source fails afterwards; of a SLICE_SYNC one the kernel
 * only says how many regions are equal just now.
 *
 * Returns 0; -ESTALE when the table is not a leg of this geometry; -ENOMEM.
 */
int slice_map_observe(const struct leg_geometry *geometry, uint64_t extent_size_sectors,
		      const struct dm_table *table, const struct dm_mirror_status *mirrors,
		      struct slice_map *mapp, struct leg_progress *progressp);

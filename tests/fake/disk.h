/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A disk that can prove what it holds. It is divided into cells, and a cell
 * holds one number where a real disk holds sectors. What is written lies in a
 * volatile cache until it is flushed or was written through; a power cut
 * forgets the rest. Knows nothing of extents, tables or moves.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Everything that is mapped or copied must begin and end at a multiple of this. */
#define FAKE_CELL_SECTORS 128u

struct fake_disk {
	dev_t dev;
	char path[16];
	bool rotational;
	bool attached; /* a disk that is not there fails everything */
	uint64_t cell_count;
	uint64_t *cached; /* what reading finds */
	uint64_t *stable; /* what a power cut leaves */
	bool *unreadable;
	bool *unwritable;
	bool *corrupting;   /* what is written there is not what is kept; nobody is told */
	bool *was_restless; /* a comparison did not come to an end there, once */
};

/* Cells that hold what nobody wrote are told from all others by this bit. */
#define FAKE_CELL_VIRGIN (UINT64_C(1) << 63)

/* What a corrupting cell makes of what is written. */
#define FAKE_CELL_CORRUPT (UINT64_C(1) << 62)

/* A disk number `number` (its path is /dev/fake<number>), every cell with content of its own. */
void fake_disk_init(struct fake_disk *disk, unsigned number, uint64_t cell_count);
void fake_disk_deinit(struct fake_disk *disk);

/* Each returns 0 or -EIO. */
int fake_disk_read(const struct fake_disk *disk, uint64_t cell, uint64_t *valuep);
/* through: on stable storage at once, as with FUA. */
int fake_disk_write(struct fake_disk *disk, uint64_t cell, uint64_t value, bool through);
int fake_disk_flush(struct fake_disk *disk);

/* Forgets what is not on stable storage. */
void fake_disk_cut_power(struct fake_disk *disk);

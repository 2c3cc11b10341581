/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A device-mapper device as it was seen at one moment: a plain value. */

#include "daemon/dm/table.h"

/* Longest device-mapper name and UUID in bytes with the NUL (the kernel's limits). */
#define DM_NAME_MAX 128
#define DM_ID_MAX   129

struct dm_device {
	bool present;
	dev_t dev;
	char name[DM_NAME_MAX];
	bool suspended;
	bool read_only;
	uint32_t open_count;
	bool has_inactive; /* a second table is loaded, which waits for a swap, or is left of one */
	bool swap_unfinished;  /* a swap was begun while mirrors were live, and has not come to its
				  end */
	struct dm_table table; /* live table; empty when there is none */
	struct dm_mirror_status *mirrors; /* as many as targets; zero for non-mirrors */
};

/* Frees what the device holds and zeroes it. */
void dm_device_deinit(struct dm_device *device);

/* Whether udev may look at what is on the device after a swap. */
enum dm_visibility {
	DM_VISIBLE, /* an LV that users see */
	DM_HIDDEN,  /* a leg */
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Applications on the LVs of a fake world: they write one cell at a time,
 * through whatever table an LV has at the moment, and remember what was
 * acknowledged. Each write is written through, so that what they
 * remember is what a power cut must leave.
 */

#include "tests/fake/lvm.h"
#include "tests/fake/random.h"

struct fake_app_lv {
	const struct fake_vg *vg;
	const struct fake_lv *lv;
	uint64_t cell_count;
	uint64_t *expected; /* last acknowledged content of each cell */
	bool *unsure;       /* a later write to it was neither acknowledged nor surely lost */
};

struct fake_app {
	struct fake_dm *dm; /* borrowed */
	struct fake_app_lv lvs[FAKE_VGS_MAX * FAKE_LVS_MAX];
	size_t count;
	uint64_t stamp;
};

/* Takes what the LVs hold now as what they must hold. */
void fake_app_init(struct fake_app *app, const struct fake_lvm *lvm);
void fake_app_deinit(struct fake_app *app);

/* Writes one cell of one LV, if that is active and its last write was not held. */
void fake_app_write(struct fake_app *app, struct fake_random *random);
/* Reads one cell of an LV; what comes of it is the mirrors' business. */
void fake_app_read(const struct fake_app *app, size_t lv, uint64_t cell);

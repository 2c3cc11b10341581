/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What one pass moves, extent by extent, and the hidden LV (the reservation)
 * that holds the destination extents while they are being filled and, after
 * the commit, the source extents until they are given back. A value: it is
 * planned, written to the journal, and matched against the VG's metadata.
 */

#include "daemon/lvm/vg.h"

/*
 * A run: consecutive logical extents of an LV that lie in one piece on the
 * source PV and will lie in one piece on the destination PV.
 */
struct run {
	uint64_t first_le;
	uint64_t extent_count;
	struct lvm_id source_pv;
	uint64_t source_pe;
	struct lvm_id dest_pv;
	uint64_t dest_pe;
};

/* Longest name of a reservation LV with its NUL; LVM allows 127 characters. */
#define RESERVATION_NAME_MAX 64
/* Every reservation LV's name begins so. Names that begin with "pvmove" are LVM's own. */
#define RESERVATION_NAME_PREFIX "lvpvmoved_"
/* Every reservation LV carries this tag. */
#define RESERVATION_TAG "pvmoved"

struct reservation {
	struct lvm_id vg;
	struct lvm_id lv; /* the LV whose extents move */
	struct lvm_id id; /* the hidden LV */
	char name[RESERVATION_NAME_MAX];
	struct run *runs; /* ascending by first_le, without overlap, none empty */
	size_t run_count;
};

/* Frees the runs and zeroes the value. */
void reservation_deinit(struct reservation *reservation);

/* Makes *copyp a copy with runs of its own. Returns 0 or -ENOMEM. */
int reservation_copy(const struct reservation *reservation, struct reservation *copyp);

/* Extents that the runs hold together. */
uint64_t reservation_extent_count(const struct reservation *reservation);

/* Whether any run comes from that PV or goes there. */
bool reservation_uses_pv(const struct reservation *reservation, const struct lvm_id *pv);

/* True when the LV is there and has all runs on their source, or on their destination. */
bool reservation_lv_is_on_source(const struct vg *vg, const struct reservation *reservation);
bool reservation_lv_is_on_dest(const struct vg *vg, const struct reservation *reservation);

/* True for the hidden LV of whatever reservation. */
bool reservation_made_lv(const struct vg_lv *lv);
/* True for an LV that a reservation LOCKED; else only LVM's pvmove does so (lvm2 2.03.16). */
bool reservation_locked_lv(const struct vg_lv *lv);

/* What the metadata says of a pass; see metadata_stage(). */
enum metadata_stage {
	STAGE_UNRESERVED, /* the LV lies on its source runs, no reservation */
	STAGE_RESERVED,   /* the reservation holds the destination runs, both LVs LOCKED */
	/* The reservation holds the source runs, whatever became of the LV since. */
	STAGE_COMMITTED,
	STAGE_RELEASED, /* the LV lies on its destination runs, no reservation */
	STAGE_LV_GONE,  /* no LV with that UUID */
	STAGE_CHANGED,  /* anything else: somebody changed the LV or the reservation */
};

/* Compares a group with a reservation of it. Pure; never fails. */
enum metadata_stage metadata_stage(const struct vg *vg, const struct reservation *reservation);

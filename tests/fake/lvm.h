/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * LVM over fake disks: volume groups whose metadata is real text, changed by
 * the real edits, and LVs that are made devices of from it. A group can be
 * away, as at a boot that has not found its disks yet. Knows nothing of moves
 * beyond the edits.
 */

#include "daemon/lvm/metadata.h"
#include "daemon/lvm/pv.h"
#include "tests/fake/dm.h"

#define FAKE_VGS_MAX        2
#define FAKE_LVS_MAX        4
#define FAKE_SEGMENTS_MAX   6
#define FAKE_EXTENT_SECTORS 1024u
#define FAKE_PE_START       2048u /* sectors */
#define FAKE_LV_UUID_SIZE   (sizeof("LVM-") + 2 * (size_t)LVM_ID_PLAIN_LEN)

struct fake_segment_spec {
	unsigned disk;
	uint64_t first_pe;
	uint64_t extent_count;
};

struct fake_lv_spec {
	const char *name;                                     /* NULL: none */
	bool inactive;                                        /* nobody activated it */
	bool stays_down;                                      /* nor does a boot */
	struct fake_segment_spec segments[FAKE_SEGMENTS_MAX]; /* up to the first of no extents */
};

struct fake_vg_spec {
	const char *name; /* NULL: none */
	unsigned first_disk;
	unsigned disk_count;
	struct fake_lv_spec lvs[FAKE_LVS_MAX];
};

struct fake_lv {
	const char *name;
	struct lvm_id id;
	char uuid[FAKE_LV_UUID_SIZE]; /* of its device */
	uint64_t extent_count;
	bool stays_down;
	bool removed; /* by force */
};

struct fake_vg {
	const char *name;
	struct lvm_id id;
	char *text;        /* the metadata */
	char *stable_text; /* what a power cut may leave of it: LVM (2.03.16) flushes nothing */
	unsigned revision; /* grows whenever the text changes */
	bool present;
	unsigned first_disk;
	unsigned disk_count;
	struct fake_lv lvs[FAKE_LVS_MAX];
	size_t lv_count;
};

struct fake_lvm {
	struct fake_disk *disks; /* borrowed */
	struct fake_dm *dm;      /* borrowed */
	struct fake_vg vgs[FAKE_VGS_MAX];
	size_t vg_count;
};

void fake_lvm_init(struct fake_lvm *lvm, struct fake_disk *disks, struct fake_dm *dm);
void fake_lvm_deinit(struct fake_lvm *lvm);

/* Makes a group and activates its LVs. The names are borrowed. */
void fake_lvm_add(struct fake_lvm *lvm, const struct fake_vg_spec *spec);

/* The id of the PV on disk number `number`. */
struct lvm_id fake_lvm_pv_id(unsigned number);

/* The PVs of all groups that are there; owned, with everything in it (fake_lvm_free_pvs). */
struct lvm_pv *fake_lvm_list_pvs(const struct fake_lvm *lvm, size_t *countp);
void fake_lvm_free_pvs(struct lvm_pv *pvs, size_t count);

/* Reads a group with the facts about its devices. 0 with *vgp owned, or -ENOENT. */
int fake_lvm_read(const struct fake_lvm *lvm, const struct lvm_id *id, struct vg **vgp);

typedef bool fake_guard_fn(void *arg, const struct vg *vg);
/* As lvm_edit_vg(): 0, -ENOENT, -ECANCELED, -ESTALE or -EBUSY. */
int fake_lvm_edit(struct fake_lvm *lvm, enum metadata_edit edit,
		  const struct reservation *reservation, const struct reservation *next,
		  fake_guard_fn *guard, void *arg);

/* As lvm_set_active(): 0, -ENOENT, or -EBUSY for an LV that is in use. */
int fake_lvm_set_active(struct fake_lvm *lvm, const struct lvm_id *vg, const struct lvm_id *lv,
			bool active);

/* A disk was flushed: the metadata on it is on stable storage. */
void fake_lvm_flushed(struct fake_lvm *lvm, const struct fake_disk *disk);
/* The group's metadata is again what was last on stable storage. */
void fake_lvm_forget_edits(struct fake_vg *vg);
/* What the group's metadata is now, no power cut takes back. */
void fake_lvm_settle_edits(struct fake_vg *vg);

/* lvchange --refresh: gives an active LV the table that the metadata says. */
int fake_lvm_refresh(struct fake_lvm *lvm, const struct fake_vg *vg, const struct fake_lv *lv);
/*
 * An LV is removed by force, in the metadata and in the kernel, though it is LOCKED; its leg stays.
 * 0, or -EBUSY for one that is in use.
 */
int fake_lvm_remove(struct fake_lvm *lvm, struct fake_vg *vg, struct fake_lv *lv);

/* Somebody takes LOCKED off all reservations of the group. */
void fake_lvm_unlock_reservations(struct fake_lvm *lvm, struct fake_vg *vg);

/*
 * What lvcreate does for a snapshot: the LV's live table leads to a device of its own, which has
 * what the metadata says.
 */
int fake_lvm_layer(struct fake_lvm *lvm, const struct fake_vg *group, const struct fake_lv *lv);

/* The disks of a group go away or come; when they come its LVs are activated. */
void fake_lvm_set_present(struct fake_lvm *lvm, struct fake_vg *vg, bool present);

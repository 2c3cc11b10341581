/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A volume group as its metadata describes it: plain values, read once and
 * never changed. Knows nothing of files, commands or device-mapper. PVs and
 * LVs refer to each other by index into the group's own arrays.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An LVM UUID as LVM prints it: 32 characters in groups of 6-4-4-4-4-4-6. */
#define LVM_ID_TEXT_LEN 38
/* The same without its dashes, as device-mapper UUIDs hold it. */
#define LVM_ID_PLAIN_LEN 32

/* Longest name of a VG or an LV with its NUL. */
#define LVM_NAME_MAX 128

struct lvm_id {
	char text[LVM_ID_TEXT_LEN + 1];
};

/* Parses the dashed form. Returns 0, or -EINVAL with *idp untouched. */
int lvm_id_parse(const char *text, struct lvm_id *idp);
bool lvm_id_equal(const struct lvm_id *a, const struct lvm_id *b);
/* Writes the 32 characters without dashes, and a NUL. */
void lvm_id_plain(const struct lvm_id *id, char plain[LVM_ID_PLAIN_LEN + 1]);
/* A new random id (getrandom; characters 0-9a-zA-Z, all of which LVM accepts). */
struct lvm_id lvm_id_generate(void);

/* True for what LVM takes as the name of a VG or an LV; such a name is safe in a path. */
bool lvm_name_is_valid(const char *name);

/* Most disks below one PV that are told apart; what has more is known by the first of them. */
#define VG_PV_DISKS_MAX 8
/* The kernel's name of a disk, with the NUL. */
#define VG_DISK_NAME_MAX 32

/* A whole disk that a PV lies on: never a partition, nor what device-mapper or md make of disks. */
struct vg_disk {
	dev_t dev;
	char name[VG_DISK_NAME_MAX]; /* "sda"; "" when it is not known */
	bool rotational;
};

struct vg_pv {
	struct lvm_id id;
	char *key;    /* its name inside the metadata text, "pv0"; renumbered at each export */
	char *device; /* path LVM knows it by now; NULL when missing */
	uint64_t pe_start_sectors;
	uint64_t pe_count;
	bool missing;
	bool allocatable;
	/* Facts about the device itself; zero while nobody has looked (metadata_parse does not). */
	dev_t dev;
	uint32_t logical_block_bytes;
	uint32_t physical_block_bytes; /* 0: not known */
	bool read_only;                /* the kernel takes no writes for it */
	bool degraded; /* the kernel has given a disk below it up, or an array there lacks one */
	bool rotational;
	uint32_t queue_requests;    /* that its disk takes at a time; 0: not known */
	uint32_t request_max_bytes; /* of one; 0: not known */
	struct vg_disk disks[VG_PV_DISKS_MAX];
	size_t disk_count;
};

/* A stretch of a PV that a segment stands on. */
struct vg_area {
	size_t pv; /* index into vg->pvs */
	uint64_t first_pe;
	uint64_t extent_count;
};

struct vg_segment {
	uint64_t first_le;
	uint64_t extent_count;
	char *type;            /* as in the metadata: "striped", "raid1", "thin", … */
	struct vg_area *areas; /* those on PVs; sub-LVs are LVs of their own */
	size_t area_count;
};

struct vg_lv {
	struct lvm_id id;
	char *name;
	bool visible;
	bool writable;
	bool locked;       /* LOCKED: LVM refuses to change it */
	bool is_component; /* another LV's segment names it (pool, image, origin, …) */
	bool is_pvmove;    /* LVM's own pvmove is under way with or through it */
	char **tags;
	size_t tag_count;
	struct vg_segment *segments; /* in order of first_le, without gaps */
	size_t segment_count;
};

struct vg {
	struct lvm_id id;
	char *name;
	uint64_t seqno;
	uint64_t extent_size_sectors;
	bool exported;
	bool writable;
	char *system_id; /* NULL: none */
	char *lock_type; /* NULL, "none", "sanlock", "dlm", … */
	struct vg_pv *pvs;
	size_t pv_count;
	struct vg_lv *lvs;
	size_t lv_count;
};

/* Frees a group and all in it; NULL and half-built groups are fine. */
void vg_free(struct vg *vg);

/* Whether an LV is to be kept. */
typedef bool vg_lv_filter(const struct vg_lv *lv, const void *arg);

/* Forgets all other LVs. What they use of the PVs looks free then: no plan can be made of it. */
void vg_keep_lvs(struct vg *vg, vg_lv_filter *keep, const void *arg);

/* Each returns the element, borrowed, or NULL. */
const struct vg_pv *vg_find_pv(const struct vg *vg, const struct lvm_id *id);
const struct vg_pv *vg_find_pv_by_dev(const struct vg *vg, dev_t dev);
const struct vg_lv *vg_find_lv(const struct vg *vg, const struct lvm_id *id);
const struct vg_lv *vg_find_lv_by_name(const struct vg *vg, const char *name);

/* True when the segment is "striped" over a single area on a PV. */
bool vg_segment_is_linear(const struct vg_segment *segment);

/* True when every segment is linear. */
bool vg_lv_is_linear(const struct vg_lv *lv);

/*
 * The areas of all LVs, by PV and then by first_pe. Returns 0 and an owned
 * array (free()), or -ENOMEM.
 */
int vg_used_areas(const struct vg *vg, struct vg_area **areasp, size_t *countp);

/* A half-open range of a PV's extents. */
struct pe_range {
	uint64_t first_pe;
	uint64_t extent_count;
};

/*
 * The extents of PV number `pv` that no LV uses, ascending, maximal, without
 * overlap. Returns 0 and an owned array (free()), or -ENOMEM.
 */
int vg_free_ranges(const struct vg *vg, size_t pv, struct pe_range **rangesp, size_t *countp);

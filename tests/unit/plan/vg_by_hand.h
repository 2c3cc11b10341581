/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Groups and requests made by hand. The group is "vg", with extents of 4 MiB;
 * its PVs are /dev/pv0, /dev/pv1, … with devices 8:0, 8:1, …. All aborts when
 * memory runs out.
 */

#include "daemon/lvm/vg.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/request.h"

#define EXTENT_SECTORS   UINT64_C(8192)
#define PE_START_SECTORS UINT64_C(2048)

/* The UUID of the thing with that number; kind: 'p' PV, 'l' LV, 'g' group. */
struct lvm_id hand_id(char kind, size_t number);
dev_t hand_dev(size_t pv);

struct vg *hand_vg(size_t pv_count, uint64_t pe_count);
/* Adds a visible, writable LV without segments; returns it until the next is added. */
struct vg_lv *hand_add_lv(struct vg *vg, const char *name);
/* Adds a linear segment behind the last. */
void hand_add_linear(struct vg_lv *lv, size_t pv, uint64_t first_pe, uint64_t extent_count);
/* Adds a segment of a type; without an area, as LVs that stand on others have it, or with two. */
void hand_add_stacked(struct vg_lv *lv, const char *type, uint64_t extent_count);
void hand_add_striped(struct vg_lv *lv, size_t pv_a, size_t pv_b, uint64_t extent_count);
void hand_add_tag(struct vg_lv *lv, const char *tag);

/* A request to empty a PV, resolved. */
struct move_request *hand_request(size_t source_pv);
void hand_add_destination(struct move_request *request, size_t pv);
void hand_add_range(struct pv_choice *choice, uint64_t first_pe, uint64_t extent_count);
void hand_set_lv(struct move_request *request, const char *lv);

/* The same sequence for the same seed, the same everywhere. */
uint64_t hand_random(uint64_t *seed, uint64_t below);

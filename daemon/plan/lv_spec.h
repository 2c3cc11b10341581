/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The ways in which users name an LV. Pure. */

#include "daemon/lvm/vg.h"

/*
 * Finds the LV that "lv", "vg/lv", "/dev/vg/lv" or "/dev/mapper/vg-lv" stands
 * for (in the last, dashes within names are doubled). Returns it, borrowed, or
 * NULL also when the VG named is another one.
 */
const struct vg_lv *lv_spec_find(const struct vg *vg, const char *spec);

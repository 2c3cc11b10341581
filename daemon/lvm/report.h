/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What `vgs` and `pvs` print with --reportformat json, parsed. Pure; the text
 * is hostile until parsed.
 */

#include <stddef.h>

#include "daemon/lvm/lvm.h"

/*
 * What to ask for. With --readonly no locks are taken: all VGs are listed, and
 * one that is locked for long must not hold up the others.
 */
#define REPORT_OPTIONS   "--readonly", "--foreign", "--shared", "--reportformat", "json", "-o"
#define REPORT_VG_FIELDS "vg_uuid,vg_name"
#define REPORT_PV_FIELDS "pv_name,pv_uuid,vg_name,vg_uuid"

/*
 * Finds the name of a VG. Returns 0, -ENOENT when the VG is not listed, or
 * -EBADMSG.
 */
int report_find_vg(const char *text, size_t len_bytes, const struct lvm_id *vg,
		   char namep[LVM_NAME_MAX]);

/*
 * Reads the PVs whose device LVM sees; dev stays 0. Returns 0 and an owned array
 * (report_free_pvs), -EBADMSG, or -ENOMEM.
 */
int report_parse_pvs(const char *text, size_t len_bytes, struct lvm_pv **pvsp, size_t *countp);

/* Frees the array and what is in it; NULL is fine. */
void report_free_pvs(struct lvm_pv *pvs, size_t count);

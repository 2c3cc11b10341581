/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * LVM's metadata text (what `vgcfgbackup -f` writes and `vgcfgrestore -f`
 * reads), parsed and edited as a tree with libdevmapper's dm_config functions.
 * Pure: text in, values or text out. Text is hostile until parsed: sizes,
 * counts, references and overlaps are all checked.
 *
 * An edit keeps everything it does not change, comments apart (dm_config drops
 * them; LVM does not need them).
 */

#include <stdbool.h>
#include <stddef.h>

#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"

/* Longest metadata text accepted, in bytes. LVM's metadata areas are smaller. */
#define METADATA_TEXT_MAX ((size_t)64 * 1024 * 1024)

/*
 * Parses the text of one VG. Returns 0 and an owned group (vg_free), -EBADMSG
 * for text that is not the metadata of exactly one sound VG, -E2BIG above
 * METADATA_TEXT_MAX, or -ENOMEM.
 */
int metadata_parse(const char *text, size_t len_bytes, struct vg **vgp);

enum metadata_edit {
	/*
	 * STAGE_UNRESERVED -> STAGE_RESERVED: adds the hidden LV on the destination runs
	 * and sets LOCKED on it and on the LV. -EBUSY when a destination extent is not
	 * free or the LV is LOCKED already, -EEXIST when another LV has the hidden LV's name.
	 */
	METADATA_RESERVE,
	/* STAGE_RESERVED -> STAGE_COMMITTED: swaps the runs. Both stay LOCKED. */
	METADATA_COMMIT,
	/*
	 * STAGE_RESERVED -> STAGE_UNRESERVED or STAGE_COMMITTED -> STAGE_RELEASED: removes
	 * the hidden LV, which frees what it holds, and drops the LOCKED that the
	 * reservation set on the LV. In STAGE_LV_GONE and STAGE_CHANGED too, as LVM's own
	 * commands cannot remove a LOCKED LV.
	 */
	METADATA_RELEASE,
	/*
	 * Whatever the stage: removes the hidden LVs of all reservations of the group and
	 * all LOCKED that reservations set. Of the reservation given only vg counts.
	 */
	METADATA_CLEAR,
};

/*
 * True when the group is as the edit leaves it: STAGE_RESERVED, STAGE_COMMITTED
 * with the LV on its destination, or, after METADATA_RELEASE, whatever the stage,
 * without the hidden LV, and after METADATA_CLEAR without anything of any reservation.
 */
bool metadata_edit_is_done(enum metadata_edit kind, const struct vg *vg,
			   const struct reservation *reservation);

/*
 * Applies one edit to the text. Returns 0 and the new text, owned (free()),
 * NUL-terminated; -ESTALE when the text is not in the edit's first stage;
 * -EBUSY and -EEXIST as above; and metadata_parse()'s errors. On every error
 * *textp is untouched.
 */
int metadata_edit(const char *text, size_t len_bytes, enum metadata_edit kind,
		  const struct reservation *reservation, char **textp);

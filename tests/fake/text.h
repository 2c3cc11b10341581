/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Metadata text as LVM 2.03 writes it, for fake groups. */

#include "tests/fake/lvm.h"

/* An id that is told from others of its kind by its number. */
struct lvm_id fake_text_id(char kind, unsigned number);

/* The text of a new group; owned. */
char *fake_text_make(const struct fake_vg_spec *spec, const struct fake_vg *vg,
		     const struct fake_disk *disks);

/*
 * What LVM makes of a text when it writes it: the next sequence number, and
 * the names "pv0", "pv1" … given anew, so that nobody can rely on them. Owned.
 */
char *fake_text_export(const char *text, uint64_t seqno);

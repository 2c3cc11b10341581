/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The name that each VG had when it was last looked at, and where its PVs were.
 * Names change; ids do not. LVM reads from every disk that it may see, and
 * waits for ever for one that hangs (2.03.16: not even SIGKILL ends it); so it
 * is shown those of the VG only. What is known may be out of date: it is for
 * those who look to find that out.
 */

#include <sys/queue.h>

#include "daemon/lvm/vg.h"

struct known_vg {
	TAILQ_ENTRY(known_vg) link;
	struct lvm_id id;
	char name[LVM_NAME_MAX];
	char *devices; /* paths with commas in between; NULL: one is missing, LVM is to see all */
};

TAILQ_HEAD(known_vgs, known_vg);

/* Frees all that is known. */
void known_deinit(struct known_vgs *known);

/* What is known of the VG, borrowed until the next known_note(), or NULL. */
struct known_vg *known_find(const struct known_vgs *known, const struct lvm_id *id);

/* The VG was seen to have that name. Without memory it stays unknown. */
void known_note_name(struct known_vgs *known, const char *name, const struct lvm_id *id);

/* The VG was just found by that name. Without memory it stays unknown, or its devices do. */
void known_note(struct known_vgs *known, const char *name, const struct vg *vg);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is checked besides the plan itself before a move begins: whether the
 * kernel has what a move takes, and what about the VG, its devices and LVM's
 * settings is worth a warning. Pure: all facts are given. What the planner
 * itself refuses is not looked at again.
 */

#include <stdbool.h>

#include "common/refusal.h"
#include "daemon/plan/planner.h"
#include "daemon/plan/warning.h"

/* What is known of the host. All zero: nothing is known, and nothing is said. */
struct preflight_host {
	bool lacks_mirror;      /* the kernel has no dm-mirror and cannot load it */
	bool issue_discards;    /* LVM is told to discard what lvremove frees */
	char devices_file[256]; /* LVM sees only what it lists; "": everything */
	uint64_t memory_bytes;  /* that is free, or can be had at once; 0: not known */
};

/*
 * Returns 0, or PLAN_REFUSED: NO_TARGET when nothing at all can be moved on this host,
 * TOO_FRAGMENTED when a pass would take more than half of its free memory for mirrors.
 */
int preflight_check(const struct plan *plan, const struct preflight_host *host,
		    struct refusal *refusal);

/* Completes a refusal of the planner's by what is known of the host. */
void preflight_complete_refusal(const struct preflight_host *host, struct refusal *refusal);

/*
 * What is to be said of a plan that was made from the VG; nothing of one with nothing to move.
 * Returns 0 or -ENOMEM.
 */
int preflight_warn(const struct plan *plan, const struct vg *vg, const struct preflight_host *host,
		   struct warning_list *warnings);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a VG still has of pvmoved, and what is to be done about it next: worked
 * out from the metadata and the live tables alone, with no journal. Pure.
 *
 * The metadata says where each LV's data is: on its source until the commit, on
 * its destination from then on. Its live table is put there, through nothing,
 * provided that the leg it goes through has everything there; a leg that nothing
 * goes through is removed; and only when no live table leads to what a
 * reservation holds any more are all reservations given back, in one edit.
 */

#include "daemon/dm/device.h"
#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"

/* A device of the VG: its UUID begins with "LVM-" and the VG's. */
struct survey_device {
	char uuid[DM_ID_MAX];
	struct dm_device device;
	bool wedged; /* a leg whose table cannot be swapped before the next boot */
};

enum survey_finding {
	SURVEY_LOCKED, /* in the metadata; no device is to be touched */
	SURVEY_ON_LEG, /* the LV goes through a leg that has everything where the metadata says */
	SURVEY_IDLE,   /* a leg, or a reservation's own device, that the LV does not go through */
	SURVEY_WEDGED, /* the same, and it can only be left to the next boot */
	/* What follows has to be put right by people first. */
	SURVEY_ASTRAY,  /* the LV goes through a leg that lacks something where the metadata says */
	SURVEY_FOREIGN, /* a table of somebody else's leads through a leg, or to what is reserved */
	SURVEY_ORPHAN,  /* the same, and the metadata has no such LV any more */
};

struct survey_item {
	enum survey_finding finding;
	const struct vg_lv *lv;             /* NULL: the metadata has it no more */
	const struct survey_device *device; /* the LV's own, or whose table it is; NULL: inactive */
	const struct survey_device *leg;    /* NULL: none */
	struct dm_table plain_leg;          /* SURVEY_ON_LEG: the leg without its mirrors */
	struct dm_table plain_lv;           /* SURVEY_ON_LEG: the LV without its leg */
};

/* Everything in it is borrowed from what was surveyed, but for the items. */
struct survey {
	const struct vg *vg;
	struct survey_item *items;
	size_t item_count;
	size_t reservation_count; /* hidden LVs in the metadata */
};

void survey_deinit(struct survey *survey);

/* Both arguments must outlive the survey. Returns 0 with *surveyp owned, or -ENOMEM. */
int survey_make(const struct vg *vg, const struct survey_device *devices, size_t device_count,
		struct survey *surveyp);

/* The first item that people have to put right, or NULL. */
const struct survey_item *survey_trouble(const struct survey *survey);

enum survey_step {
	SURVEY_NOTHING,   /* nothing is left */
	SURVEY_CLEAR_LEG, /* give the leg its plain table: what waits for a failed side is let go */
	SURVEY_DETACH,    /* give the LV its plain table */
	SURVEY_REMOVE_LEG, /* remove the idle device */
	SURVEY_EDIT,       /* METADATA_CLEAR */
};

/* What is to be done next, and to which item (NULL for the metadata); there must be no trouble. */
enum survey_step survey_next(const struct survey *survey, const struct survey_item **itemp);

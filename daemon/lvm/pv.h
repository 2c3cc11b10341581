/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A physical volume as `pvs` lists it, in whatever VG or in none: a plain value. */

#include <sys/types.h>

#include "daemon/lvm/vg.h"

struct lvm_pv {
	char *device;
	dev_t dev;
	struct lvm_id id;
	char *vg_name;    /* "" for a PV in no VG */
	struct lvm_id vg; /* empty text for a PV in no VG */
};

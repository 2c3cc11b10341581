/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which disk has failed a pass, and where: from what was seen of the leg to
 * what the status shows. Pure. Knows no states, and does not know what is done
 * about it.
 */

#include "daemon/lvm/vg.h"
#include "daemon/move/move.h"
#include "daemon/move/observe.h"

/*
 * The trouble that was seen; TROUBLE_NONE when there is none. vg gives the PV's
 * path; it may be NULL, and the PV may be missing in it.
 */
struct pass_trouble trouble_seen(const struct observation *seen,
				 const struct reservation *reservation, const struct vg *vg);

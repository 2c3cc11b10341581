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

/*
 * Makes trouble of the source exact: it is those sectors of the PV's device.
 * Returns false, and changes nothing, when they are none of the pass's.
 */
bool trouble_narrow(struct pass_trouble *trouble, const struct reservation *reservation,
		    const struct vg *vg, uint64_t first_sector, uint64_t sector_count);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Words for a pass that a disk has failed, or that waits for one: where it is,
 * and what to do next. Pure: from a value, whose texts are clean, to a stream.
 */

#include <stdio.h>

#include "client/view.h"

/*
 * "sectors 102048 to 102055 of /dev/sdb (logical extent 47)"; nothing for a
 * pass that no disk has failed.
 */
void trouble_write_place(FILE *out, const struct pass_view *pass);

/* True when there is something to be done about the pass that trouble_write_advice() knows of. */
bool trouble_has_advice(const struct pass_view *pass);

/* What to do next, as a sentence without its full stop; vg: the name of its VG. */
void trouble_write_advice(FILE *out, const char *vg, const struct pass_view *pass);

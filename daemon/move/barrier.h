/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What somebody else has suspended is left alone. A swap ends with a resume, which would let go of
 * a device that an admin, or LVM while it changes the LV, needs to stand still. Pure; knows what an
 * action touches, and not what it does. Internal to the mover.
 */

#include "daemon/move/effects.h"
#include "daemon/move/fsm.h"

/* The suspended device that keeps the row from being followed, borrowed from the scene, or NULL. */
const struct dm_device *barrier_find(const struct fsm_row *row, const struct effect_scene *scene);

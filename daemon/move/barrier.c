/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/barrier.h"

#include <stddef.h>

static bool stands_still(const struct dm_device *device)
{
	return device->present && device->suspended;
}

const struct dm_device *barrier_find(const struct fsm_row *row, const struct effect_scene *scene)
{
	switch (row->action) {
	case ACTION_ATTACH:
	case ACTION_REDRAW:
	case ACTION_CLEAR_LEG:
	case ACTION_SWITCH:
	case ACTION_DETACH:
	case ACTION_REMOVE_LEG:
		if (stands_still(&scene->lv))
			return &scene->lv;
		return stands_still(&scene->leg) ? &scene->leg : NULL;
	default:
		/* A leg that stands still copies nothing. */
		return row->event == EVENT_MIRRORING && stands_still(&scene->leg) ? &scene->leg
										  : NULL;
	}
}

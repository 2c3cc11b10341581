/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/stability.h"

#include <errno.h>

#include "daemon/move/effects.h"

bool stability_is_known(const struct drive *drive)
{
	return !drive->vg || drive->stable_seqno == drive->vg->seqno;
}

static void on_flushed(void *arg, const struct outcome *result);

/* Begins to flush the next PV. Returns false when there is no other. */
static bool flush_next(struct drive *drive)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	while (drive->flush_next < drive->vg->pv_count) {
		const struct vg_pv *pv = &drive->vg->pvs[drive->flush_next++];

		if (!pv->missing && pv->dev != 0) {
			ports->flush(ctx, pv->dev, on_flushed, drive);
			return true;
		}
	}
	return false;
}

static void on_flushed(void *arg, const struct outcome *result)
{
	struct drive *drive = arg;

	if (result->code == 0)
		drive->stable_seqno = drive->vg->seqno;
	if (!mover_is_stopped(drive->mover) && flush_next(drive))
		return;
	if (!stability_is_known(drive)) {
		drive_effect_done(drive, result);
		return;
	}
	drive->busy = false;
	drive_run(drive);
}

void stability_make(struct drive *drive)
{
	drive->busy = true;
	drive->effect = ACTION_FLUSH;
	drive->flush_next = 0;
	if (flush_next(drive))
		return;
	/* No disk of it is there: there is nothing to be done on its strength either. */
	drive->stable_seqno = drive->vg->seqno;
	drive->busy = false;
}

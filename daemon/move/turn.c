/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/turn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "daemon/move/mover_internal.h"
#include "daemon/move/reason.h"

/* ---- which disks ------------------------------------------------------- */

static void add_disk(struct drive *drive, const struct vg_disk *disk)
{
	for (size_t i = 0; i < drive->disk_count; i++)
		if (drive->disks[i].dev == disk->dev)
			return;
	if (drive->disk_count < DRIVE_DISKS_MAX)
		drive->disks[drive->disk_count++] =
			(struct queue_disk){.dev = disk->dev, .rotational = disk->rotational};
}

void turn_note_disks(struct drive *drive, const struct vg *vg)
{
	const struct pass *pass = move_current_pass(drive->move);

	mover_note_order(drive->mover);
	if (!vg || !pass)
		return;
	drive->disk_count = 0;
	for (size_t i = 0; i < vg->pv_count; i++) {
		if (!reservation_uses_pv(&pass->reservation, &vg->pvs[i].id))
			continue;
		for (size_t j = 0; j < vg->pvs[i].disk_count; j++)
			add_disk(drive, &vg->pvs[i].disks[j]);
	}
	drive->disks_known = true;
}

/* The kernel's name of a disk, as the metadata was read last; "" when it is not known. */
static const char *disk_name(const struct drive *drive, dev_t dev)
{
	for (size_t i = 0; drive->vg && i < drive->vg->pv_count; i++) {
		const struct vg_pv *pv = &drive->vg->pvs[i];

		for (size_t j = 0; j < pv->disk_count; j++)
			if (pv->disks[j].dev == dev)
				return pv->disks[j].name;
	}
	return "";
}

/* ---- who waits for whom ------------------------------------------------ */

/*
 * What waits for something outside is in nobody's way, unless the kernel may be copying for it.
 * Nor is what is undone, or what is held, which may be so for as long as a person takes. What is to
 * pause copies until it has.
 */
static enum queue_role role_of(const struct drive *drive)
{
	const struct move *move = drive->move;
	const struct pass *pass = move_current_pass(move);

	if (!pass || move->goal == GOAL_ABORT || (move->waiting && !drive->disks_known))
		return QUEUE_OUT;
	switch (pass->state) {
	case PASS_QUEUED:
	case PASS_PAUSED:
		return move->waiting || move->goal == GOAL_PAUSE ? QUEUE_OUT : QUEUE_WAITS;
	case PASS_RESERVING:
	case PASS_ARMING:
	case PASS_COMMITTING:
	case PASS_SWITCHING:
	case PASS_RETIRING:
		return move->waiting ? QUEUE_OUT : QUEUE_COPIES;
	case PASS_COPYING:
	case PASS_VERIFYING:
		return QUEUE_COPIES;
	default:
		return QUEUE_OUT;
	}
}

static bool share_a_disk(const struct drive *a, const struct drive *b)
{
	for (size_t i = 0; i < a->disk_count; i++)
		for (size_t j = 0; j < b->disk_count; j++)
			if (a->disks[i].dev == b->disks[j].dev)
				return true;
	return false;
}

size_t turn_count_sharing(const struct drive *drive)
{
	const struct mover *mover = drive->mover;
	size_t count = 1;

	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct drive *other = mover->drives[i];
		const struct pass *pass = move_current_pass(other->move);

		count += other != drive && pass && role_of(other) == QUEUE_COPIES &&
			 (pass->state == PASS_ARMING || pass->state == PASS_COPYING) &&
			 share_a_disk(drive, other);
	}
	return count;
}

/* Returns whether anyone may see a difference. */
static bool note_place(const struct mover *mover, struct drive *drive,
		       const struct queue_place *place)
{
	struct move_queue *queue = &drive->move->queue;
	struct move_queue before = *queue;

	drive->may_copy = place->may_copy;
	*queue = (struct move_queue){.place = place->ahead};
	if (place->ahead > 0) {
		queue->behind_id = mover->drives[place->behind]->move->id;
		snprintf(queue->disk, sizeof(queue->disk), "%s", disk_name(drive, place->disk));
	}
	return before.place != queue->place || before.behind_id != queue->behind_id ||
	       strcmp(before.disk, queue->disk) != 0;
}

void mover_note_order(struct mover *mover)
{
	mover->order_is_old = true;
	mover->turns_are_due = true;
}

void mover_arrange_turns(struct mover *mover)
{
	if (!mover->order_is_old)
		return;
	mover->order_is_old = false;
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct drive *drive = mover->drives[i];

		mover->entries[i] = (struct queue_entry){
			.role = role_of(drive),
			.is_limited = drive->move->limit_bytes_s > 0,
			.disks_known = drive->disks_known,
			.disks = drive->disks,
			.disk_count = drive->disk_count,
		};
	}
	queue_arrange(mover->entries, mover->drive_count, mover->places);
	for (size_t i = 0; i < mover->drive_count; i++) {
		struct drive *drive = mover->drives[i];

		if (mover->entries[i].role != QUEUE_WAITS)
			drive->waits_for_turn = false;
		if (note_place(mover, drive, &mover->places[i]))
			mover_publish(mover, drive->move);
	}
}

/* ---- taking turns ------------------------------------------------------ */

bool turn_is_needed(const struct pass *pass, enum pass_event event, enum pass_event seen)
{
	if (pass->state == PASS_QUEUED)
		return event == EVENT_UNRESERVED;
	/* What is in sync copies no more, and what was seen to have to go on is not kept waiting.
	 */
	return pass->state == PASS_PAUSED && event == EVENT_RESUME && seen != EVENT_RESUME &&
	       seen != EVENT_IN_SYNC;
}

bool turn_take(struct drive *drive, struct pass *pass)
{
	const struct move_queue *queue = &drive->move->queue;

	/* What it waited for has come, or it would not be ready. */
	if (drive->move->waiting)
		reason_clear_trouble(drive, pass);
	mover_arrange_turns(drive->mover);
	if (drive->may_copy) {
		drive->waits_for_turn = false;
		return true;
	}
	if (!drive->waits_for_turn && queue->place > 0)
		drive_log(LOG_INFO, drive->move, pass,
			  "waits for its turn on /dev/%s, behind move %" PRIu64, queue->disk,
			  queue->behind_id);
	drive->waits_for_turn = true;
	return false;
}

static void go_on(struct drive *drive)
{
	drive->waits_for_turn = false;
	drive->vg_is_fresh = false; /* it may have waited long */
	drive_hurry(drive);
	drive_run(drive);
}

void mover_settle_turns(struct mover *mover)
{
	if (mover->is_settling)
		return;
	mover->is_settling = true;
	while (mover->turns_are_due) {
		mover->turns_are_due = false;
		mover_arrange_turns(mover);
		for (size_t i = 0; i < mover->drive_count; i++)
			if (mover->drives[i]->waits_for_turn && mover->drives[i]->may_copy)
				go_on(mover->drives[i]);
	}
	mover->is_settling = false;
}

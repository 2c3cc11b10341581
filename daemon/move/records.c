/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "daemon/move/codec.h"
#include "daemon/move/mover_internal.h"

bool mover_is_stopped(const struct mover *mover)
{
	return mover->stopped != 0;
}

/* For want of room nothing was written, and room may come back. */
static bool record_may_be_retried(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG || error == -ENOMEM ||
	       error == -EMSGSIZE;
}

int mover_record(struct mover *mover, char *payload)
{
	_free_ char *text = payload;
	int r = mover->stopped;

	if (r == 0)
		r = text ? mover->ports->record(mover->ctx, text, strlen(text)) : -ENOMEM;
	if (r < 0 && !mover->stopped && !record_may_be_retried(r)) {
		mover->stopped = r;
		log_error("cannot write the journal: %s; all moves stay as they are until the "
			  "daemon is started again",
			  strerror(-r));
	}
	return r;
}

void move_derive_progress(struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++) {
		struct pass *pass = &move->passes[i];

		pass->total_bytes =
			reservation_extent_count(&pass->reservation) * move->extent_bytes;
		pass->copied_bytes = pass->state == PASS_DONE ? pass->total_bytes : 0;
		pass->is_observed =
			pass->state == PASS_QUEUED || pass_state_is_terminal(pass->state);
	}
}

static int replay_move(struct mover *mover, struct record *record)
{
	const struct move *last =
		mover->drive_count ? mover->drives[mover->drive_count - 1]->move : NULL;

	if (last && last->id >= record->move->id)
		return -EBADMSG;
	move_derive_progress(record->move);
	if (!mover_add_move(mover, record->move))
		return -ENOMEM;
	record->move = NULL;
	mover_forget_oldest(mover);
	return 0;
}

static int replay_pass(struct mover *mover, struct record *record)
{
	struct drive *drive = mover_find_drive(mover, record->move_id);
	struct pass *pass;

	if (!drive || record->pass_index >= drive->move->pass_count)
		return -EBADMSG;
	pass = &drive->move->passes[record->pass_index];
	if (record->pass.reservation.run_count > 0) {
		struct reservation old = pass->reservation;

		pass->reservation = record->pass.reservation;
		record->pass.reservation = old;
	}
	pass->state = record->pass.state;
	pass->reason = record->pass.reason;
	memcpy(pass->reason_text, record->pass.reason_text, sizeof(pass->reason_text));
	memcpy(pass->activated_boot, record->pass.activated_boot, sizeof(pass->activated_boot));
	pass->leg_number = record->pass.leg_number;
	memcpy(pass->wedged, record->pass.wedged, sizeof(pass->wedged));
	memcpy(pass->wedged_boot, record->pass.wedged_boot, sizeof(pass->wedged_boot));
	move_derive_progress(drive->move);
	if (move_is_terminal(drive->move))
		drive->move->finished_us = record->at_us;
	return 0;
}

static int replay_goal(struct mover *mover, const struct record *record)
{
	struct drive *drive = mover_find_drive(mover, record->move_id);

	if (!drive)
		return -EBADMSG;
	drive->move->goal = record->goal;
	return 0;
}

int mover_replay(void *mover_arg, const char *payload, size_t len_bytes)
{
	cleanup(record_deinit) struct record record = {0};
	struct mover *mover = mover_arg;
	int r = codec_decode(payload, len_bytes, &record);

	if (r < 0)
		return r;
	switch (record.type) {
	case RECORD_MOVE:
		return replay_move(mover, &record);
	case RECORD_PASS:
		return replay_pass(mover, &record);
	case RECORD_GOAL:
		return replay_goal(mover, &record);
	case RECORD_NEXT_ID:
		if (record.next_id > mover->next_id)
			mover->next_id = record.next_id;
		return 0;
	}
	return -EBADMSG;
}

static int keep_text(char *payload, int (*write)(void *sink, const char *payload, size_t len_bytes),
		     void *sink)
{
	_free_ char *text = payload;

	return text ? write(sink, text, strlen(text)) : -ENOMEM;
}

int mover_keep(void *mover_arg, int (*write)(void *sink, const char *payload, size_t len_bytes),
	       void *sink)
{
	const struct mover *mover = mover_arg;
	int r = keep_text(codec_encode_next_id(mover->next_id), write, sink);

	for (size_t i = 0; r == 0 && i < mover->drive_count; i++)
		r = keep_text(codec_encode_move(mover->drives[i]->move), write, sink);
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "daemon/move/codec.h"
#include "daemon/move/message.h"
#include "daemon/move/mover_internal.h"
#include "daemon/move/reason.h"

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

void mover_describe_journal_error(int error, char text[PASS_REASON_TEXT_MAX])
{
	snprintf(text, PASS_REASON_TEXT_MAX, "%s; %s", strerror(-error),
		 record_may_be_retried(error)
			 ? "it goes on by itself when there is room for the journal again"
			 : "nothing more is done until this is put right and pvmoved restarted");
}

/* Every move that has not ended waits for the same thing, whatever it was at. */
static void tell_all(struct mover *mover)
{
	char text[PASS_REASON_TEXT_MAX];

	mover_describe_journal_error(mover->stopped, text);
	for (size_t i = 0; i < mover->drive_count; i++) {
		struct drive *drive = mover->drives[i];
		struct pass *pass = move_current_pass(drive->move);

		if (pass)
			reason_note_trouble(drive, pass, REASON_JOURNAL_FAILED, text);
	}
}

int mover_record(struct mover *mover, char *payload)
{
	_free_ char *text = payload;
	int r = mover->stopped;

	if (r == 0)
		r = text ? mover->ports->record(mover->ctx, text, strlen(text)) : -ENOMEM;
	if (r < 0 && !mover->stopped && !record_may_be_retried(r)) {
		mover->stopped = r;
		message_log(MESSAGE_JOURNAL_STOPPED, LOG_ERR,
			    "cannot write the journal: %s; all moves stay as they are until the "
			    "daemon is started again",
			    strerror(-r));
		tell_all(mover);
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
		if (pass->state < PASS_COMMITTING)
			pass->verified_bytes = 0; /* it begins anew */
		pass->is_observed =
			pass->state == PASS_QUEUED || pass_state_is_terminal(pass->state);
	}
}

/* No PV is larger than this, so that no move is, and its bytes can be counted and told. */
static bool move_is_sound(const struct move *move)
{
	uint64_t extents = 0, bytes;

	for (size_t i = 0; i < move->pass_count; i++)
		extents += reservation_extent_count(&move->passes[i].reservation);
	return !__builtin_mul_overflow(extents, move->extent_bytes, &bytes) && bytes <= INT64_MAX;
}

static int replay_move(struct mover *mover, struct record *record)
{
	const struct move *last =
		mover->drive_count ? mover->drives[mover->drive_count - 1]->move : NULL;

	if ((last && last->id >= record->move->id) || !move_is_sound(record->move))
		return -EBADMSG;
	move_derive_progress(record->move);
	if (!mover_add_move(mover, record->move))
		return -ENOMEM;
	record->move = NULL;
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
	if (!move_is_sound(drive->move))
		return -EBADMSG;
	pass->state = record->pass.state;
	pass->reason = record->pass.reason;
	pass->trouble = record->pass.trouble;
	memcpy(pass->reason_text, record->pass.reason_text, sizeof(pass->reason_text));
	pass->verified_bytes = record->pass.verified_bytes;
	memcpy(pass->unverified, record->pass.unverified, sizeof(pass->unverified));
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
	drive->move->limit_bytes_s = record->limit_bytes_s;
	drive->move->max_latency_us = record->max_latency_us;
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
		if (record.has_host_limit)
			mover->host_limit_bytes_s = record.host_limit_bytes_s;
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
	int r = keep_text(codec_encode_next_id(mover->next_id, mover->host_limit_bytes_s), write,
			  sink);

	for (size_t i = 0; r == 0 && i < mover->drive_count; i++)
		r = keep_text(codec_encode_move(mover->drives[i]->move), write, sink);
	return r;
}

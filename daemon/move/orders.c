/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What owners order of moves that have begun: other goals, and limits. Each is recorded before it
 * counts. */
#include <errno.h>
#include <string.h>

#include "daemon/move/codec.h"
#include "daemon/move/mover_internal.h"
#include "daemon/move/stalling.h"

static int refuse(struct refusal *refusal, enum refusal_code code, uint64_t id, const char *detail)
{
	refusal_set(refusal, code, NULL, detail);
	refusal->move_id = id;
	return PLAN_REFUSED;
}

static bool move_is_committed(const struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++) {
		enum pass_state state = move->passes[i].state;

		if (!pass_state_is_terminal(state) && state != PASS_SWITCHING &&
		    state != PASS_RETIRING)
			return false;
	}
	return true;
}

int mover_set_goal(struct mover *mover, uint64_t id, enum move_goal goal, struct refusal *refusal)
{
	struct drive *drive = mover_find_drive(mover, id);
	struct move *move = drive ? drive->move : NULL;
	enum move_goal before;
	int r;

	if (!move)
		return refuse(refusal, REFUSAL_NO_SUCH_MOVE, id, NULL);
	if (move_is_terminal(move) || (move->goal == GOAL_ABORT && goal != GOAL_ABORT))
		return refuse(refusal, REFUSAL_MOVE_ENDED, id, move_state_name(move_state(move)));
	if (move->goal == goal)
		return 0;
	if (goal == GOAL_ABORT && move_is_committed(move))
		return refuse(refusal, REFUSAL_TOO_LATE, id, NULL);
	before = move->goal;
	move->goal = goal;
	r = mover_record(mover, codec_encode_goal(move));
	if (r < 0) {
		move->goal = before;
		return refuse(refusal, REFUSAL_JOURNAL_FAILED, id, strerror(-r));
	}
	mover_publish(mover, move);
	mover_note_order(mover);
	stalling_look(drive);
	drive_hurry(drive);
	drive_run(drive);
	return 0;
}

/* A move that waits for its limit may have to wait no more, and one that copies must. */
static void look_anew(struct drive *drive)
{
	if (drive->attempts == 0)
		drive_hurry(drive);
	drive_run(drive);
}

/* Returns 0 or PLAN_REFUSED; it is recorded then, or as it was. */
static int change_number(struct mover *mover, struct move *move, uint64_t *numberp, uint64_t number,
			 struct refusal *refusal)
{
	uint64_t before = *numberp;
	int r;

	if (move_is_terminal(move))
		return refuse(refusal, REFUSAL_MOVE_ENDED, move->id,
			      move_state_name(move_state(move)));
	*numberp = number;
	r = number == before ? 0 : mover_record(mover, codec_encode_goal(move));
	if (r < 0) {
		*numberp = before;
		return refuse(refusal, REFUSAL_JOURNAL_FAILED, move->id, strerror(-r));
	}
	mover_publish(mover, move);
	return 0;
}

int mover_set_limit(struct mover *mover, uint64_t id, uint64_t limit_bytes_s,
		    struct refusal *refusal)
{
	struct drive *drive = mover_find_drive(mover, id);
	struct move *move = drive ? drive->move : NULL;

	if (!move)
		return refuse(refusal, REFUSAL_NO_SUCH_MOVE, id, NULL);
	if (move->limit_bytes_s == limit_bytes_s && !move_is_terminal(move))
		return 0;
	if (change_number(mover, move, &move->limit_bytes_s, limit_bytes_s, refusal) != 0)
		return PLAN_REFUSED;
	limiter_change(mover, drive, limit_bytes_s);
	look_anew(drive);
	return 0;
}

int mover_set_max_latency(struct mover *mover, uint64_t id, uint64_t max_latency_us,
			  struct refusal *refusal)
{
	struct drive *drive = mover_find_drive(mover, id);
	struct move *move = drive ? drive->move : NULL;

	if (!move)
		return refuse(refusal, REFUSAL_NO_SUCH_MOVE, id, NULL);
	if (change_number(mover, move, &move->max_latency_us, max_latency_us, refusal) != 0)
		return PLAN_REFUSED;
	look_anew(drive);
	return 0;
}

void mover_set_settings(struct mover *mover, const struct mover_settings *settings)
{
	mover->settings = *settings;
}

int mover_set_host_limit(struct mover *mover, uint64_t limit_bytes_s, struct refusal *refusal)
{
	int r;

	if (mover->host_limit_bytes_s == limit_bytes_s)
		return 0;
	r = mover_record(mover, codec_encode_next_id(mover->next_id, limit_bytes_s));
	if (r < 0)
		return refuse(refusal, REFUSAL_JOURNAL_FAILED, 0, strerror(-r));
	mover->host_limit_bytes_s = limit_bytes_s;
	limiter_change(mover, NULL, limit_bytes_s);
	for (size_t i = 0; i < mover->drive_count; i++)
		look_anew(mover->drives[i]);
	return 0;
}

uint64_t mover_host_limit(const struct mover *mover)
{
	return mover->host_limit_bytes_s;
}

int mover_begin_end_of(struct mover *mover, const struct lvm_id *vg)
{
	for (size_t i = 0; i < mover->drive_count; i++) {
		struct drive *drive = mover->drives[i];
		struct refusal refusal = {0};

		if (!lvm_id_equal(&drive->move->vg, vg) || move_is_terminal(drive->move))
			continue;
		if (mover_set_goal(mover, drive->move->id, GOAL_ABORT, &refusal) != 0 &&
		    refusal.code != REFUSAL_TOO_LATE)
			return -EIO;
		drive_run(drive);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/decision.h"

#include "daemon/move/guarding.h"
#include "daemon/move/limiter.h"
#include "daemon/move/turn.h"
#include "daemon/move/verify.h"

static bool is_before_commit(enum pass_event event)
{
	return event < EVENT_COMMITTED;
}

static bool is_copying_event(enum pass_event event)
{
	return event == EVENT_MIRRORING || event == EVENT_MIRROR_IDLE ||
	       event == EVENT_LEG_ATTACHED;
}

/*
 * What the owner wants outranks what was observed. That an effect failed is answered first, but a
 * destination that is flushed is no reason to commit what is to be undone.
 */
static enum pass_event choose_event(const struct drive *drive, const struct pass *pass,
				    enum pass_event seen)
{
	enum move_goal goal = drive->move->goal;

	if (drive->is_told && drive->told != EVENT_FLUSHED)
		return drive->told;
	if (goal == GOAL_ABORT && is_before_commit(seen) && fsm_find(pass->state, EVENT_ABORT))
		return EVENT_ABORT;
	if (drive->is_told && seen == EVENT_IN_SYNC)
		return EVENT_FLUSHED;
	if (goal == GOAL_PAUSE && pass->state == PASS_COPYING && is_copying_event(seen))
		return EVENT_PAUSE;
	if (goal == GOAL_PAUSE && pass->state == PASS_VERIFYING && seen == EVENT_UNVERIFIED)
		return EVENT_PAUSE;
	if (pass->state == PASS_COPYING && seen == EVENT_MIRRORING && limiter_must_stop(drive))
		return EVENT_AHEAD;
	if (pass->state == PASS_COPYING && seen == EVENT_MIRRORING && guarding_is_unfit(drive))
		return EVENT_UNFIT;
	if (goal == GOAL_RUN && pass->state == PASS_PAUSED && is_before_commit(seen) &&
	    seen != EVENT_VG_ABSENT)
		return EVENT_RESUME;
	return seen;
}

bool decision_make(struct drive *drive, struct pass *pass, const struct observation *seen,
		   enum pass_event *eventp)
{
	enum pass_event judged = verify_judge(drive, pass, seen);
	enum pass_event event = choose_event(drive, pass, judged);

	if (turn_is_needed(pass, event, judged) && !turn_take(drive, pass)) {
		if (pass->state == PASS_QUEUED)
			return false;
		event = judged; /* it stays paused */
	}
	*eventp = event;
	return true;
}

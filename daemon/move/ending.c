/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/ending.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/move/failpoint.h"
#include "daemon/move/reason.h"
#include "daemon/move/wedge.h"

/* Failures in a row after which an effect that can be undone is given up. */
#define ENDING_ATTEMPTS_MAX 5
/* First delay after a failure; doubled with each further one up to the second. */
#define ENDING_RETRY_MS     500
#define ENDING_RETRY_MAX_MS 30000

static void end_effect(struct drive *drive)
{
	drive->busy = false;
	drive->is_at_leg = false;
	drive->is_told = false;
	/* An edit has brought the metadata along. */
	if (drive->effect == ACTION_ACTIVATE)
		drive->vg_is_fresh = false;
}

static void tell(struct drive *drive, enum pass_event event)
{
	drive->is_told = true;
	drive->told = event;
}

static void tell_success(struct drive *drive, const struct pass *pass)
{
	drive->attempts = 0;
	if (drive->effect == ACTION_FLUSH)
		tell(drive, EVENT_FLUSHED);
	else if (drive->effect == ACTION_FINISH)
		tell(drive, pass->state == PASS_UNDOING && pass->reason != REASON_ABORTED
				    ? EVENT_FINISHED_FAILED
				    : EVENT_FINISHED);
}

static bool effect_is_lvm(enum pass_action action)
{
	return action == ACTION_RESERVE || action == ACTION_COMMIT || action == ACTION_RELEASE ||
	       action == ACTION_ACTIVATE || action == ACTION_FINISH;
}

static void tell_failure(struct drive *drive, struct pass *pass, int code, const char *message)
{
	char text[PASS_REASON_TEXT_MAX];

	drive->attempts++;
	drive->vg_is_fresh = false;
	if (drive->effect == ACTION_RESERVE && (code == -EBUSY || code == -ESTALE))
		drive->plan_is_stale = true;
	snprintf(text, sizeof(text), "%s: %s", pass_action_name(drive->effect),
		 *message ? message : strerror(-code));
	reason_note_trouble(drive, pass,
			    effect_is_lvm(drive->effect) ? REASON_LVM_FAILED : REASON_DM_FAILED,
			    text);
	tell(drive, drive->attempts >= ENDING_ATTEMPTS_MAX && fsm_find(pass->state, EVENT_GIVEN_UP)
			    ? EVENT_GIVEN_UP
			    : EVENT_EFFECT_FAILED);
}

/* An LV that we had activated and that somebody uses by now stays active: all is done. */
static bool finish_may_be_left(const struct drive *drive, int code)
{
	return code == -EBUSY || drive->attempts + 1 >= ENDING_ATTEMPTS_MAX;
}

void ending_settle(struct drive *drive, struct pass *pass, int code, const char *message)
{
	bool is_wedged = code == -EOWNERDEAD && drive->is_at_leg;

	if (code == 0)
		code = failpoint_reach_action(FAILPOINT_AFTER, drive->effect);
	end_effect(drive);
	if (is_wedged) {
		code = wedge_note(drive, pass);
		drive->attempts = 0;
		if (code == 0)
			return; /* another look will show what is to be done about it */
	}
	if (code == 0 || (drive->effect == ACTION_FINISH && finish_may_be_left(drive, code))) {
		reason_clear_trouble(drive, pass);
		tell_success(drive, pass);
	} else {
		tell_failure(drive, pass, code, message);
	}
}

void ending_give_up(struct drive *drive, struct pass *pass, enum pass_reason reason,
		    const char *text)
{
	end_effect(drive);
	reason_note_trouble(drive, pass, reason, text);
	tell(drive, EVENT_GIVEN_UP);
}

uint64_t ending_retry_ms(const struct drive *drive)
{
	unsigned shift = drive->attempts < 8 ? drive->attempts - 1 : 7;
	uint64_t delay_ms = (uint64_t)ENDING_RETRY_MS << shift;

	return delay_ms < ENDING_RETRY_MAX_MS ? delay_ms : ENDING_RETRY_MAX_MS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/verify.h"

#include <stdio.h>
#include <syslog.h>

#include "common/units.h"
#include "daemon/move/failpoint.h"
#include "daemon/move/limiter.h"
#include "daemon/move/reason.h"

/* Room for the names of places, so that what is said around them fits as well. */
#define PLACES_MAX 768

static void on_compared(void *arg, const struct outcome *result,
			const struct dm_comparison_result *found)
{
	struct drive *drive = arg;
	struct outcome ended = *result;

	drive->is_comparing = false;
	if (ended.code == 0)
		ended.code = failpoint_reach_action(FAILPOINT_AFTER, ACTION_VERIFY);
	/* If it was out of sync meanwhile, the verification was reset and the piece is none of it.
	 */
	if (ended.code == 0 && drive->verification.has_begun)
		verification_note(&drive->verification, &drive->piece, found);
	drive_beside_done(drive, ACTION_VERIFY, &ended);
}

/* The one place that asks for a piece, when the move's limit has room for it. */
int verify_begin_piece(struct drive *drive, const struct effect_scene *scene)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	if (drive->is_comparing)
		return EFFECT_BESIDE;
	if (!verification_next(&drive->verification, &scene->seen.geometry,
			       limiter_piece_bytes_max(drive) / SECTOR_BYTES, &drive->piece))
		return EFFECT_DONE;
	drive_publish_progress(drive);
	if (limiter_wait_us(drive) > 0)
		return EFFECT_BESIDE;
	limiter_charge(drive, drive->piece.stretch.len_sectors * SECTOR_BYTES);
	drive->is_comparing = true;
	ports->compare(ctx, &drive->piece.comparison, on_compared, drive);
	return EFFECT_BESIDE;
}

void verify_look(struct drive *drive, struct pass *pass, const struct observation *seen)
{
	if (seen->event != EVENT_IN_SYNC)
		drive->verification = (struct verification){0};
	if (pass->state != PASS_COMMITTING && pass->state != PASS_SWITCHING &&
	    pass->state != PASS_RETIRING)
		pass->verified_bytes = drive->verification.equal_sectors * SECTOR_BYTES;
}

/* Applications' writes wait for the leg's next table: it must come soon, compared or not. */
static bool writes_wait(const struct observation *seen)
{
	return seen->progress.trouble == LEG_SOURCE_WRITE_FAILED;
}

static enum pass_event judge_verifying(const struct drive *drive)
{
	switch (verification_judge(&drive->verification)) {
	case VERIFICATION_UNFINISHED:
		break;
	case VERIFICATION_EQUAL:
		return EVENT_VERIFIED;
	case VERIFICATION_DIFFERENT:
	case VERIFICATION_UNSETTLED:
		return EVENT_VERIFY_FAILED;
	case VERIFICATION_DEST_UNREADABLE:
		return EVENT_DEST_FAILED;
	}
	return EVENT_UNVERIFIED;
}

enum pass_event verify_judge(const struct drive *drive, const struct pass *pass,
			     const struct observation *seen)
{
	if (seen->event != EVENT_IN_SYNC)
		return seen->event;
	if (writes_wait(seen))
		return pass->state == PASS_PAUSED ? EVENT_RESUME : EVENT_IN_SYNC;
	if (!drive->move->request->verify)
		return EVENT_IN_SYNC;
	if (pass->state == PASS_ARMING || pass->state == PASS_COPYING)
		return EVENT_UNVERIFIED;
	/* A pass that is recorded as committing was verified before. */
	return pass->state == PASS_VERIFYING ? judge_verifying(drive) : EVENT_IN_SYNC;
}

/* ---- words ------------------------------------------------------------- */

/* Why the destination is not to be had, and what to do about it. */
static void explain_failure(const struct drive *drive, struct pass *pass,
			    const struct leg_geometry *geometry)
{
	const struct verification *verification = &drive->verification;
	char places[PLACES_MAX];
	char text[PASS_REASON_TEXT_MAX];

	switch (verification_judge(verification)) {
	case VERIFICATION_DIFFERENT:
		verification_describe(&verification->differing, drive->vg, geometry, places,
				      sizeof(places));
		snprintf(text, sizeof(text),
			 "the destination does not hold what was written to %s/%s: %s; the LV "
			 "stays on its source; see what is wrong with the destination, and move to "
			 "another PV",
			 drive->move->vg_name, pass->lv_name, places);
		break;
	case VERIFICATION_UNSETTLED:
		verification_describe(&verification->restless, drive->vg, geometry, places,
				      sizeof(places));
		snprintf(text, sizeof(text),
			 "%s/%s could not be compared, it was written to whenever it was looked "
			 "at: %s; the LV stays on its source; try again when it is written to less",
			 drive->move->vg_name, pass->lv_name, places);
		break;
	case VERIFICATION_DEST_UNREADABLE:
		verification_describe(&verification->dest_unreadable, drive->vg, geometry, places,
				      sizeof(places));
		snprintf(text, sizeof(text),
			 "what was written to %s/%s cannot be read back: %s; the LV stays on its "
			 "source; move to another PV",
			 drive->move->vg_name, pass->lv_name, places);
		break;
	case VERIFICATION_EQUAL:
	case VERIFICATION_UNFINISHED:
		return;
	}
	reason_set_text(pass, text);
	drive_log_message(MESSAGE_REASON_VERIFY_FAILED, LOG_ERR, drive->move, pass, "%s", text);
}

/* What the source does not give any more is on the destination alone; the move goes on. */
static void explain_success(const struct drive *drive, struct pass *pass,
			    const struct leg_geometry *geometry)
{
	char compared[UNITS_TEXT_MAX];
	char places[PLACES_MAX];

	units_format_bytes(pass->verified_bytes, compared);
	drive_log(LOG_INFO, drive->move, pass, "%s of it are the same on both sides", compared);
	if (drive->verification.source_unreadable.count == 0)
		return;
	verification_describe(&drive->verification.source_unreadable, drive->vg, geometry, places,
			      sizeof(places));
	snprintf(pass->unverified, sizeof(pass->unverified),
		 "the source cannot be read any more: %s%s", places,
		 drive->verification.todo_count > 0 ? "; what else there is was not compared" : "");
	drive_log_message(MESSAGE_NOT_ALL_COMPARED, LOG_WARNING, drive->move, pass,
			  "not all could be compared: %s", pass->unverified);
}

static void explain_haste(const struct drive *drive, struct pass *pass)
{
	char compared[UNITS_TEXT_MAX];

	units_format_bytes(pass->verified_bytes, compared);
	snprintf(pass->unverified, sizeof(pass->unverified),
		 "the source takes no writes any more, and only %s had been compared", compared);
	drive_log_message(MESSAGE_NOT_ALL_COMPARED, LOG_WARNING, drive->move, pass,
			  "not all could be compared: %s", pass->unverified);
}

void verify_explain(struct drive *drive, struct pass *pass, const struct fsm_row *row,
		    const struct observation *seen)
{
	if (!drive->move->request->verify || !seen)
		return;
	if (row->next == PASS_VERIFYING)
		pass->unverified[0] = '\0';
	else if (row->event == EVENT_VERIFIED)
		explain_success(drive, pass, &seen->geometry);
	else if (row->event == EVENT_IN_SYNC && row->next == PASS_COMMITTING)
		explain_haste(drive, pass);
	else if (row->state == PASS_VERIFYING && row->next == PASS_UNDOING &&
		 seen->event == EVENT_IN_SYNC && row->event != EVENT_ABORT)
		explain_failure(drive, pass, &seen->geometry);
}

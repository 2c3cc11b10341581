/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/drive.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/units.h"
#include "daemon/move/barrier.h"
#include "daemon/move/codec.h"
#include "daemon/move/decision.h"
#include "daemon/move/effects.h"
#include "daemon/move/ending.h"
#include "daemon/move/entry.h"
#include "daemon/move/failpoint.h"
#include "daemon/move/guarding.h"
#include "daemon/move/limiter.h"
#include "daemon/move/observe.h"
#include "daemon/move/reason.h"
#include "daemon/move/stability.h"
#include "daemon/move/stalling.h"
#include "daemon/move/turn.h"
#include "daemon/move/verify.h"

/* How often a VG that is not there is looked for. */
#define DRIVE_ABSENT_MS 2000
/* How often progress is looked at, and a pass that stands still. */
#define DRIVE_PROGRESS_MS UINT64_C(1000)
#define DRIVE_IDLE_MS     10000
/*
 * Longest that a window, or the swap for one, may keep the daemon from what happens to the devices:
 * a side that fails has all writes wait for its answer.
 */
#define DRIVE_REST_US UINT64_C(800000)

struct drive *drive_new(struct mover *mover, struct move *move)
{
	struct drive *drive = calloc(1, sizeof(*drive));

	if (!drive)
		return NULL;
	drive->mover = mover;
	drive->move = move;
	return drive;
}

void drive_free(struct drive *drive)
{
	if (!drive)
		return;
	vg_free(drive->vg);
	move_free(drive->move);
	free(drive);
}

static bool is_of_move(const struct vg_lv *lv, const void *arg)
{
	const struct move *move = arg;

	for (size_t i = 0; i < move->pass_count; i++)
		if (lvm_id_equal(&move->passes[i].reservation.lv, &lv->id) ||
		    lvm_id_equal(&move->passes[i].reservation.id, &lv->id))
			return true;
	return false;
}

void drive_take_vg(struct drive *drive, struct vg *vg)
{
	/* A hundred moves are not to keep a hundred times all LVs of their VG. */
	if (vg && !drive->plan_is_stale)
		vg_keep_lvs(vg, is_of_move, drive->move);
	vg_free(drive->vg);
	drive->vg = vg;
	drive->vg_is_fresh = true;
	drive->vg_is_new = true;
	turn_note_disks(drive, vg);
}

void drive_log_message(enum message message, int level, const struct move *move,
		       const struct pass *pass, const char *format, ...)
{
	char text[LOG_TEXT_MAX];
	char id[UNITS_TEXT_MAX];
	const struct log_field fields[] = {
		{"MESSAGE_ID", message_id(message)},
		{"PVMOVED_MOVE", id},
		{"PVMOVED_UUID", move->uuid},
		{"PVMOVED_VG", move->vg_name},
		{"PVMOVED_LV", pass->lv_name},
		{"PVMOVED_STATE", pass_state_name(pass->state)},
		{"PVMOVED_REASON",
		 pass->reason == REASON_NONE ? NULL : pass_reason_name(pass->reason)},
	};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(id, sizeof(id), "%" PRIu64, move->id);
	log_write(level, fields, sizeof(fields) / sizeof(fields[0]), "move %s (%s/%s): %s", id,
		  move->vg_name, pass->lv_name, text);
}

int drive_record_pass(struct drive *drive, const struct pass *pass, bool with_reservation)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	return mover_record(drive->mover, codec_encode_pass(drive->move, pass, ports->now_us(ctx),
							    with_reservation));
}

static uint64_t monotonic_us(const struct drive *drive)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	return ports->monotonic_us(ctx);
}

static uint64_t ms_up(uint64_t time_us)
{
	return time_us / 1000 + 1;
}

static void look_after(struct drive *drive, uint64_t delay_ms, bool must_wait)
{
	drive->look_at_us = monotonic_us(drive) + delay_ms * 1000;
	drive->must_wait = must_wait;
	mover_rearm(drive->mover);
}

void drive_hurry(struct drive *drive)
{
	drive->look_at_us = 0;
	drive->must_wait = false;
}

/* ---- effects ----------------------------------------------------------- */

void drive_effect_done(void *arg, const struct outcome *result)
{
	struct drive *drive = arg;
	struct pass *pass = move_current_pass(drive->move);

	assert(drive->busy && pass);
	if (result->code == 0 && drive->effect == ACTION_FLUSH && effect_flush_next(drive, pass))
		return;
	ending_settle(drive, pass, result->code, result->message);
	drive_run(drive);
}

void drive_edit_done(void *arg, const struct outcome *result, struct vg *vg)
{
	if (vg)
		drive_take_vg(arg, vg);
	drive_effect_done(arg, result);
}

void drive_beside_done(struct drive *drive, enum pass_action action, const struct outcome *result)
{
	struct pass *pass = move_current_pass(drive->move);

	/* When the pass is doing something else by now, or is over, it does not matter any more. */
	if (pass && !drive->busy && pass->state == PASS_VERIFYING) {
		drive->effect = action;
		ending_settle(drive, pass, result->code, result->message);
	}
	drive_run(drive);
}

/* ---- metadata ---------------------------------------------------------- */

static void on_vg(void *arg, const struct outcome *result, struct vg *vg)
{
	struct drive *drive = arg;
	struct pass *pass = move_current_pass(drive->move);

	drive->busy = false;
	drive_take_vg(drive, vg);
	if (result->code != 0 && result->code != -ENOENT) {
		drive->vg_is_fresh = false;
		reason_note_trouble(drive, pass, REASON_LVM_FAILED, result->message);
		look_after(drive, DRIVE_ABSENT_MS, true);
	}
	drive_run(drive);
}

static void read_metadata(struct drive *drive)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	drive->busy = true;
	drive->effect = ACTION_NONE;
	ports->read_vg(ctx, &drive->move->vg, on_vg, drive);
}

/* ---- steps ------------------------------------------------------------- */

static void wait_again(struct drive *drive, struct pass *pass, enum pass_event event)
{
	uint64_t delay_ms = DRIVE_ABSENT_MS;
	enum pass_reason reason = reason_of_event(event);

	if (event == EVENT_EFFECT_FAILED) {
		delay_ms = ending_retry_ms(drive);
	} else if (event == EVENT_VG_ABSENT) {
		reason_note_absence(drive, pass);
	} else if (!drive->move->waiting || pass->waits_for != reason) {
		reason_note_trouble(drive, pass, reason,
				    event == EVENT_ASTRAY
					    ? "the metadata and the tables name different sides; "
					      "put one of them right"
					    : pass_event_name(event));
	}
	drive->vg_is_fresh = false;
	look_after(drive, delay_ms, true);
}

void drive_publish_progress(struct drive *drive)
{
	uint64_t now_us = monotonic_us(drive);

	if (now_us - drive->notified_us >= DRIVE_PROGRESS_MS * 1000) {
		drive->notified_us = now_us;
		mover_publish(drive->mover, drive->move);
	}
}

/* Nothing is to be done: come back for progress, or, slowly, to see whether all is as it was. */
static void watch(struct drive *drive, struct pass *pass)
{
	if (pass->state == PASS_COPYING && drive->move->waiting)
		reason_clear_trouble(drive, pass);
	if (pass->state == PASS_COPYING)
		eta_add_sample(&drive->move->eta, monotonic_us(drive),
			       move_copied_bytes(drive->move));
	drive_publish_progress(drive);
	if (pass->state == PASS_HELD)
		drive->vg_is_fresh = false;
	look_after(drive, pass->state == PASS_COPYING ? DRIVE_PROGRESS_MS : DRIVE_IDLE_MS,
		   pass->state == PASS_HELD);
}

/* Until the next window is due; it may be 0, or later than that anyone wants to see progress. */
static void rest(struct drive *drive, uint64_t time_us)
{
	if (time_us == 0 || ms_up(time_us) >= DRIVE_PROGRESS_MS)
		return;
	look_after(drive, ms_up(time_us), false);
	if (time_us <= DRIVE_REST_US)
		drive->deaf_until_us = drive->look_at_us;
}

static void wait_for_resume(struct drive *drive, struct pass *pass, const struct dm_device *device)
{
	/* That a swap of it has failed meanwhile says less. */
	if (!drive->move->waiting || pass->reason == REASON_DM_FAILED)
		reason_note_trouble(drive, pass, REASON_SUSPENDED, device->name);
	drive->vg_is_fresh = false;
	look_after(drive, DRIVE_ABSENT_MS, true);
}

/* All that was begun is copied, and the move's limit has no room yet to begin more. */
static bool waits_for_limit(struct drive *drive, struct pass *pass, const struct fsm_row *row,
			    const struct effect_scene *scene)
{
	const struct leg_progress *progress = &scene->seen.progress;
	uint64_t wait_us;

	if (row->action != ACTION_REDRAW || row->next != PASS_COPYING || !progress->idle ||
	    progress->copied_sectors == progress->total_sectors)
		return false;
	wait_us = limiter_wait_us(drive);
	if (wait_us == 0)
		return false;
	watch(drive, pass);
	rest(drive, wait_us);
	return true;
}

/* By older metadata a table looks foreign that somebody else has made by newer one. */
static bool is_hard_to_believe(const struct drive *drive, enum pass_event event)
{
	return !drive->vg_is_new && (event == EVENT_LEG_FOREIGN || event == EVENT_STRAY_LEG ||
				     event == EVENT_TABLE_FOREIGN);
}

/* What to do about an effect that was not begun, where that is not just to try again. */
static const char *advice(int code)
{
	return code == -EUCLEAN
		       ? "the LV's device is not as its changed metadata says; put the metadata "
			 "right, then let LVM load it with \"lvchange --refresh\""
		       : "";
}

/* Answers an event. Returns true when there is more to do at once. */
static bool answer(struct drive *drive, struct pass *pass, enum pass_event event,
		   const struct effect_scene *scene)
{
	const struct fsm_row *row = fsm_find(pass->state, event);
	const struct dm_device *suspended;
	int r;

	drive->is_told = false;
	drive->vg_is_new = false;
	drive->deaf_until_us = 0;
	if (!row) {
		reason_note_trouble(drive, pass, REASON_TABLE_FOREIGN, pass_event_name(event));
		drive->vg_is_fresh = false;
		look_after(drive, DRIVE_IDLE_MS, true);
		return false;
	}
	if (row->next != row->state) {
		r = entry_make(drive, pass, row, scene ? &scene->seen : NULL);
		if (r < 0) {
			char text[PASS_REASON_TEXT_MAX];

			mover_describe_journal_error(r, text);
			reason_note_trouble(drive, pass, REASON_JOURNAL_FAILED, text);
			look_after(drive, DRIVE_IDLE_MS, true);
			return false;
		}
	}
	if (row->action == ACTION_WAIT) {
		wait_again(drive, pass, event);
		return false;
	}
	suspended = scene ? barrier_find(row, scene) : NULL;
	if (suspended) {
		wait_for_resume(drive, pass, suspended);
		return false;
	}
	if (row->action == ACTION_NONE) {
		if (row->next != row->state)
			return true;
		watch(drive, pass);
		if (event == EVENT_MIRRORING)
			rest(drive, limiter_window_us(drive));
		return false;
	}
	if (scene && waits_for_limit(drive, pass, row, scene))
		return false;
	drive->effect = row->action;
	drive->busy = true;
	r = failpoint_reach_action(FAILPOINT_BEFORE, row->action);
	if (r == FAILPOINT_SKIP)
		r = EFFECT_DONE;
	else if (r == 0)
		r = effect_begin(drive, pass, row, scene);
	if (r == EFFECT_PENDING) {
		if (row->action == ACTION_REDRAW && drive->window_bytes > 0)
			drive->deaf_until_us = monotonic_us(drive) + DRIVE_REST_US;
		return false;
	}
	if (r == EFFECT_BESIDE) {
		drive->busy = false;
		/* Nothing may have been begun for want of room in the move's limit. */
		look_after(drive,
			   drive->is_comparing ? DRIVE_IDLE_MS : ms_up(limiter_wait_us(drive)),
			   false);
		return false;
	}
	if (r != EFFECT_HOPELESS)
		ending_settle(drive, pass, r < 0 ? r : 0, advice(r));
	return true;
}

static bool step(struct drive *drive)
{
	cleanup(effect_scene_deinit) struct effect_scene scene = {0};
	struct pass *pass = move_current_pass(drive->move);
	enum pass_event event;

	if (!pass || drive->busy || mover_is_stopped(drive->mover))
		return false;
	if (pass->state == PASS_QUEUED && drive->move->goal == GOAL_ABORT)
		return answer(drive, pass, EVENT_ABORT, NULL);
	if (pass->state == PASS_QUEUED && drive->move->goal == GOAL_PAUSE)
		return false;
	if (pass->state == PASS_QUEUED && drive->waits_for_turn)
		return false;
	if (drive->must_wait && monotonic_us(drive) < drive->look_at_us)
		return false;
	drive_hurry(drive);
	if (drive->is_told && drive->told != EVENT_FLUSHED)
		return answer(drive, pass, drive->told, NULL);
	if (!drive->vg_is_fresh) {
		read_metadata(drive);
		return false;
	}
	if (!stability_is_known(drive)) {
		stability_make(drive);
		return !drive->busy;
	}
	if (effect_scene_look(drive, pass, drive->vg, &scene) < 0) {
		reason_note_trouble(drive, pass, REASON_DM_FAILED, "cannot look at the devices");
		look_after(drive, DRIVE_ABSENT_MS, true);
		return false;
	}
	if (is_hard_to_believe(drive, scene.seen.event)) {
		read_metadata(drive);
		return false;
	}
	drive->seen = scene.seen.event;
	entry_update_progress(pass, &scene.seen);
	verify_look(drive, pass, &scene.seen);
	stalling_look(drive);
	guarding_look(drive);
	return decision_make(drive, pass, &scene.seen, &event) &&
	       answer(drive, pass, event, &scene);
}

void drive_run(struct drive *drive)
{
	while (step(drive))
		;
	mover_settle_turns(drive->mover);
	mover_rearm(drive->mover);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/effects.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/move/ending.h"
#include "daemon/move/entry.h"
#include "daemon/move/limiter.h"
#include "daemon/move/mover_internal.h"
#include "daemon/move/turn.h"
#include "daemon/move/verify.h"

DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)

/*
 * Asked under the VG's lock, with the metadata as it is now: what led to the
 * edit must still be so, in the metadata and in the live tables.
 */
static bool guard(void *arg, const struct vg *vg)
{
	cleanup(effect_scene_deinit) struct effect_scene scene = {0};
	struct drive *drive = arg;

	if (effect_scene_look(drive, move_current_pass(drive->move), vg, &scene) < 0)
		return false;
	/* A step back that is safe is so only as it was seen. */
	return scene.seen.event == drive->seen &&
	       (drive->effect != ACTION_RELEASE || scene.seen.event != EVENT_LV_CHANGED ||
		scene.seen.put_back == PUT_BACK_RELEASE);
}

static int edit(struct drive *drive, const struct pass *pass, enum metadata_edit edit,
		const struct pass *next)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	ports->edit_vg(ctx, edit, &pass->reservation, next ? &next->reservation : NULL, guard,
		       drive_edit_done, drive);
	return EFFECT_PENDING;
}

/* ---- metadata ---------------------------------------------------------- */

/* Takes the runs of a new plan over; id and name of the hidden LV stay. */
static int adopt_plan(struct drive *drive, struct pass *pass, struct plan *plan)
{
	struct reservation *planned = &plan->passes[0].reservation;
	struct run *runs = pass->reservation.runs;
	size_t run_count = pass->reservation.run_count;
	int r;

	pass->reservation.runs = planned->runs;
	pass->reservation.run_count = planned->run_count;
	r = drive_record_pass(drive, pass, true);
	if (r < 0) {
		pass->reservation.runs = runs;
		pass->reservation.run_count = run_count;
		return r;
	}
	planned->runs = runs; /* freed with the plan */
	planned->run_count = run_count;
	pass->total_bytes =
		reservation_extent_count(&pass->reservation) * drive->move->extent_bytes;
	drive->plan_is_stale = false;
	return 0;
}

static enum pass_reason reason_of_refusal(enum refusal_code code)
{
	switch (code) {
	case REFUSAL_NO_SPACE:
		return REASON_NO_SPACE;
	case REFUSAL_PV_READ_ONLY:
		return REASON_DEST_FAILED;
	default:
		return REASON_LV_CHANGED;
	}
}

/* The destination was taken, or the LV changed, before the pass was reserved: plan it anew. */
static int plan_again(struct drive *drive, struct pass *pass)
{
	cleanup(plan_freep) struct plan *plan = NULL;
	_free_ struct plan_claim *claims = NULL;
	struct refusal refusal = {0};
	size_t claim_count = 0;
	int r = mover_claims(drive->mover, pass, &claims, &claim_count);

	if (r < 0)
		return r;
	r = planner_replan_pass(drive->move->request, drive->vg, &pass->reservation, claims,
				claim_count, &plan, &refusal);
	if (r < 0)
		return r;
	if (r == PLAN_REFUSED || plan->pass_count == 0) {
		ending_give_up(drive, pass, reason_of_refusal(refusal.code),
			       r == PLAN_REFUSED ? refusal_name(refusal.code)
						 : "nothing of it lies on the source any more");
		return EFFECT_HOPELESS;
	}
	return adopt_plan(drive, pass, plan);
}

static int reserve(struct drive *drive, struct pass *pass)
{
	if (drive->plan_is_stale) {
		int r = plan_again(drive, pass);

		if (r != 0)
			return r;
	}
	return edit(drive, pass, METADATA_RESERVE, NULL);
}

/* Any other move may be waiting for its turn. */
static bool is_alone(const struct drive *drive)
{
	const struct mover *mover = drive->mover;

	for (size_t i = 0; i < mover->drive_count; i++)
		if (mover->drives[i] != drive && !move_is_terminal(mover->drives[i]->move))
			return false;
	return true;
}

/*
 * If the pass after this one may begin, it does, recorded as always. Returns 0 with *nextp, NULL if
 * it may not, or a negative errno of mover_record().
 */
static int begin_next(struct drive *drive, const struct pass *pass, struct pass **nextp)
{
	cleanup(effect_scene_deinit) struct effect_scene scene = {0};
	const struct move *move = drive->move;
	struct pass *next = &move->passes[pass - move->passes + 1];

	*nextp = NULL;
	if (move->goal != GOAL_RUN || next == &move->passes[move->pass_count] ||
	    next->state != PASS_QUEUED || !is_alone(drive) ||
	    effect_scene_look(drive, next, drive->vg, &scene) < 0 ||
	    scene.seen.event != EVENT_UNRESERVED)
		return 0;
	*nextp = next;
	return entry_make(drive, next, fsm_find(PASS_QUEUED, EVENT_UNRESERVED), &scene.seen);
}

/* By the way, the next pass is reserved: while LVM's commands run, nothing is copied. */
static int release(struct drive *drive, const struct pass *pass)
{
	struct pass *next = NULL;
	int r = pass->state == PASS_RETIRING ? begin_next(drive, pass, &next) : 0;

	return r < 0 ? r : edit(drive, pass, METADATA_RELEASE, next);
}

/*
 * An LV that was inactive when the move came to it is left so at the end. One
 * that is inactive only later is so by a reboot: it is left active, since LVM may
 * just not have come to activating it. Recorded first, so that a crash does not
 * make us forget.
 */
static int activate(struct drive *drive, struct pass *pass, enum pass_state state)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	if (state == PASS_RESERVING || *pass->activated_boot) {
		int r;

		snprintf(pass->activated_boot, sizeof(pass->activated_boot), "%s",
			 ports->boot_id(ctx));
		r = drive_record_pass(drive, pass, false);
		if (r < 0)
			return r;
	}
	ports->set_active(ctx, &pass->reservation.vg, &pass->reservation.lv, true,
			  drive_effect_done, drive);
	return EFFECT_PENDING;
}

/*
 * What the source has not let be read is looked for first, now that nothing of
 * the LV's depends on us any more. An LV that we activated in this boot was
 * found inactive, and is left so.
 */
static int finish(struct drive *drive, const struct pass *pass, const struct effect_scene *scene)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	int r = search_begin_piece(drive, pass);

	if (r != EFFECT_DONE)
		return r;
	if (!scene->lv.present || strcmp(pass->activated_boot, ports->boot_id(ctx)) != 0)
		return EFFECT_DONE;
	ports->set_active(ctx, &pass->reservation.vg, &pass->reservation.lv, false,
			  drive_effect_done, drive);
	return EFFECT_PENDING;
}

/* ---- device-mapper ----------------------------------------------------- */

/* The table of a leg that passes everything on to the source. */
static int draw_pass_through(const struct leg_geometry *geometry, struct dm_table *tablep)
{
	cleanup(slice_map_deinit) struct slice_map map = {0};
	int r = slice_map_init(geometry, &map);

	return r < 0 ? r : slice_map_table(&map, geometry, tablep);
}

static int create_leg(struct drive *drive, const struct pass *pass,
		      const struct effect_scene *scene)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	char name[DM_NAME_MAX];
	char uuid[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	int r = draw_pass_through(&scene->seen.geometry, &table);

	if (r < 0)
		return r;
	effect_leg_name(&scene->lv, pass, name);
	effect_leg_uuid(pass, pass->leg_number, uuid);
	ports->create(ctx, name, uuid, &table, drive_effect_done, drive);
	return EFFECT_PENDING;
}

static int swap_leg(struct drive *drive, const struct pass *pass, const struct dm_table *table)
{
	char uuid[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	effect_leg_uuid(pass, pass->leg_number, uuid);
	drive->is_at_leg = true;
	ports->swap(ctx, &pass->reservation.vg, uuid, table, DM_HIDDEN, drive_effect_done, drive);
	return EFFECT_PENDING;
}

/*
 * Before the LV is put back onto its source. A mirror with a failed side keeps
 * writes until its table is swapped; the swap of the LV would wait for them.
 */
static int clear_leg(struct drive *drive, const struct pass *pass, const struct effect_scene *scene)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r = draw_pass_through(&scene->seen.geometry, &table);

	return r < 0 ? r : swap_leg(drive, pass, &table);
}

/*
 * Before the LV is put onto its destination, likewise: the leg passes through to
 * the destination. Returns EFFECT_DONE when it does so already.
 */
static int clear_leg_forward(struct drive *drive, const struct pass *pass,
			     const struct effect_scene *scene)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	int r = leg_dest_table(&scene->seen.geometry, &table);

	if (r < 0)
		return r;
	if (dm_table_equal(&table, &scene->leg.table))
		return EFFECT_DONE;
	return swap_leg(drive, pass, &table);
}

static int swap_lv(struct drive *drive, const struct pass *pass, const struct effect_scene *scene,
		   enum lv_place place)
{
	cleanup(dm_table_deinit) struct dm_table table = {0};
	char uuid[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	int r = leg_lv_table(drive->vg, &pass->reservation, &scene->seen.geometry, place,
			     scene->leg.dev, &table);

	if (r < 0)
		return r;
	effect_lv_uuid(pass, uuid);
	ports->swap(ctx, &pass->reservation.vg, uuid, &table, DM_VISIBLE, drive_effect_done, drive);
	return EFFECT_PENDING;
}

static bool has_mirrors(const struct dm_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->targets[i].type == DM_MIRROR)
			return true;
	return false;
}

/*
 * In up to three steps, each of which leads here again. A table that was loaded for the LV and is
 * left of a swap holds the leg: it gives way to the one that is live. Mirrors are swapped away
 * first: a swap can tell that the leg is wedged, while the removal of one that is would never end.
 */
static int remove_leg(struct drive *drive, const struct pass *pass,
		      const struct effect_scene *scene)
{
	char uuid[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	if (scene->seen.lv_is_ours && scene->lv.has_inactive)
		return swap_lv(drive, pass, scene, scene->seen.lv_place);
	if (has_mirrors(&scene->leg.table))
		return clear_leg(drive, pass, scene);
	effect_leg_uuid(pass, pass->leg_number, uuid);
	drive->is_at_leg = true;
	ports->remove(ctx, uuid, drive_effect_done, drive);
	return EFFECT_PENDING;
}

/* In two swaps: what is seen after the leg's leads here again for the LV's. */
static int switch_lv(struct drive *drive, const struct pass *pass, const struct effect_scene *scene)
{
	int r = scene->seen.lv_is_on_wedged ? EFFECT_DONE : clear_leg_forward(drive, pass, scene);

	return r == EFFECT_DONE ? swap_lv(drive, pass, scene, LV_ON_DEST) : r;
}

static int redraw_leg(struct drive *drive, const struct pass *pass,
		      const struct effect_scene *scene, enum slice_change change)
{
	cleanup(slice_map_deinit) struct slice_map next = {0};
	cleanup(dm_table_deinit) struct dm_table table = {0};
	const struct leg_geometry *geometry = &scene->seen.geometry;
	struct copy_shape shape = copy_shape_for(geometry, &drive->mover->settings.tuning);
	int r;

	copy_shape_share(&shape, turn_count_sharing(drive));
	limiter_narrow(drive, &shape);
	r = slice_map_advance(&scene->seen.map, geometry, &shape, change, &next);

	if (r == 0)
		r = slice_map_table(&next, geometry, &table);
	return r < 0 ? r : swap_leg(drive, pass, &table);
}

static enum slice_change change_for(const struct fsm_row *row)
{
	if (row->next == PASS_PAUSED || row->event == EVENT_AHEAD)
		return SLICES_STOP;
	return row->event == EVENT_UNFIT ? SLICES_ANEW : SLICES_GO_ON;
}

static bool pv_is_destination(const struct vg_pv *pv, const struct reservation *reservation)
{
	for (size_t i = 0; i < reservation->run_count; i++)
		if (lvm_id_equal(&reservation->runs[i].dest_pv, &pv->id))
			return true;
	return false;
}

bool effect_flush_next(struct drive *drive, const struct pass *pass)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	while (drive->flush_next < drive->vg->pv_count) {
		const struct vg_pv *pv = &drive->vg->pvs[drive->flush_next++];

		if (pv_is_destination(pv, &pass->reservation)) {
			ports->flush(ctx, pv->dev, drive_effect_done, drive);
			return true;
		}
	}
	return false;
}

/* What the kernel's copying wrote was not flushed; what applications write they flush themselves.
 */
static int flush(struct drive *drive, const struct pass *pass)
{
	drive->flush_next = 0;
	return effect_flush_next(drive, pass) ? EFFECT_PENDING : EFFECT_DONE;
}

/* The next step back of an LV that somebody has changed; what fails is called by its own name. */
static int put_back(struct drive *drive, const struct pass *pass, const struct effect_scene *scene)
{
	switch (scene->seen.put_back) {
	case PUT_BACK_DETACH:
		drive->effect = ACTION_DETACH;
		return swap_lv(drive, pass, scene, LV_ON_SOURCE);
	case PUT_BACK_REMOVE_LEG:
		drive->effect = ACTION_REMOVE_LEG;
		return remove_leg(drive, pass, scene);
	case PUT_BACK_RELEASE:
		drive->effect = ACTION_RELEASE;
		return edit(drive, pass, METADATA_RELEASE, NULL);
	case PUT_BACK_NOTHING:
		break;
	}
	return -EUCLEAN;
}

int effect_begin(struct drive *drive, struct pass *pass, const struct fsm_row *row,
		 const struct effect_scene *scene)
{
	assert(scene);
	switch (row->action) {
	case ACTION_RESERVE:
		return reserve(drive, pass);
	case ACTION_ACTIVATE:
		return activate(drive, pass, row->state);
	case ACTION_CREATE_LEG:
		return create_leg(drive, pass, scene);
	case ACTION_ATTACH:
		return swap_lv(drive, pass, scene, LV_ON_LEG);
	case ACTION_REDRAW:
		return redraw_leg(drive, pass, scene, change_for(row));
	case ACTION_CLEAR_LEG:
		return clear_leg(drive, pass, scene);
	case ACTION_VERIFY:
		return verify_begin_piece(drive, scene);
	case ACTION_FLUSH:
		return flush(drive, pass);
	case ACTION_COMMIT:
		return edit(drive, pass, METADATA_COMMIT, NULL);
	case ACTION_SWITCH:
		return switch_lv(drive, pass, scene);
	case ACTION_DETACH:
		return swap_lv(drive, pass, scene, LV_ON_SOURCE);
	case ACTION_REMOVE_LEG:
		return remove_leg(drive, pass, scene);
	case ACTION_RELEASE:
		return release(drive, pass);
	case ACTION_PUT_BACK:
		return put_back(drive, pass, scene);
	case ACTION_FINISH:
		return finish(drive, pass, scene);
	case ACTION_NONE:
	case ACTION_WAIT:
	case PASS_ACTION_COUNT:
		break;
	}
	assert(false);
	return -EINVAL;
}

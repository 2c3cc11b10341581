/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/planner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/plan/choice.h"
#include "daemon/plan/destinations.h"
#include "daemon/plan/lv_spec.h"
#include "daemon/plan/movable.h"

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->pass_count; i++) {
		free(plan->passes[i].lv_name);
		reservation_deinit(&plan->passes[i].reservation);
	}
	free(plan->passes);
	free(plan->vg_name);
	free(plan);
}

const char *plan_pv_device(const struct plan *plan, const struct lvm_id *pv)
{
	const struct vg_pv *found = plan->origin ? vg_find_pv(plan->origin, pv) : NULL;

	return found && found->device ? found->device : pv->text;
}

DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)

static const struct lvm_pv *find_listed_pv(const struct lvm_pv *pvs, size_t pv_count, dev_t dev)
{
	for (size_t i = 0; i < pv_count; i++)
		if (dev != 0 && pvs[i].dev == dev)
			return &pvs[i];
	return NULL;
}

/* Finds one PV and sees that it is in a VG. Returns 0 or PLAN_REFUSED. */
static int resolve_pv(struct pv_choice *choice, const struct lvm_pv *pvs, size_t pv_count,
		      const struct lvm_pv **pvp, struct refusal *refusal)
{
	const struct lvm_pv *pv = find_listed_pv(pvs, pv_count, choice->dev);

	if (!pv || pv->vg.text[0] == '\0') {
		refusal_set(refusal, pv ? REFUSAL_PV_NOT_IN_VG : REFUSAL_NO_SUCH_PV, choice->device,
			    NULL);
		return PLAN_REFUSED;
	}
	choice->pv = pv->id;
	*pvp = pv;
	return 0;
}

int planner_resolve_request(struct move_request *request, const struct lvm_pv *pvs, size_t pv_count,
			    struct lvm_id *vgp, struct refusal *refusal)
{
	const struct lvm_pv *source;

	if (resolve_pv(&request->source, pvs, pv_count, &source, refusal) != 0)
		return PLAN_REFUSED;
	for (size_t i = 0; i < request->destination_count; i++) {
		struct pv_choice *choice = &request->destinations[i];
		const struct lvm_pv *pv;

		if (resolve_pv(choice, pvs, pv_count, &pv, refusal) != 0)
			return PLAN_REFUSED;
		if (!lvm_id_equal(&pv->vg, &source->vg)) {
			refusal_set(refusal, REFUSAL_OTHER_VG, choice->device, pv->vg_name);
			return PLAN_REFUSED;
		}
	}
	*vgp = source->vg;
	return 0;
}

/*
 * A foreign system id is not looked at: LVM reads such a group to nobody who
 * may not change it, and which ids are ours is LVM's configuration to say.
 */
static int check_vg(struct planning *planning)
{
	const struct vg *vg = planning->vg;

	if (vg->exported)
		return planning_refuse(planning, REFUSAL_VG_EXPORTED, vg->name, NULL);
	if (vg->lock_type && vg->lock_type[0] != '\0' && strcmp(vg->lock_type, "none") != 0)
		return planning_refuse(planning, REFUSAL_VG_SHARED, vg->name, vg->lock_type);
	if (!vg->writable)
		return planning_refuse(planning, REFUSAL_VG_READ_ONLY, vg->name, NULL);
	for (size_t i = 0; i < vg->pv_count; i++)
		if (vg->pvs[i].missing)
			return planning_refuse(planning, REFUSAL_VG_PARTIAL, vg->name,
					       vg->pvs[i].id.text);
	return 0;
}

/* Finds the LV that the request names. Returns 0 with NULL when it names none, or PLAN_REFUSED. */
static int find_named_lv(struct planning *planning, const struct vg_lv **lvp)
{
	const char *spec = planning->request->lv;
	const struct vg_lv *lv = spec ? lv_spec_find(planning->vg, spec) : NULL;

	if (spec && (!lv || !lv->visible || lv_is_reservation(lv)))
		return planning_refuse(planning, REFUSAL_NO_SUCH_LV, spec, planning->vg->name);
	*lvp = lv;
	return 0;
}

static int plan_new(const struct vg *vg, struct plan **planp)
{
	cleanup(plan_freep) struct plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return -ENOMEM;
	plan->vg = vg->id;
	plan->origin = vg;
	plan->extent_bytes = vg->extent_size_sectors * SECTOR_BYTES;
	plan->vg_name = strdup(vg->name);
	plan->passes = calloc(vg->lv_count + 1, sizeof(plan->passes[0]));
	if (!plan->vg_name || !plan->passes)
		return -ENOMEM;
	*planp = steal_pointer(&plan);
	return 0;
}

static void clip_to_pass(struct run_list *runs, const struct reservation *pass)
{
	const struct run *last = &pass->runs[pass->run_count - 1];

	run_list_clip(runs, pass->runs[0].first_le, last->first_le + last->extent_count);
}

/* Adds a pass for an LV, still without destinations. Returns 0, PLAN_REFUSED or -ENOMEM. */
static int add_pass(struct planning *planning, const struct vg_lv *lv, struct plan *plan)
{
	struct planned_pass *pass = &plan->passes[plan->pass_count];
	struct run_list runs = {0};
	int r = movable_check(planning, lv);

	if (r == 0)
		r = movable_list_runs(planning, lv, &runs);
	if (r == 0 && planning->pass)
		clip_to_pass(&runs, planning->pass);
	if (r != 0 || runs.count == 0) {
		run_list_deinit(&runs);
		return r;
	}
	plan->pass_count++; /* from here on plan_free() sees to the pass */
	pass->reservation.vg = planning->vg->id;
	pass->reservation.lv = lv->id;
	pass->reservation.runs = runs.items;
	pass->reservation.run_count = runs.count;
	plan->total_extents += reservation_extent_count(&pass->reservation);
	pass->lv_name = strdup(lv->name);
	return pass->lv_name ? 0 : -ENOMEM;
}

static int add_passes(struct planning *planning, const struct vg_lv *only, struct plan *plan)
{
	const struct vg *vg = planning->vg;

	for (size_t i = 0; i < vg->lv_count; i++) {
		const struct vg_lv *lv = &vg->lvs[i];
		int r;

		if (only && lv != only)
			continue;
		/* Of an LV that stands on others, only one who named it wants to hear. */
		if (!movable_is_affected(planning, lv) && !(only && movable_is_stacked(lv)))
			continue;
		r = add_pass(planning, lv, plan);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Gives every run its destination. Returns 0, PLAN_REFUSED (NO_SPACE) or -ENOMEM. */
static int place_passes(struct planning *planning, struct space *space, struct plan *plan)
{
	plan->free_extents = space->extents;
	if (plan->total_extents > plan->free_extents) {
		planning_refuse(planning, REFUSAL_NO_SPACE, plan->vg_name, NULL);
		planning->refusal->needed_extents = plan->total_extents;
		planning->refusal->free_extents = plan->free_extents;
		planning->refusal->extent_bytes = plan->extent_bytes;
		return PLAN_REFUSED;
	}
	for (size_t i = 0; i < plan->pass_count; i++) {
		struct reservation *reservation = &plan->passes[i].reservation;
		struct run_list runs = {.items = reservation->runs,
					.count = reservation->run_count};
		struct run_list placed = {0};
		int r = space_place_runs(space, &runs, &placed);

		if (r < 0) {
			run_list_deinit(&placed);
			return r;
		}
		free(reservation->runs);
		reservation->runs = placed.items;
		reservation->run_count = placed.count;
	}
	return 0;
}

/* Finds the LV to be planned alone; NULL: all. Returns 0 or PLAN_REFUSED. */
static int find_only_lv(struct planning *planning, const struct vg_lv **lvp)
{
	const struct lvm_id *id = planning->pass ? &planning->pass->lv : NULL;
	const struct vg_lv *lv;

	if (!id)
		return find_named_lv(planning, lvp);
	lv = vg_find_lv(planning->vg, id);
	if (!lv)
		return planning_refuse(planning, REFUSAL_NO_SUCH_LV, id->text, planning->vg->name);
	*lvp = lv;
	return 0;
}

static int make_plan(struct planning *planning, struct plan **planp)
{
	cleanup(space_deinit) struct space space = {0};
	cleanup(plan_freep) struct plan *plan = NULL;
	const struct vg_lv *lv = NULL;
	int r = check_vg(planning);

	if (r == 0)
		r = choice_resolve(planning, &planning->request->source, &planning->source_pv,
				   &planning->source);
	if (r == 0)
		r = find_only_lv(planning, &lv);
	if (r == 0)
		r = destinations_open(planning, &space);
	if (r == 0)
		r = plan_new(planning->vg, &plan);
	if (r == 0)
		r = add_passes(planning, lv, plan);
	if (r == 0)
		r = place_passes(planning, &space, plan);
	if (r != 0)
		return r;
	*planp = steal_pointer(&plan);
	return 0;
}

int planner_make_plan(const struct move_request *request, const struct vg *vg,
		      const struct plan_claim *claims, size_t claim_count, struct plan **planp,
		      struct refusal *refusal)
{
	cleanup(planning_deinit) struct planning planning = {.request = request,
							     .vg = vg,
							     .claims = claims,
							     .claim_count = claim_count,
							     .refusal = refusal};

	return make_plan(&planning, planp);
}

int planner_replan_pass(const struct move_request *request, const struct vg *vg,
			const struct reservation *pass, const struct plan_claim *claims,
			size_t claim_count, struct plan **planp, struct refusal *refusal)
{
	cleanup(planning_deinit) struct planning planning = {.request = request,
							     .vg = vg,
							     .claims = claims,
							     .claim_count = claim_count,
							     .pass = pass,
							     .refusal = refusal};

	return make_plan(&planning, planp);
}

/* ---- parts of passes ---------------------------------------------------- */

static size_t count_parts(const struct planned_pass *pass, size_t runs_max)
{
	return (pass->reservation.run_count + runs_max - 1) / runs_max;
}

/* Makes one part of a pass a pass of its own: parts are as equal as can be. 0 or -ENOMEM. */
static int cut_part(const struct planned_pass *pass, size_t part, size_t part_count,
		    struct planned_pass *cutp)
{
	const size_t run_count = pass->reservation.run_count;
	const size_t first = run_count * part / part_count;
	struct reservation reservation = pass->reservation;

	reservation.runs += first;
	reservation.run_count = run_count * (part + 1) / part_count - first;
	cutp->lv_name = strdup(pass->lv_name);
	return cutp->lv_name ? reservation_copy(&reservation, &cutp->reservation) : -ENOMEM;
}

int plan_split(struct plan *plan, size_t runs_max)
{
	cleanup(plan_freep) struct plan *whole = calloc(1, sizeof(*whole));
	size_t count = 0;

	for (size_t i = 0; i < plan->pass_count; i++)
		count += count_parts(&plan->passes[i], runs_max);
	if (!whole || count == plan->pass_count)
		return whole ? 0 : -ENOMEM;
	whole->passes = plan->passes;
	whole->pass_count = plan->pass_count;
	plan->pass_count = 0;
	plan->passes = calloc(count, sizeof(plan->passes[0]));
	if (!plan->passes)
		return -ENOMEM;
	for (size_t i = 0; i < whole->pass_count; i++) {
		const size_t part_count = count_parts(&whole->passes[i], runs_max);

		for (size_t part = 0; part < part_count; part++)
			if (cut_part(&whole->passes[i], part, part_count,
				     &plan->passes[plan->pass_count++]) < 0)
				return -ENOMEM;
	}
	return 0;
}

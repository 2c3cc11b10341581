/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "daemon/move/codec.h"
#include "daemon/move/mover_internal.h"

DEFINE_CLEANUP(struct move *, move_freep, move_free)
DEFINE_CLEANUP(struct plan *, plan_freep, plan_free)
DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

/* A request on its way from "asked" to "planned" or "started". */
struct enquiry {
	LIST_ENTRY(enquiry) link;
	struct mover *mover;
	struct move_request *request; /* owned */
	struct lvm_id vg;
	struct preflight_host host;
	struct warning_list warnings;
	mover_plan_fn *planned;  /* either this … */
	mover_start_fn *started; /* … or this */
	void *arg;
};

static void release_enquiry(struct enquiry *enquiry)
{
	move_request_free(enquiry->request);
	warning_list_deinit(&enquiry->warnings);
	free(enquiry);
}

static void enquiry_free(struct enquiry *enquiry)
{
	LIST_REMOVE(enquiry, link);
	release_enquiry(enquiry);
}

void enquiries_free(struct mover *mover)
{
	struct enquiry *next;

	for (struct enquiry *enquiry = LIST_FIRST(&mover->enquiries); enquiry; enquiry = next) {
		next = LIST_NEXT(enquiry, link);
		release_enquiry(enquiry);
	}
}

/* Answers and ends an enquiry; one of the three is what there is to say, beside the warnings. */
static void answer_enquiry(struct enquiry *enquiry, const struct refusal *refusal,
			   const struct plan *plan, const struct move *move)
{
	if (refusal)
		warning_list_deinit(&enquiry->warnings);
	if (enquiry->planned)
		enquiry->planned(enquiry->arg, refusal, plan, &enquiry->warnings);
	else if (enquiry->started)
		enquiry->started(enquiry->arg, refusal, move, &enquiry->warnings);
	enquiry_free(enquiry);
}

static void refuse_enquiry(struct enquiry *enquiry, enum refusal_code code, const char *subject,
			   const char *detail)
{
	struct refusal refusal;

	refusal_set(&refusal, code, subject, detail);
	answer_enquiry(enquiry, &refusal, NULL, NULL);
}

/* The move that the same request started before, or NULL. */
static const struct move *find_request(const struct mover *mover, const struct enquiry *enquiry)
{
	const char *request_id = enquiry->request->request_id;

	if (enquiry->planned || !request_id)
		return NULL;
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct move *move = mover->drives[i]->move;

		if (move->request->request_id && strcmp(move->request->request_id, request_id) == 0)
			return move;
	}
	return NULL;
}

/* Takes the passes out of the plan and gives each its hidden LV. */
static int take_passes(struct mover *mover, struct move *move, struct plan *plan)
{
	move->passes = calloc(plan->pass_count, sizeof(*move->passes));
	if (!move->passes)
		return -ENOMEM;
	move->pass_count = plan->pass_count;
	for (size_t i = 0; i < plan->pass_count; i++) {
		struct pass *pass = &move->passes[i];

		pass->lv_name = steal_pointer(&plan->passes[i].lv_name);
		pass->reservation = plan->passes[i].reservation;
		plan->passes[i].reservation = (struct reservation){0};
		pass->reservation.id = mover->ports->new_lvm_id(mover->ctx);
		snprintf(pass->reservation.name, sizeof(pass->reservation.name),
			 RESERVATION_NAME_PREFIX "%" PRIu64 "_%zu", move->id, i + 1);
	}
	return 0;
}

/* A move of its own from a plan. Takes the request only when it succeeds. */
static struct move *make_move(struct mover *mover, struct enquiry *enquiry, struct plan *plan)
{
	cleanup(move_freep) struct move *move = calloc(1, sizeof(*move));

	if (!move)
		return NULL;
	move->id = mover->next_id;
	move->vg = plan->vg;
	move->extent_bytes = plan->extent_bytes;
	move->created_us = mover->ports->now_us(mover->ctx);
	mover->ports->new_uuid(mover->ctx, move->uuid);
	move->vg_name = strdup(plan->vg_name);
	if (!move->vg_name || take_passes(mover, move, plan) < 0)
		return NULL;
	move->limit_bytes_s = enquiry->request->has_limit ? enquiry->request->limit_bytes_s
							  : mover->settings.limit_bytes_s;
	move->max_latency_us = enquiry->request->has_max_latency ? enquiry->request->max_latency_us
								 : mover->settings.max_latency_us;
	move->request = steal_pointer(&enquiry->request);
	move_derive_progress(move);
	return steal_pointer(&move);
}

static void log_warnings(const struct enquiry *enquiry, const struct move *move)
{
	char id[24];
	const struct log_field fields[] = {
		{"MESSAGE_ID", message_id(MESSAGE_PREFLIGHT_WARNING)},
		{"PVMOVED_MOVE", id},
		{"PVMOVED_UUID", move->uuid},
		{"PVMOVED_VG", move->vg_name},
	};

	snprintf(id, sizeof(id), "%" PRIu64, move->id);
	for (size_t i = 0; i < enquiry->warnings.count; i++)
		log_write(LOG_WARNING, fields, sizeof(fields) / sizeof(fields[0]), "move %s: %s",
			  id, enquiry->warnings.items[i].text);
}

/* Takes over the metadata that the plan was made by: the drive begins with them. */
static void start_plan(struct enquiry *enquiry, struct plan *plan, struct vg *vg)
{
	cleanup(vg_freep) struct vg *read = vg;
	struct mover *mover = enquiry->mover;
	cleanup(move_freep) struct move *move = make_move(mover, enquiry, plan);
	struct drive *drive;
	int r;

	if (!move) {
		refuse_enquiry(enquiry, REFUSAL_NO_MEMORY, NULL, NULL);
		return;
	}
	r = mover_record(mover, codec_encode_move(move));
	if (r < 0) {
		refuse_enquiry(enquiry, REFUSAL_JOURNAL_FAILED, NULL, strerror(-r));
		return;
	}
	drive = mover_add_move(mover, move);
	if (!drive) {
		/* It is recorded, and begins with the next start of the daemon. */
		mover->next_id++;
		refuse_enquiry(enquiry, REFUSAL_NO_MEMORY, NULL, NULL);
		return;
	}
	drive_take_vg(drive, steal_pointer(&read));
	limiter_change(mover, drive, move->limit_bytes_s);
	log_info("move %" PRIu64 " of %s in VG %s begins", move->id, move->request->source.device,
		 move->vg_name);
	log_warnings(enquiry, move);
	answer_enquiry(enquiry, NULL, NULL, move);
	mover_publish(mover, steal_pointer(&move));
	mover_forget_oldest(mover);
	drive_run(drive);
}

/* Takes vg over. */
static void finish_enquiry(struct enquiry *enquiry, struct vg *vg)
{
	cleanup(vg_freep) struct vg *read = vg;
	cleanup(plan_freep) struct plan *plan = NULL;
	_free_ struct plan_claim *claims = NULL;
	struct mover *mover = enquiry->mover;
	const struct move *same = find_request(mover, enquiry);
	struct refusal refusal = {0};
	size_t claim_count = 0;
	int r;

	if (same) {
		answer_enquiry(enquiry, NULL, NULL, same);
		return;
	}
	r = mover_claims(mover, NULL, &claims, &claim_count);
	if (r == 0)
		r = planner_make_plan(enquiry->request, read, claims, claim_count, &plan, &refusal);
	if (r == 0 && plan)
		r = plan_split(plan, mover->settings.pass_runs_max);
	if (r == 0 && plan)
		r = preflight_check(plan, &enquiry->host, &refusal);
	if (r == 0 && plan)
		r = preflight_warn(plan, read, &enquiry->host, &enquiry->warnings);
	if (r < 0)
		refuse_enquiry(enquiry, REFUSAL_NO_MEMORY, NULL, NULL);
	else if (r == PLAN_REFUSED || !plan)
		answer_enquiry(enquiry, &refusal, NULL, NULL);
	else if (enquiry->planned || !plan || plan->pass_count == 0)
		answer_enquiry(enquiry, NULL, plan, NULL);
	else
		start_plan(enquiry, plan, steal_pointer(&read));
}

static void on_vg(void *arg, const struct outcome *result, struct vg *vg)
{
	struct enquiry *enquiry = arg;

	if (result->code < 0)
		refuse_enquiry(enquiry, REFUSAL_LVM_FAILED, "vgcfgbackup", result->message);
	else
		finish_enquiry(enquiry, vg);
}

static void on_pvs(void *arg, const struct outcome *result, const struct lvm_pv *pvs,
		   size_t pv_count)
{
	struct enquiry *enquiry = arg;
	struct mover *mover = enquiry->mover;
	struct refusal refusal = {0};
	int r;

	if (result->code < 0) {
		refuse_enquiry(enquiry, REFUSAL_LVM_FAILED, "pvs", result->message);
		return;
	}
	enquiry->mover->ports->look_at_host(enquiry->mover->ctx, &enquiry->host);
	r = planner_resolve_request(enquiry->request, pvs, pv_count, &enquiry->vg, &refusal);
	if (r == PLAN_REFUSED)
		preflight_complete_refusal(&enquiry->host, &refusal);
	if (r == PLAN_REFUSED)
		answer_enquiry(enquiry, &refusal, NULL, NULL);
	else
		mover->ports->read_vg(mover->ctx, &enquiry->vg, on_vg, enquiry);
}

/* Where it cannot be told, the arming of the first pass will tell. */
static void on_mirror(void *arg, const struct outcome *result)
{
	struct enquiry *enquiry = arg;
	struct mover *mover = enquiry->mover;

	enquiry->host.lacks_mirror = result->code == -ENOENT;
	mover->ports->list_pvs(mover->ctx, on_pvs, enquiry);
}

static void begin_enquiry(struct enquiry *enquiry)
{
	struct mover *mover = enquiry->mover;

	mover->ports->find_mirror(mover->ctx, on_mirror, enquiry);
}

/* Takes an enquiry up; NULL for want of memory, with the request freed. */
static struct enquiry *enquiry_new(struct mover *mover, struct move_request *request, void *arg)
{
	struct enquiry *enquiry = calloc(1, sizeof(*enquiry));

	if (!enquiry) {
		move_request_free(request);
		return NULL;
	}
	*enquiry = (struct enquiry){.mover = mover, .request = request, .arg = arg};
	LIST_INSERT_HEAD(&mover->enquiries, enquiry, link);
	return enquiry;
}

static const struct warning_list no_warnings;

static void refuse_for_memory(struct refusal *refusal)
{
	refusal_set(refusal, REFUSAL_NO_MEMORY, NULL, NULL);
}

void mover_plan(struct mover *mover, struct move_request *request, mover_plan_fn *done, void *arg)
{
	struct enquiry *enquiry = enquiry_new(mover, request, arg);
	struct refusal refusal;

	if (!enquiry) {
		refuse_for_memory(&refusal);
		done(arg, &refusal, NULL, &no_warnings);
		return;
	}
	enquiry->planned = done;
	begin_enquiry(enquiry);
}

void mover_start(struct mover *mover, struct move_request *request, mover_start_fn *done, void *arg)
{
	struct enquiry *enquiry = enquiry_new(mover, request, arg);
	struct refusal refusal;
	const struct move *same;

	if (!enquiry) {
		refuse_for_memory(&refusal);
		done(arg, &refusal, NULL, &no_warnings);
		return;
	}
	enquiry->started = done;
	same = find_request(mover, enquiry);
	if (same)
		answer_enquiry(enquiry, NULL, NULL, same);
	else
		begin_enquiry(enquiry);
}

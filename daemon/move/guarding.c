/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/guarding.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/units.h"
#include "daemon/move/effects.h"
#include "daemon/move/limiter.h"
#include "daemon/move/mover_internal.h"

/* How often to ask while the kernel cannot tell. */
#define RETRY_US UINT64_C(10000000)
/* Whoever is awake for another reason looks so much earlier, rather than wake up once more. */
#define EARLY_US UINT64_C(200000)
/* So long may a region take while nobody else uses the disks. */
#define REGION_MAX_S 4

static uint64_t monotonic_us(const struct drive *drive)
{
	return drive->mover->ports->monotonic_us(drive->mover->ctx);
}

static bool is_near(const struct drive *drive, uint64_t time_us)
{
	return time_us <= monotonic_us(drive) + EARLY_US;
}

/* The bound, and the LV that it holds for; 0: none does just now. */
static uint64_t wanted_bound(const struct drive *drive, char lv_uuid[DM_ID_MAX])
{
	const struct pass *pass = move_current_pass(drive->move);

	if (drive->move->max_latency_us == 0 || !pass || drive->move->goal != GOAL_RUN ||
	    (pass->state != PASS_COPYING && pass->state != PASS_VERIFYING))
		return 0;
	effect_lv_uuid(pass, lv_uuid);
	return drive->move->max_latency_us;
}

static bool is_counting(const struct drive *drive)
{
	return drive->guarding.lv_uuid[0] != '\0';
}

/* By how much a copy can be narrowed at the most. */
static unsigned narrowest(const struct drive *drive)
{
	return copy_shape_count_halvings(&drive->guarding.shape);
}

/* … and by how much while others use the disks. */
static unsigned contended_steps(const struct drive *drive)
{
	const struct copy_shape *shape = &drive->guarding.shape;

	return shape->contended_region_sectors == 0
		       ? 0
		       : copy_shape_count_halvings_to(shape, shape->contended_region_sectors);
}

/* By how much what is copied now is to be narrowed. */
static unsigned wanted_steps(const struct drive *drive)
{
	const struct guarding *guarding = &drive->guarding;

	if (drive->move->max_latency_us == 0)
		return guarding->disks_look_at_us != 0 && !guarding->contention.is_contended
			       ? guarding->alone_steps
			       : contended_steps(drive);
	/* Carefully, until it is known what it does to the I/O. */
	if (!is_counting(drive) || guard_is_aside(&guarding->guard))
		return narrowest(drive);
	return guarding->guard.steps;
}

/* ---- the kernel's counts ------------------------------------------------ */

static void publish(struct drive *drive, const struct dm_latency *latency)
{
	struct move_latency *seen = &drive->move->latency;

	seen->is_known = true;
	seen->ios += latency->ios;
	seen->slow_ios += latency->slow_ios;
	seen->narrowed = drive->guarding.guard.steps;
	seen->is_aside = guarding_is_aside(drive);
}

static void take_counts(struct drive *drive, const struct dm_latency *latency)
{
	struct guarding *guarding = &drive->guarding;
	const bool has_changed =
		guard_note(&guarding->guard, monotonic_us(drive), latency->ios, latency->slow_ios);

	guarding->has_failed = false;
	publish(drive, latency);
	guarding->look_at_us = monotonic_us(drive) + GUARD_LOOK_US;
	if (!has_changed)
		return;
	limiter_look_now(drive->mover);
	if (drive->attempts == 0)
		drive_hurry(drive);
}

static void take_error(struct drive *drive, const struct outcome *result)
{
	const struct pass *pass = move_current_pass(drive->move);

	if (pass && !drive->guarding.has_failed)
		drive_log(LOG_WARNING, drive->move, pass,
			  "cannot measure the LV's latency: %s; it is copied as gently as can be "
			  "until that works",
			  *result->message ? result->message : strerror(-result->code));
	drive->guarding.has_failed = true;
	guard_begin(&drive->guarding.guard, monotonic_us(drive), narrowest(drive));
	drive->guarding.look_at_us = monotonic_us(drive) + RETRY_US;
}

static void on_measured(void *arg, const struct outcome *result, const struct dm_latency *latency)
{
	struct drive *drive = arg;
	struct guarding *guarding = &drive->guarding;

	guarding->is_asking = false;
	if (guarding->asked_us == 0) {
		guarding->lv_uuid[0] = '\0';
		drive->move->latency = (struct move_latency){0};
	} else if (result->code == 0) {
		take_counts(drive, latency);
	} else {
		take_error(drive, result);
	}
	guarding_look(drive);
	drive_run(drive);
}

static void ask(struct drive *drive, uint64_t bound_us)
{
	const struct mover *mover = drive->mover;
	struct guarding *guarding = &drive->guarding;

	guarding->is_asking = true;
	guarding->asked_us = bound_us;
	mover->ports->measure(mover->ctx, guarding->lv_uuid, bound_us, on_measured, drive);
}

static void begin(struct drive *drive, uint64_t bound_us, const char *lv_uuid)
{
	struct guarding *guarding = &drive->guarding;

	snprintf(guarding->lv_uuid, sizeof(guarding->lv_uuid), "%s", lv_uuid);
	guarding->bound_us = bound_us;
	guarding->look_at_us = 0;
	guard_begin(&guarding->guard, monotonic_us(drive), narrowest(drive));
}

static void look_at_latency(struct drive *drive)
{
	struct guarding *guarding = &drive->guarding;
	char lv_uuid[DM_ID_MAX];
	uint64_t bound_us = wanted_bound(drive, lv_uuid);

	if (guarding->is_asking)
		return;
	if (is_counting(drive) &&
	    (bound_us != guarding->bound_us || strcmp(lv_uuid, guarding->lv_uuid) != 0)) {
		ask(drive, 0);
		return;
	}
	if (bound_us == 0)
		return;
	if (!is_counting(drive))
		begin(drive, bound_us, lv_uuid);
	if (is_near(drive, guarding->look_at_us))
		ask(drive, bound_us);
}

/* ---- the use of the disks ------------------------------------------------ */

static bool disks_matter(const struct drive *drive)
{
	const struct pass *pass = move_current_pass(drive->move);

	return contended_steps(drive) > 0 && drive->move->max_latency_us == 0 && pass &&
	       pass->state == PASS_COPYING && drive->move->goal == GOAL_RUN;
}

/* Of all PVs of the pass together. Returns false when nobody knows. */
static bool count_io(const struct drive *drive, uint64_t *countp)
{
	const struct mover *mover = drive->mover;
	const struct pass *pass = move_current_pass(drive->move);

	*countp = 0;
	for (size_t i = 0; drive->vg && i < drive->vg->pv_count; i++) {
		const struct vg_pv *pv = &drive->vg->pvs[i];
		uint64_t count;

		if (!reservation_uses_pv(&pass->reservation, &pv->id))
			continue;
		if (mover->ports->count_io(mover->ctx, pv->dev, &count) < 0)
			return false;
		*countp += count;
	}
	return drive->vg != NULL;
}

static uint64_t sectors_in(uint64_t rate_bytes_s, unsigned seconds)
{
	return rate_bytes_s > UINT64_MAX / seconds ? UINT64_MAX
						   : rate_bytes_s * seconds / SECTOR_BYTES;
}

/*
 * The first who uses a disk again waits for the region that is on its way, so none is to take
 * longer than REGION_MAX_S to copy, as fast as the copying goes now; a disk that is
 * about to die may be very slow. Four times that is borne before they become smaller again.
 */
static void keep_regions_short(struct drive *drive)
{
	struct guarding *guarding = &drive->guarding;
	uint64_t rate_bytes_s;
	unsigned enough, needed;

	if (!eta_rate(&drive->move->eta, &rate_bytes_s))
		return;
	enough = copy_shape_count_halvings_to(&guarding->shape,
					      sectors_in(rate_bytes_s, REGION_MAX_S));
	needed = copy_shape_count_halvings_to(&guarding->shape,
					      sectors_in(rate_bytes_s, 4 * REGION_MAX_S));
	if (guarding->alone_steps > enough)
		guarding->alone_steps = enough;
	if (guarding->alone_steps < needed)
		guarding->alone_steps = needed;
	if (guarding->alone_steps > contended_steps(drive))
		guarding->alone_steps = contended_steps(drive);
}

static void look_at_disks(struct drive *drive)
{
	struct guarding *guarding = &drive->guarding;
	uint64_t now_us = monotonic_us(drive);
	uint64_t count;
	bool is_known;

	if (!disks_matter(drive)) {
		guarding->disks_look_at_us = 0;
		return;
	}
	if (!is_near(drive, guarding->disks_look_at_us))
		return;
	if (guarding->disks_look_at_us == 0) {
		contention_begin(&guarding->contention, now_us);
		guarding->alone_steps = contended_steps(drive);
	}
	guarding->disks_look_at_us = now_us + CONTENTION_LOOK_US;
	is_known = count_io(drive, &count);
	contention_note(&guarding->contention, now_us, is_known ? &count : NULL);
	keep_regions_short(drive);
	if (guarding_is_unfit(drive) && drive->attempts == 0)
		drive_hurry(drive);
}

void guarding_look(struct drive *drive)
{
	look_at_disks(drive);
	look_at_latency(drive);
}

uint64_t guarding_due_us(const struct drive *drive)
{
	const struct guarding *guarding = &drive->guarding;

	if (guarding->disks_look_at_us != 0)
		return guarding->disks_look_at_us;
	return is_counting(drive) && !guarding->is_asking ? guarding->look_at_us : UINT64_MAX;
}

/* ---- what follows from them ---------------------------------------------- */

bool guarding_is_aside(const struct drive *drive)
{
	return drive->move->max_latency_us != 0 && is_counting(drive) &&
	       guard_is_aside(&drive->guarding.guard);
}

bool guarding_is_unfit(const struct drive *drive)
{
	const struct guarding *guarding = &drive->guarding;

	if (!guarding->is_drawn || guarding->is_drawn_bounded != (drive->move->max_latency_us != 0))
		return true;
	if (guarding->is_drawn_bounded && !is_counting(drive))
		return false;
	return wanted_steps(drive) != guarding->drawn_steps;
}

void guarding_narrow(struct drive *drive, struct copy_shape *shape)
{
	struct guarding *guarding = &drive->guarding;

	guarding->shape = *shape;
	/* Only now is it known how narrow a copy of these disks can be. */
	if (is_counting(drive) && guarding->guard.narrowest != narrowest(drive))
		guard_begin(&guarding->guard, monotonic_us(drive), narrowest(drive));
	guarding->drawn_steps = wanted_steps(drive);
	copy_shape_halve(shape, guarding->drawn_steps);
	guarding->is_drawn = true;
	guarding->is_drawn_bounded = drive->move->max_latency_us != 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/limiter.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/units.h"
#include "daemon/move/effects.h"
#include "daemon/move/guarding.h"
#include "daemon/move/mover_internal.h"

/* How often holding back is tried again after it has failed. */
#define RETRY_US UINT64_C(10000000)
/* Accounts of all moves are settled no more often than that, whatever wakes us. */
#define LOOK_US UINT64_C(20000)
/* Smallest piece that is read back. */
#define PIECE_BYTES_MIN UINT64_C(65536)

static uint64_t monotonic_us(const struct mover *mover)
{
	return mover->ports->monotonic_us(mover->ctx);
}

static struct limiter *limiter_of(const struct drive *drive)
{
	return &drive->mover->limiter;
}

static bool is_limited(const struct drive *drive)
{
	return drive->throttle.rate_bytes_s != 0 || limiter_of(drive)->host.rate_bytes_s != 0;
}

static bool anything_is_limited(const struct mover *mover)
{
	if (mover->limiter.host.rate_bytes_s != 0)
		return true;
	for (size_t i = 0; i < mover->drive_count; i++)
		if (!move_is_terminal(mover->drives[i]->move) &&
		    (mover->drives[i]->throttle.rate_bytes_s != 0 ||
		     guarding_is_aside(mover->drives[i])))
			return true;
	return false;
}

static uint64_t longer(uint64_t a_us, uint64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

/* ---- the kernel -------------------------------------------------------- */

static void set_held(struct mover *mover, bool held)
{
	struct limiter *limiter = &mover->limiter;
	int r;

	if (held == limiter->is_held ||
	    (limiter->cannot_hold && monotonic_us(mover) < limiter->retry_at_us))
		return;
	r = mover->ports->hold(mover->ctx, held);
	if (r == 0) {
		limiter->is_held = held;
		limiter->cannot_hold = false;
		return;
	}
	if (!limiter->cannot_hold)
		log_warning("cannot %s the kernel's copying by the parameter "
			    "raid1_resync_throttle of dm_mirror: %s; limits are kept by copying "
			    "little at a time",
			    held ? "hold back" : "let go of", strerror(-r));
	/* Whatever has come of it, it is not to stay so. */
	if (held)
		mover->ports->hold(mover->ctx, false);
	limiter->cannot_hold = true;
	limiter->retry_at_us = monotonic_us(mover) + RETRY_US;
}

/* States in which mirrors may be copying that nobody is just about to take away. */
static bool state_copies(enum pass_state state)
{
	return state == PASS_ARMING || state == PASS_COPYING || state == PASS_HELD;
}

/* Looks at the leg of a pass that may copy. 0, or a negative errno: nobody knows. */
static int look_at_leg(const struct drive *drive, const struct pass *pass, struct dm_device *leg)
{
	const struct mover *mover = drive->mover;
	char uuid[DM_ID_MAX];

	if (!pass || !state_copies(pass->state))
		return 0;
	effect_leg_uuid(pass, pass->leg_number, uuid);
	return mover->ports->observe(mover->ctx, uuid, leg);
}

/* Charges what was copied since, and notes whether there is more to copy. */
static void sample(struct drive *drive)
{
	cleanup(dm_device_deinit) struct dm_device leg = {0};
	struct leg_glance glance;
	uint64_t grown_bytes;

	/* What mirrors say that are being made anew is no news; nor is that they say nothing. */
	if (drive->is_at_leg || look_at_leg(drive, move_current_pass(drive->move), &leg) < 0)
		return;
	if (!leg.present) {
		drive->left_bytes = 0;
		drive->meter = (struct throttle_meter){0};
		return;
	}
	glance = leg_glance_at(&leg.table, leg.mirrors);
	drive->left_bytes = glance.left_sectors * SECTOR_BYTES;
	grown_bytes = throttle_meter_advance(&drive->meter, glance.copied_sectors * SECTOR_BYTES);
	limiter_charge(drive, grown_bytes);
}

/* Its swap waits for what is being copied, which must not sleep then. */
static bool any_is_at_leg(const struct mover *mover)
{
	for (size_t i = 0; i < mover->drive_count; i++)
		if (mover->drives[i]->is_at_leg)
			return true;
	return false;
}

/* What was copied is charged before time passes, which would be lost time otherwise. */
static void settle(struct drive *drive, uint64_t now_us)
{
	sample(drive);
	throttle_advance(&drive->throttle, now_us);
	if (!drive->is_at_leg)
		throttle_note_drawn(&drive->throttle);
}

static void settle_all(struct mover *mover, uint64_t now_us)
{
	struct limiter *limiter = &mover->limiter;

	for (size_t i = 0; i < mover->drive_count; i++)
		if (!move_is_terminal(mover->drives[i]->move))
			settle(mover->drives[i], now_us);
	throttle_advance(&limiter->host, now_us);
	if (!any_is_at_leg(mover))
		throttle_note_drawn(&limiter->host);
	limiter->settled_us = now_us;
}

static void look(struct mover *mover, uint64_t now_us)
{
	_free_ struct throttle_view *views = calloc(mover->drive_count + 1, sizeof(*views));
	struct throttle_advice advice;

	if (!views)
		return;
	settle_all(mover, now_us);
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct drive *drive = mover->drives[i];

		if (move_is_terminal(drive->move))
			continue;
		views[i] = (struct throttle_view){
			.is_copying = drive->left_bytes > 0,
			.is_metered = drive->left_bytes <= drive->window_bytes &&
				      !guarding_is_aside(drive),
			.is_swapping = drive->is_at_leg,
			.is_limited = is_limited(drive) || guarding_is_aside(drive),
			.wait_us = longer(guarding_is_aside(drive) ? GUARD_LOOK_US : 0,
					  longer(throttle_wait_us(&drive->throttle),
						 throttle_wait_us(&mover->limiter.host))),
		};
	}
	advice = throttle_advise(views, mover->drive_count);
	set_held(mover, advice.hold);
	mover->limiter.look_at_us = advice.look_us ? now_us + advice.look_us : 0;
}

static bool look_is_due(const struct mover *mover, uint64_t now_us)
{
	const struct limiter *limiter = &mover->limiter;

	if (limiter->is_held && any_is_at_leg(mover))
		return true;
	return limiter->look_at_us != 0 ? now_us >= limiter->look_at_us
					: now_us >= limiter->settled_us + LOOK_US;
}

void limiter_look(struct mover *mover)
{
	struct limiter *limiter = &mover->limiter;
	uint64_t now_us = monotonic_us(mover);

	if (!anything_is_limited(mover)) {
		set_held(mover, false);
		limiter->look_at_us = limiter->is_held ? now_us + RETRY_US : 0;
		return;
	}
	if (look_is_due(mover, now_us))
		look(mover, now_us);
}

void limiter_look_now(struct mover *mover)
{
	mover->limiter.look_at_us = 1;
	limiter_look(mover);
}

void limiter_begin(struct mover *mover)
{
	uint64_t now_us = monotonic_us(mover);

	/* A daemon before us may have been killed while it held the copying back. */
	mover->limiter.is_held = true;
	set_held(mover, false);
	throttle_set(&mover->limiter.host, mover->host_limit_bytes_s, now_us);
	for (size_t i = 0; i < mover->drive_count; i++)
		throttle_set(&mover->drives[i]->throttle, mover->drives[i]->move->limit_bytes_s,
			     now_us);
}

/*
 * What was copied up to now is not charged to a new limit. Without one nobody has looked. What was
 * begun is no window of the new one.
 */
static void take_up_to_now(struct drive *drive)
{
	drive->window_bytes = 0;
	drive->deaf_until_us = 0;
	if (move_is_terminal(drive->move))
		return;
	if (!is_limited(drive))
		drive->meter = (struct throttle_meter){0};
	sample(drive);
}

void limiter_change(struct mover *mover, struct drive *drive, uint64_t rate_bytes_s)
{
	mover_note_order(mover); /* a limited move holds nobody up */
	for (size_t i = 0; i < mover->drive_count; i++)
		if (!drive || mover->drives[i] == drive)
			take_up_to_now(mover->drives[i]);
	throttle_set(drive ? &drive->throttle : &mover->limiter.host, rate_bytes_s,
		     monotonic_us(mover));
	mover->limiter.look_at_us = 1;
}

/* ---- one move ---------------------------------------------------------- */

static void settle_for(struct drive *drive)
{
	const struct limiter *limiter = limiter_of(drive);
	uint64_t now_us = monotonic_us(drive->mover);

	if (limiter->host.rate_bytes_s != 0 && now_us >= limiter->settled_us + LOOK_US)
		settle_all(drive->mover, now_us);
	else
		settle(drive, now_us);
}

/* So that its table is drawn by the time it is due. */
static uint64_t begin_early(const struct drive *drive, uint64_t wait_us)
{
	uint64_t lead_us = throttle_lead_us(&drive->throttle);

	return wait_us > lead_us ? wait_us - lead_us : 0;
}

uint64_t limiter_wait_us(struct drive *drive)
{
	if (guarding_is_aside(drive))
		return GUARD_LOOK_US;
	if (!is_limited(drive))
		return 0;
	settle_for(drive);
	return begin_early(drive, longer(throttle_wait_us(&drive->throttle),
					 throttle_wait_us(&limiter_of(drive)->host)));
}

/* What all moves together are still to copy of what they have begun. */
static uint64_t count_left_bytes(const struct mover *mover)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < mover->drive_count; i++)
		bytes += mover->drives[i]->left_bytes;
	return bytes;
}

uint64_t limiter_window_us(struct drive *drive)
{
	uint64_t own_us, host_us;

	if (!is_limited(drive) || guarding_is_aside(drive))
		return 0;
	settle_for(drive);
	if (drive->left_bytes > drive->window_bytes)
		return 0;
	own_us = throttle_wait_after_us(&drive->throttle, drive->left_bytes);
	host_us = throttle_wait_after_us(&limiter_of(drive)->host, count_left_bytes(drive->mover));
	return begin_early(drive, longer(own_us, host_us));
}

uint64_t limiter_deaf_until_us(const struct mover *mover)
{
	uint64_t now_us = monotonic_us(mover);
	uint64_t until_us = UINT64_MAX;

	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct drive *drive = mover->drives[i];
		const struct pass *pass = move_current_pass(drive->move);

		if (!pass || pass->state != PASS_COPYING)
			continue;
		if (drive->deaf_until_us <= now_us)
			return 0;
		if (drive->deaf_until_us < until_us)
			until_us = drive->deaf_until_us;
	}
	return until_us == UINT64_MAX ? 0 : until_us;
}

bool limiter_must_stop(const struct drive *drive)
{
	return (guarding_is_aside(drive) && !limiter_of(drive)->is_held) ||
	       throttle_is_runaway(&drive->throttle) ||
	       throttle_is_runaway(&limiter_of(drive)->host);
}

void limiter_charge(struct drive *drive, uint64_t bytes)
{
	throttle_charge(&drive->throttle, bytes);
	throttle_charge(&limiter_of(drive)->host, bytes);
}

/* Those that copy now or will soon, this one too. */
static size_t count_copying(const struct drive *drive)
{
	const struct mover *mover = drive->mover;
	size_t count = 1;

	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct pass *pass = move_current_pass(mover->drives[i]->move);

		count += mover->drives[i] != drive && pass && state_copies(pass->state);
	}
	return count;
}

static uint64_t lesser_limit(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

void limiter_narrow(struct drive *drive, struct copy_shape *shape)
{
	struct throttle *host = &limiter_of(drive)->host;
	size_t copying = count_copying(drive);
	uint64_t window_bytes = lesser_limit(throttle_begin_window(&drive->throttle),
					     throttle_begin_window(host) / copying);
	uint64_t region_bytes = lesser_limit(throttle_region_bytes_max(&drive->throttle),
					     throttle_region_bytes_max(host) / copying);

	guarding_narrow(drive, shape);
	drive->window_bytes = 0;
	if (!is_limited(drive))
		return;
	copy_shape_narrow(shape, window_bytes, region_bytes);
	drive->window_bytes = shape->parallel * shape->piece_max_sectors * SECTOR_BYTES;
}

uint64_t limiter_piece_bytes_max(const struct drive *drive)
{
	uint64_t max_bytes = lesser_limit(throttle_region_bytes_max(&drive->throttle),
					  throttle_region_bytes_max(&limiter_of(drive)->host));

	if (!is_limited(drive))
		return UINT64_MAX;
	return max_bytes < PIECE_BYTES_MIN ? PIECE_BYTES_MIN
					   : max_bytes - max_bytes % PIECE_BYTES_MIN;
}

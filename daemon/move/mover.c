/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/mover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/move/guarding.h"
#include "daemon/move/mover_internal.h"
#include "daemon/move/stalling.h"
#include "daemon/move/wedge.h"

struct mover_settings mover_settings_default(void)
{
	return (struct mover_settings){
		.tuning = copy_tuning_default,
		.stall_us = STALL_PATIENCE_US,
		.pass_runs_max = MOVER_PASS_RUNS_MAX,
	};
}

int mover_new(const struct ports *ports, void *ctx, struct mover **moverp)
{
	struct mover *mover = calloc(1, sizeof(*mover));

	if (!mover)
		return -ENOMEM;
	mover->ports = ports;
	mover->ctx = ctx;
	mover->next_id = 1;
	mover->history_max = MOVER_HISTORY_MAX;
	mover->settings = mover_settings_default();
	LIST_INIT(&mover->enquiries);
	*moverp = mover;
	return 0;
}

void mover_free(struct mover *mover)
{
	if (!mover)
		return;
	enquiries_free(mover);
	for (size_t i = 0; i < mover->drive_count; i++)
		drive_free(mover->drives[i]);
	free(mover->drives);
	free(mover->entries);
	free(mover->places);
	free(mover);
}

/* ---- the list of moves ------------------------------------------------- */

/* The index of the first drive whose move's id is not below that. */
static size_t find_index(const struct mover *mover, uint64_t id)
{
	size_t low = 0, high = mover->drive_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mover->drives[middle]->move->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct drive *mover_find_drive(const struct mover *mover, uint64_t id)
{
	size_t i = find_index(mover, id);

	return i < mover->drive_count && mover->drives[i]->move->id == id ? mover->drives[i] : NULL;
}

const struct move *mover_find_move(const struct mover *mover, uint64_t id)
{
	const struct drive *drive = mover_find_drive(mover, id);

	return drive ? drive->move : NULL;
}

const struct move *mover_next_move(const struct mover *mover, const struct move *prev)
{
	size_t i = prev ? find_index(mover, prev->id + 1) : 0;

	return i < mover->drive_count ? mover->drives[i]->move : NULL;
}

uint64_t mover_seq(const struct mover *mover)
{
	return mover->seq;
}

const struct move *mover_next_change(const struct mover *mover, uint64_t seq)
{
	const struct move *latest = mover_find_move(mover, mover->changed_id);
	const struct move *found = NULL;

	if (seq >= mover->seq)
		return NULL;
	if (latest && latest->seq == seq + 1)
		return latest;
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct move *move = mover->drives[i]->move;

		if (move->seq > seq && (!found || move->seq < found->seq))
			found = move;
	}
	return found;
}

/* Forgets one; false when there are no more than are to be kept. */
static bool forget_oldest(struct mover *mover)
{
	size_t finished = 0;
	size_t oldest = mover->drive_count;

	for (size_t i = mover->drive_count; i-- > 0;) {
		if (move_is_terminal(mover->drives[i]->move) && !mover->drives[i]->is_comparing &&
		    !mover->drives[i]->guarding.is_asking &&
		    !mover->drives[i]->search.is_under_way) {
			finished++;
			oldest = i;
		}
	}
	if (finished <= mover->history_max)
		return false;
	drive_free(mover->drives[oldest]);
	memmove(&mover->drives[oldest], &mover->drives[oldest + 1],
		(--mover->drive_count - oldest) * sizeof(struct drive *));
	return true;
}

void mover_sum_up(const struct mover *mover, struct mover_sum *sum)
{
	*sum = (struct mover_sum){0};
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct move *move = mover->drives[i]->move;

		if (move_is_terminal(move))
			continue;
		sum->count[move_state(move)]++;
		sum->unfinished++;
		sum->total_bytes += move_total_bytes(move);
		sum->copied_bytes += move_copied_bytes(move);
	}
}

void mover_forget_oldest(struct mover *mover)
{
	while (forget_oldest(mover))
		;
}

void mover_set_history(struct mover *mover, size_t move_count)
{
	mover->history_max = move_count;
	mover_forget_oldest(mover);
}

/* Returns 0 or -ENOMEM, with all as it was but for more room in some. */
static int make_room(struct mover *mover)
{
	size_t room = mover->drive_room ? 2 * mover->drive_room : 16;
	struct drive **drives = realloc(mover->drives, room * sizeof(struct drive *));
	struct queue_entry *entries;
	struct queue_place *places;

	if (!drives)
		return -ENOMEM;
	mover->drives = drives;
	entries = reallocarray(mover->entries, room, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	mover->entries = entries;
	places = reallocarray(mover->places, room, sizeof(*places));
	if (!places)
		return -ENOMEM;
	mover->places = places;
	mover->drive_room = room;
	return 0;
}

struct drive *mover_add_move(struct mover *mover, struct move *move)
{
	struct drive *drive;

	if (mover->drive_count == mover->drive_room && make_room(mover) < 0)
		return NULL;
	drive = drive_new(mover, move);
	if (!drive)
		return NULL;
	mover->drives[mover->drive_count++] = drive;
	if (move->id >= mover->next_id)
		mover->next_id = move->id + 1;
	move->seq = ++mover->seq;
	mover_note_order(mover);
	return drive;
}

/* ---- driving ----------------------------------------------------------- */

static void forget_wedged(const struct mover *mover, struct move *move)
{
	for (size_t i = 0; i < move->pass_count; i++)
		wedge_forget(&move->passes[i], mover->ports->boot_id(mover->ctx));
}

void mover_begin(struct mover *mover)
{
	limiter_begin(mover);
	for (size_t i = 0; i < mover->drive_count; i++)
		forget_wedged(mover, mover->drives[i]->move);
	for (size_t i = 0; i < mover->drive_count; i++)
		drive_run(mover->drives[i]);
}

void mover_look(struct mover *mover)
{
	for (size_t i = 0; i < mover->drive_count; i++) {
		struct drive *drive = mover->drives[i];

		/*
		 * A device that appears may be the VG that a pass waits for. After a
		 * failure the wait stands: the failing may be what made the event.
		 */
		if (drive->attempts == 0)
			drive_hurry(drive);
		drive_run(drive);
	}
}

void mover_wake(struct mover *mover)
{
	uint64_t now_us = mover->ports->monotonic_us(mover->ctx);

	for (size_t i = 0; i < mover->drive_count; i++) {
		struct drive *drive = mover->drives[i];

		if (drive->look_at_us != 0 && drive->look_at_us <= now_us)
			drive_run(drive);
		if (stalling_due_us(drive) <= now_us)
			stalling_look(drive);
		if (guarding_due_us(drive) <= now_us) {
			guarding_look(drive);
			if (guarding_is_unfit(drive))
				drive_run(drive);
		}
	}
	mover_rearm(mover);
}

/* Returns until when nothing that happens to devices is told. */
static uint64_t rest_from_events(struct mover *mover)
{
	uint64_t until_us = limiter_deaf_until_us(mover);
	bool is_deaf = until_us != 0;

	if (is_deaf != mover->is_deaf)
		mover->ports->heed(mover->ctx, !is_deaf);
	mover->is_deaf = is_deaf;
	return is_deaf ? until_us : UINT64_MAX;
}

void mover_rearm(struct mover *mover)
{
	uint64_t now_us = mover->ports->monotonic_us(mover->ctx);
	uint64_t next_us = rest_from_events(mover);

	limiter_look(mover);
	if (mover->limiter.look_at_us != 0)
		next_us = mover->limiter.look_at_us;
	for (size_t i = 0; i < mover->drive_count && !mover->stopped; i++) {
		const struct drive *drive = mover->drives[i];

		if (drive->look_at_us != 0 && !drive->busy && drive->look_at_us < next_us)
			next_us = drive->look_at_us;
		if (stalling_due_us(drive) < next_us)
			next_us = stalling_due_us(drive);
		if (guarding_due_us(drive) < next_us)
			next_us = guarding_due_us(drive);
	}
	if (next_us != UINT64_MAX)
		mover->ports->wake_after(mover->ctx,
					 next_us > now_us ? (next_us - now_us + 999) / 1000 : 0);
}

const struct ports *mover_ports(const struct mover *mover, void **ctxp)
{
	*ctxp = mover->ctx;
	return mover->ports;
}

void mover_publish(struct mover *mover, struct move *move)
{
	move->seq = ++mover->seq;
	mover->changed_id = move->id;
	if (mover->watch)
		mover->watch(mover->watch_arg, move);
}

void mover_set_watch(struct mover *mover, mover_watch_fn *watch, void *arg)
{
	mover->watch = watch;
	mover->watch_arg = arg;
}

int mover_claims(const struct mover *mover, const struct pass *except, struct plan_claim **claimsp,
		 size_t *countp)
{
	struct plan_claim *claims;
	size_t room = 1;
	size_t count = 0;

	for (size_t i = 0; i < mover->drive_count; i++)
		room += mover->drives[i]->move->pass_count;
	claims = calloc(room, sizeof(*claims));
	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < mover->drive_count; i++) {
		const struct move *move = mover->drives[i]->move;

		for (size_t j = 0; j < move->pass_count; j++) {
			const struct pass *pass = &move->passes[j];

			if (pass_state_is_terminal(pass->state) || pass == except)
				continue;
			claims[count++] = (struct plan_claim){&pass->reservation, move->id};
		}
	}
	*claimsp = claims;
	*countp = count;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/world.h"

#include <stdio.h>

#include "tests/fake/memory.h"
#include "tests/fake/request.h"

/* How long a step takes; a copied region takes longer, so that timers come in between. */
#define STEP_US 2000
#define COPY_US 150000
/* A late effect comes within so many steps of the next daemon. */
#define LATE_STEPS 24

static const struct {
	const char *name;
	bool changes_something;
} calls[] = {
#define C(code, name, changes) {name, changes},
	WORLD_CALL_LIST(C)
#undef C
};

const char *world_call_name(enum world_call call)
{
	return calls[call].name;
}

bool world_call_changes_something(enum world_call call)
{
	return calls[call].changes_something;
}

bool world_call_can_be_late(enum world_call call)
{
	/* An edit holds the VG's lock to its end, and a new device waits for nothing. */
	return call == WORLD_SET_ACTIVE || call == WORLD_SWAP || call == WORLD_REMOVE ||
	       call == WORLD_FLUSH;
}

/* ---- beginning and end ------------------------------------------------- */

static void name_boot(struct world *world)
{
	snprintf(world->boot_id, sizeof(world->boot_id), "00000000-0000-4000-9000-%012u",
		 world->boot);
}

void world_init(struct world *world, const uint64_t disk_pes[WORLD_DISKS_MAX],
		const struct fake_vg_spec vgs[FAKE_VGS_MAX], uint64_t seed)
{
	*world = (struct world){.random = fake_random_seed(seed)};
	TAILQ_INIT(&world->requests);
	TAILQ_INIT(&world->orphans);
	name_boot(world);
	for (unsigned i = 0; i < WORLD_DISKS_MAX && disk_pes[i] > 0; i++)
		fake_disk_init(&world->disks[world->disk_count++], i,
			       (FAKE_PE_START + disk_pes[i] * FAKE_EXTENT_SECTORS) /
				       FAKE_CELL_SECTORS);
	fake_dm_init(&world->dm, world->disks, world->disk_count);
	fake_lvm_init(&world->lvm, world->disks, &world->dm);
	for (unsigned i = 0; i < FAKE_VGS_MAX && vgs[i].name; i++)
		fake_lvm_add(&world->lvm, &vgs[i]);
	fake_app_init(&world->app, &world->lvm);
}

static void clear_queue(struct world_queue *queue)
{
	struct world_request *request;

	while ((request = TAILQ_FIRST(queue))) {
		TAILQ_REMOVE(queue, request, link);
		world_request_free(request);
	}
}

void world_deinit(struct world *world)
{
	clear_queue(&world->requests);
	clear_queue(&world->orphans);
	fake_app_deinit(&world->app);
	fake_lvm_deinit(&world->lvm);
	fake_dm_clear(&world->dm);
	fake_journal_clear(&world->journal);
	for (size_t i = 0; i < world->disk_count; i++)
		fake_disk_deinit(&world->disks[i]);
	free(world->calls);
}

/* ---- calls ------------------------------------------------------------- */

static void note_call(struct world *world, enum world_call call)
{
	if (world->call_count == world->call_room) {
		world->call_room = world->call_room ? 2 * world->call_room : 256;
		world->calls = reallocarray(world->calls, world->call_room, sizeof(*world->calls));
		if (!world->calls)
			abort();
	}
	world->calls[world->call_count++] = call;
}

/* A failure can be one of a row of failures of the same kind. */
static bool call_fails_again(const struct world *world, enum world_call call)
{
	return (world->trap.kind == TRAP_FAIL || world->trap.kind == TRAP_FAIL_AFTER) &&
	       world->call_count > world->trap.at && world->trap_failures < world->trap.times &&
	       world->calls[world->trap.at - 1] == call;
}

enum world_trap_kind world_count_call(struct world *world, enum world_call call)
{
	enum world_trap_kind kind = TRAP_NONE;

	if (world->dead)
		return TRAP_DIE_BEFORE;
	if (world->journal.error < 0 && world_call_changes_something(call) &&
	    call != WORLD_RECORD && call != WORLD_HOLD)
		world->dm.outrage = "changes that the journal knows nothing of";
	note_call(world, call);
	if (world->trap.at == world->call_count || call_fails_again(world, call)) {
		kind = world->trap.kind;
		world->trap_failures++;
	}
	if (kind == TRAP_HOOK && !world->vg_is_locked)
		world->trap.hook(world->trap.arg);
	if (kind == TRAP_DIE_BEFORE)
		world->dead = true;
	if ((kind == TRAP_DIE_LATE && !world_call_can_be_late(call)) ||
	    (kind == TRAP_DIE_WEDGED && call != WORLD_SWAP))
		kind = TRAP_DIE_AFTER;
	return kind;
}

/* ---- what happens ------------------------------------------------------ */

/* lvchange holds the VG's lock, too. */
static bool vg_is_locked_by_orphan(const struct world *world)
{
	const struct world_request *orphan;

	TAILQ_FOREACH(orphan, &world->orphans, link)
	{
		if (orphan->call == WORLD_SET_ACTIVE)
			return true;
	}
	return false;
}

static bool effect_can_come(const struct world *world, const struct world_request *request)
{
	if (request->call == WORLD_EDIT_VG)
		return !vg_is_locked_by_orphan(world);
	if (request->call == WORLD_COMPARE && world->compare_hangs)
		return false;
	if (request->call == WORLD_SWAP && world->swaps_hang)
		return false;
	return request->call != WORLD_SWAP || !fake_dm_is_blocked(&world->dm, request->uuid);
}

/* Mostly the oldest; NULL when none can run. */
static struct world_request *choose_request(struct world *world)
{
	struct world_request *request;
	struct world_request *chosen = NULL;

	TAILQ_FOREACH(request, &world->requests, link)
	{
		if (!request->is_effected && !effect_can_come(world, request))
			continue;
		chosen = request;
		if (fake_random_below(&world->random, 4) != 0)
			break;
	}
	return chosen;
}

static void adopt_orphan(struct world *world, struct world_request *request)
{
	request->due_step = world->step_count + fake_random_below(&world->random, LATE_STEPS);
	TAILQ_INSERT_TAIL(&world->orphans, request, link);
}

/* One half of a request's way: its effect, or the news of it. */
static void run_request(struct world *world, struct world_request *request)
{
	if (!request->is_effected) {
		world_request_effect(world, request);
		if (request->fate == TRAP_DIE_AFTER || request->fate == TRAP_DIE_LATE ||
		    request->fate == TRAP_DIE_WEDGED)
			world->dead = true;
		if (request->fate == TRAP_DIE_LATE) {
			TAILQ_REMOVE(&world->requests, request, link);
			adopt_orphan(world, request);
		}
		return;
	}
	TAILQ_REMOVE(&world->requests, request, link);
	world_request_answer(world, request);
	world_request_free(request);
}

/* Returns true when there was a late effect that is due. */
static bool run_orphan(struct world *world)
{
	struct world_request *orphan;

	TAILQ_FOREACH(orphan, &world->orphans, link)
	{
		if (orphan->due_step > world->step_count || !effect_can_come(world, orphan))
			continue;
		TAILQ_REMOVE(&world->orphans, orphan, link);
		world_request_effect_late(world, orphan);
		world_request_free(orphan);
		return true;
	}
	return false;
}

static void wake(struct world *world)
{
	world->wake_at_us = 0;
	if (world->mover)
		mover_wake(world->mover);
}

/* Returns true when there is something on its way that only needs time. */
static bool pass_time(struct world *world)
{
	if (world->wake_at_us > world->monotonic_us)
		world->monotonic_us = world->wake_at_us;
	if (world->wake_at_us > 0)
		wake(world);
	else
		return !TAILQ_EMPTY(&world->orphans) || world->appear_at_step > world->step_count;
	return true;
}

/* Held back, a region still begins now and then. */
static bool may_copy(struct world *world)
{
	return !world->dm.held || fake_random_below(&world->random, 8) == 0;
}

static bool let_something_happen(struct world *world)
{
	struct world_request *request;

	if (run_orphan(world))
		return true;
	if (world->wake_at_us > 0 && world->wake_at_us <= world->monotonic_us &&
	    fake_random_below(&world->random, 2) == 0) {
		wake(world);
		return true;
	}
	request = choose_request(world);
	if (request && fake_random_below(&world->random, 3) != 0) {
		run_request(world, request);
		return true;
	}
	if (may_copy(world) && fake_dm_copy(&world->dm)) {
		world->monotonic_us += COPY_US;
		return true;
	}
	if (!request)
		return pass_time(world);
	run_request(world, request);
	return true;
}

static void let_groups_appear(struct world *world)
{
	if (world->appear_at_step == 0 || world->step_count < world->appear_at_step)
		return;
	world->appear_at_step = 0;
	for (size_t i = 0; i < world->lvm.vg_count; i++)
		fake_lvm_set_present(&world->lvm, &world->lvm.vgs[i], true);
	world->dm.event = true;
}

bool world_step(struct world *world)
{
	bool happened;

	if (world->dead)
		return false;
	world->step_count++;
	world->monotonic_us += STEP_US;
	let_groups_appear(world);
	happened = let_something_happen(world);
	fake_app_write(&world->app, &world->random);
	if (world->dm.event && !world->is_deaf && !world->dead && world->mover) {
		world->dm.event = false;
		mover_look(world->mover);
		happened = true;
	}
	return happened && !world->dead;
}

/* ---- death ------------------------------------------------------------- */

/* An executor finishes what it has begun; what it had begun is a matter of luck. */
static void outlive_daemon(struct world *world)
{
	struct world_request *request;

	TAILQ_FOREACH(request, &world->requests, link)
	{
		if (!request->is_effected && world_call_can_be_late(request->call) &&
		    effect_can_come(world, request) && fake_random_below(&world->random, 2) == 0)
			world_request_effect(world, request);
	}
}

static void cut_power(struct world *world)
{
	clear_queue(&world->orphans);
	fake_dm_clear(&world->dm);
	for (size_t i = 0; i < world->disk_count; i++)
		fake_disk_cut_power(&world->disks[i]);
	/* The cache may have been written by itself, or not; what is read from now on is stable. */
	for (size_t i = 0; i < world->lvm.vg_count; i++)
		if (fake_random_below(&world->random, 4) > 0)
			fake_lvm_forget_edits(&world->lvm.vgs[i]);
		else
			fake_lvm_settle_edits(&world->lvm.vgs[i]);
	world->boot++;
	name_boot(world);
	world->monotonic_us = 0;
	for (size_t i = 0; i < world->lvm.vg_count; i++)
		fake_lvm_set_present(&world->lvm, &world->lvm.vgs[i], world->late_steps == 0);
	world->appear_at_step = world->late_steps ? world->step_count + world->late_steps : 0;
}

void world_end(struct world *world, enum world_end how)
{
	world->mover = NULL;
	if (how == WORLD_DAEMON_KILLED)
		outlive_daemon(world);
	else
		cut_power(world);
	clear_queue(&world->requests);
	world->journal.error = 0;
	world->wake_at_us = 0;
	world->is_deaf = false;
	world->trap = (struct world_trap){0};
	world->trap_failures = 0;
	world->dead = false;
	world->dm.event = false;
}

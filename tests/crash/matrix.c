/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/matrix.h"

#include <errno.h>

#include "tests/fake/memory.h"
#include "tests/fake/request.h"

/* After so many breaks a scenario is left: the first ones say enough. */
#define BREAKS_MAX 5
/* Second deaths tried after each first one. */
#define SECOND_DEATHS 2
/* As often as the mover gives a hopeless effect a try, and once more. */
#define FAILURES_IN_A_ROW 6
/* Calls of a daemon that comes after a wedged swap and before each of which LVM may interfere. */
#define DISTURBED_CALLS 10

static const enum world_end ends[] = {WORLD_DAEMON_KILLED, WORLD_POWER_CUT};
#define END_COUNT (sizeof(ends) / sizeof(ends[0]))

static void play(const struct plot *plot, const struct scenario *scenario,
		 struct plot_calls *callsp, struct matrix_count *count)
{
	if (count->broken >= BREAKS_MAX)
		return;
	count->played++;
	count->broken += !plot_play(plot, scenario, callsp);
}

/* Whether a death of that kind at that call is told from the others. */
static bool death_makes_sense(enum world_trap_kind kind, enum world_end end, enum world_call call)
{
	if (kind == TRAP_DIE_AFTER)
		return world_call_changes_something(call);
	if (kind == TRAP_DIE_LATE)
		return world_call_can_be_late(call) && end == WORLD_DAEMON_KILLED;
	return true;
}

typedef void death_fn(const struct plot_point *point, const struct scenario *scenario,
		      struct matrix_count *count);

static void for_each_death(const struct scenario *scenario, const struct plot_calls *calls,
			   struct matrix_count *count, death_fn *die)
{
	for (uint64_t at = 1; at <= calls->count; at++) {
		for (enum world_trap_kind kind = TRAP_DIE_BEFORE; kind <= TRAP_DIE_LATE; kind++) {
			for (size_t i = 0; i < END_COUNT; i++) {
				struct plot_point point = {.at = at, .kind = kind, .end = ends[i]};

				if (death_makes_sense(kind, ends[i], calls->calls[at - 1]))
					die(&point, scenario, count);
			}
		}
	}
}

static void die_once(const struct plot_point *point, const struct scenario *scenario,
		     struct matrix_count *count)
{
	const struct plot plot = {.points = {*point}, .point_count = 1};

	play(&plot, scenario, NULL, count);
}

static void play_once(const struct scenario *scenario, const struct plot_calls *calls,
		      struct matrix_count *count)
{
	for_each_death(scenario, calls, count, die_once);
}

/* The second deaths are drawn from the calls that the recovery from the first one makes. */
static void die_twice(const struct plot_point *point, const struct scenario *scenario,
		      struct matrix_count *count)
{
	struct fake_random random = fake_random_seed(point->at * 64 + point->kind * 8 + point->end);
	struct plot plot = {.points = {*point}, .point_count = 1};
	struct plot_calls calls = {0};
	uint64_t recovery_calls;

	play(&plot, scenario, &calls, count);
	recovery_calls = calls.count > point->at ? calls.count - point->at : 0;
	free(calls.calls);
	plot.point_count = 2;
	for (unsigned i = 0; i < SECOND_DEATHS && recovery_calls > 0; i++) {
		plot.points[1] = (struct plot_point){
			.at = 1 + fake_random_below(&random, recovery_calls),
			.kind = TRAP_DIE_BEFORE + fake_random_below(&random, 3),
			.end = ends[fake_random_below(&random, END_COUNT)],
		};
		play(&plot, scenario, NULL, count);
	}
}

static void play_twice(const struct scenario *scenario, const struct plot_calls *calls,
		       struct matrix_count *count)
{
	for_each_death(scenario, calls, count, die_twice);
}

static void fail(const struct scenario *scenario, uint64_t at, enum world_trap_kind kind, int code,
		 unsigned times, struct matrix_count *count)
{
	const struct plot plot = {
		.points = {{.at = at, .kind = kind, .code = code, .times = times}},
		.point_count = 1,
		.may_fail = times > 1,
	};

	play(&plot, scenario, NULL, count);
}

static void play_failures(const struct scenario *scenario, const struct plot_calls *calls,
			  struct matrix_count *count)
{
	static const int codes[] = {-EIO, -ETIMEDOUT, -EBUSY, -ESTALE};
	static const size_t code_count = sizeof(codes) / sizeof(codes[0]);

	for (uint64_t at = 1; at <= calls->count; at++) {
		enum world_call call = calls->calls[at - 1];
		int code = codes[at % code_count];

		for (size_t i = 0; i < code_count && world_call_changes_something(call); i++)
			fail(scenario, at, TRAP_FAIL, codes[i], 1, count);
		if (world_call_changes_something(call)) {
			fail(scenario, at, TRAP_FAIL_AFTER, code, 1, count);
			fail(scenario, at, TRAP_FAIL_AFTER, code, FAILURES_IN_A_ROW, count);
		} else {
			fail(scenario, at, TRAP_FAIL, -EIO, 1, count);
		}
		fail(scenario, at, TRAP_FAIL, code, FAILURES_IN_A_ROW, count);
		if (call == WORLD_RECORD)
			fail(scenario, at, TRAP_FAIL, -ENOSPC, FAILURES_IN_A_ROW, count);
	}
}

static void play_whims(const struct scenario *scenario, const struct plot_calls *calls,
		       struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++) {
		for (size_t i = 0; i < 2; i++) {
			const struct plot plot = {
				.whim = {.at_call = at, .goal = i ? GOAL_ABORT : GOAL_PAUSE},
			};

			play(&plot, scenario, NULL, count);
		}
	}
}

typedef int lvm_fn(struct fake_lvm *lvm, const struct fake_vg *group, const struct fake_lv *lv);

static bool lv_is_being_swapped(const struct world *world, const struct fake_lv *lv)
{
	const struct world_request *request;

	TAILQ_FOREACH(request, &world->requests, link)
	{
		if (request->call == WORLD_SWAP && strcmp(request->uuid, lv->uuid) == 0)
			return true;
	}
	return false;
}

/* Something that LVM does to every LV that is active. */
static void do_to_all(struct world *world, lvm_fn *act, bool amid_swaps)
{
	for (size_t i = 0; i < world->app.count; i++) {
		const struct fake_app_lv *app_lv = &world->app.lvs[i];

		if (!app_lv->vg->present || !fake_dm_find(&world->dm, app_lv->lv->uuid) ||
		    (!amid_swaps && lv_is_being_swapped(world, app_lv->lv)))
			continue;
		if (act(&world->lvm, app_lv->vg, app_lv->lv) < 0)
			abort();
	}
}

/* lvchange --refresh: each is taken off its leg. */
static void refresh_all(void *world)
{
	do_to_all(world, fake_lvm_refresh, true);
}

/* lvcreate --snapshot: each gets a table that is none of ours. */
static void layer_all(void *world)
{
	do_to_all(world, fake_lvm_layer, false);
}

/* The first LV is removed by force. */
static void remove_one(void *arg)
{
	struct world *world = arg;
	struct fake_vg *vg = &world->lvm.vgs[0];

	if (vg->present && fake_lvm_remove(&world->lvm, vg, &vg->lvs[0]) < 0)
		abort();
}

/* The reservations are not what they were. */
static void unlock_reservations(void *arg)
{
	struct world *world = arg;

	for (size_t i = 0; i < world->lvm.vg_count; i++)
		if (world->lvm.vgs[i].present)
			fake_lvm_unlock_reservations(&world->lvm, &world->lvm.vgs[i]);
}

static void interfere(const struct scenario *scenario, uint64_t at, void (*hook)(void *world),
		      bool may_fail, struct matrix_count *count)
{
	const struct plot plot = {
		.points = {{.at = at, .kind = TRAP_HOOK, .hook = hook}},
		.point_count = 1,
		.may_fail = may_fail,
	};

	play(&plot, scenario, NULL, count);
}

static void play_refreshes(const struct scenario *scenario, const struct plot_calls *calls,
			   struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++)
		interfere(scenario, at, refresh_all, false, count);
}

/* True for the first look at a pass's devices: what is done next goes by what is there now. */
static bool is_first_look(const struct plot_calls *calls, uint64_t at)
{
	return calls->calls[at - 1] == WORLD_OBSERVE &&
	       (at < 2 || calls->calls[at - 2] != WORLD_OBSERVE);
}

static void play_layers(const struct scenario *scenario, const struct plot_calls *calls,
			struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++)
		if (is_first_look(calls, at))
			interfere(scenario, at, layer_all, true, count);
}

static void play_fault(const struct scenario *scenario, const struct plot_calls *calls,
		       struct matrix_count *count, enum play_fault_kind kind)
{
	for (uint64_t at = 1; at <= calls->count; at++) {
		const struct plot plot = {
			.fault = {.at_call = at, .kind = kind},
			.may_fail = true,
		};

		play(&plot, scenario, NULL, count);
	}
}

static void play_unreadable(const struct scenario *scenario, const struct plot_calls *calls,
			    struct matrix_count *count)
{
	play_fault(scenario, calls, count, FAULT_SOURCE_UNREADABLE);
}

static void play_failing_source(const struct scenario *scenario, const struct plot_calls *calls,
				struct matrix_count *count)
{
	play_fault(scenario, calls, count, FAULT_SOURCE_UNWRITABLE);
}

static void play_failing_destination(const struct scenario *scenario,
				     const struct plot_calls *calls, struct matrix_count *count)
{
	play_fault(scenario, calls, count, FAULT_DEST_UNWRITABLE);
}

static void play_removals(const struct scenario *scenario, const struct plot_calls *calls,
			  struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++)
		interfere(scenario, at, remove_one, true, count);
}

/* A move that is held over it is aborted; one that is committed goes forward. */
static void play_tampering(const struct scenario *scenario, const struct plot_calls *calls,
			   struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++) {
		const struct plot plot = {
			.points = {{.at = at, .kind = TRAP_HOOK, .hook = unlock_reservations}},
			.point_count = 1,
			.may_fail = true,
			.undoes_held = true,
		};

		play(&plot, scenario, NULL, count);
	}
}

/* Again, in a swap, or in some other call, of those that the recovery from the first time makes. */
static void wedge_again(const struct plot *first, const struct plot_calls *calls,
			const struct scenario *scenario, struct matrix_count *count)
{
	struct plot plot = *first;
	uint64_t done = first->points[0].kind == TRAP_DIE_WEDGED ? first->points[0].at : 0;

	plot.point_count = 2;
	for (uint64_t at = first->points[0].at + 1; at <= calls->count; at++) {
		if (calls->calls[at - 1] != WORLD_SWAP)
			continue;
		plot.points[1] = (struct plot_point){
			.at = at - done,
			.kind = at % 2 ? TRAP_DIE_WEDGED : TRAP_FAIL_WEDGED,
			.end = at % 3 ? WORLD_DAEMON_KILLED : WORLD_POWER_CUT,
		};
		play(&plot, scenario, NULL, count);
	}
}

/* And then the owner wants something else, or LVM takes the LV off the leg. */
static void wedge_and_disturb(const struct plot *first, const struct scenario *scenario,
			      struct matrix_count *count)
{
	static const enum move_goal goals[] = {GOAL_PAUSE, GOAL_ABORT};
	struct plot plot = *first;

	for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
		plot.whim = (struct play_whim){.at_call = first->points[0].at, .goal = goals[i]};
		play(&plot, scenario, NULL, count);
	}
	if (first->points[0].kind == TRAP_FAIL_WEDGED)
		return;
	plot.whim = (struct play_whim){0};
	plot.point_count = 2;
	for (uint64_t at = 1; at <= DISTURBED_CALLS; at++) {
		plot.points[1] = (struct plot_point){
			.at = at,
			.kind = TRAP_HOOK,
			.hook = refresh_all,
		};
		play(&plot, scenario, NULL, count);
	}
}

static void wedge(const struct plot *plot, const struct scenario *scenario,
		  struct matrix_count *count)
{
	struct plot_calls calls = {0};

	play(plot, scenario, &calls, count);
	wedge_and_disturb(plot, scenario, count);
	if (plot->points[0].kind == TRAP_DIE_WEDGED && calls.calls)
		wedge_again(plot, &calls, scenario, count);
	free(calls.calls);
}

static void play_wedges(const struct scenario *scenario, const struct plot_calls *calls,
			struct matrix_count *count)
{
	for (uint64_t at = 1; at <= calls->count; at++) {
		struct plot plot = {.points = {{.at = at}}, .point_count = 1};

		if (calls->calls[at - 1] != WORLD_SWAP)
			continue;
		plot.points[0].kind = TRAP_FAIL_WEDGED;
		wedge(&plot, scenario, count);
		plot.points[0].kind = TRAP_DIE_WEDGED;
		wedge(&plot, scenario, count);
		plot.points[0].end = WORLD_POWER_CUT;
		wedge(&plot, scenario, count);
	}
}

static void die_over_corruption(const struct plot_point *point, const struct scenario *scenario,
				struct matrix_count *count)
{
	const struct plot plot = {
		.points = {*point},
		.point_count = 1,
		.fault = {.at_call = 1, .kind = FAULT_DEST_CORRUPTING},
		.may_fail = true,
		.must_fail = true,
	};

	play(&plot, scenario, NULL, count);
}

static void play_corruption(const struct scenario *scenario, const struct plot_calls *calls,
			    struct matrix_count *count)
{
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++)
		if (scenario->moves[i].wanted && !scenario->moves[i].verify)
			return; /* what is not verified is not found out */
	for_each_death(scenario, calls, count, die_over_corruption);
}

static const struct matrix_mode modes[] = {
	{"once", "a daemon that dies anywhere costs nothing but time", play_once},
	{"twice", "a daemon that dies anywhere, twice in a row, costs nothing but time",
	 play_twice},
	{"failures", "calls that fail are tried again, or the move is undone", play_failures},
	{"whims", "a move can be aborted or paused at any time", play_whims},
	{"unreadable", "what cannot be read of the source costs nothing else", play_unreadable},
	{"failing-source", "a source that takes no writes costs nothing acknowledged",
	 play_failing_source},
	{"failing-destination", "a destination that takes no writes costs nothing acknowledged",
	 play_failing_destination},
	{"corruption", "what is verified is not moved onto a destination that corrupts it",
	 play_corruption},
	{"refreshes", "LVM may take the LV off its leg at any time", play_refreshes},
	{"layers", "a table that LVM put under the LV is taken for none of ours", play_layers},
	{"removals", "of an LV that is removed by force nothing is left", play_removals},
	{"tampering", "a move whose reservation was tampered with can be undone", play_tampering},
	{"wedges", "a swap that is killed leaves a wedged leg, and the LV is taken off it",
	 play_wedges},
};

const struct matrix_mode *matrix_modes(size_t *countp)
{
	*countp = sizeof(modes) / sizeof(modes[0]);
	return modes;
}

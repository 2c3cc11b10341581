/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/plot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/fake/memory.h"

/* The order of things in a play that nobody disturbs. */
#define PLOT_SEED 1

static const char *const kind_names[] = {
	[TRAP_DIE_BEFORE] = "the daemon dies before",
	[TRAP_DIE_AFTER] = "the daemon dies after",
	[TRAP_DIE_LATE] = "the daemon dies in, its executor goes on with,",
	[TRAP_FAIL] = "failure of",
	[TRAP_FAIL_AFTER] = "success reported as failure of",
	[TRAP_HOOK] = "interference before",
	[TRAP_DIE_WEDGED] = "the daemon and its executor are killed in",
	[TRAP_FAIL_WEDGED] = "the executor is killed in",
};

static const char *const fault_names[FAULT_KIND_COUNT] = {
	[FAULT_SOURCE_UNREADABLE] = "a cell of the source becomes unreadable",
	[FAULT_SOURCE_UNWRITABLE] = "the source takes no writes any more",
	[FAULT_DEST_UNWRITABLE] = "the destinations take no writes any more",
	[FAULT_DEST_CORRUPTING] = "the destinations corrupt what they are given",
};

static void print_point(const struct plot_point *point, const struct world *world,
			uint64_t first_call)
{
	uint64_t at = first_call + point->at;

	printf("    %s call %" PRIu64 " (%s)", kind_names[point->kind], point->at,
	       at <= world->call_count ? world_call_name(world->calls[at - 1]) : "never made");
	if (point->code < 0)
		printf(", %s, %u times", strerror(-point->code), point->times);
	if (point->kind <= TRAP_DIE_LATE || point->kind == TRAP_DIE_WEDGED)
		printf(", %s", point->end == WORLD_POWER_CUT ? "power cut" : "killed");
	putchar('\n');
}

static void print_broken(const struct plot *plot, const struct play *play,
			 const uint64_t *first_calls)
{
	printf("BROKEN: %s\n", play->scenario->name);
	for (size_t i = 0; i < plot->point_count; i++)
		print_point(&plot->points[i], &play->world, first_calls[i]);
	if (play->whim.at_call > 0)
		printf("    the owner wants %s at call %" PRIu64 "\n",
		       play->whim.goal == GOAL_ABORT ? "it undone" : "a pause", play->whim.at_call);
	if (play->fault.at_call > 0)
		printf("    %s at call %" PRIu64 "\n", fault_names[play->fault.kind],
		       play->fault.at_call);
	printf("    after call %" PRIu64 " (%s): %s\n", play->world.call_count,
	       world_call_name(play->world.calls[play->world.call_count - 1]), play->truth.broken);
}

static void set_trap(struct play *play, const struct plot_point *point)
{
	play->world.trap = (struct world_trap){
		.at = play->world.call_count + point->at,
		.kind = point->kind,
		.code = point->code,
		.times = point->times,
		.hook = point->hook,
		.arg = &play->world,
	};
}

/* Numbers of their own for the order of things after each point. */
static uint64_t seed_after(const struct plot_point *point, size_t index)
{
	return 2 + index + point->at * 64 + point->kind * 8 + point->end * 4;
}

/* An LV that is in use is not deactivated, and one that refuses to be is left in the end. */
static void note_failure(struct play *play, const struct plot_point *point)
{
	uint64_t at = play->world.trap.at;

	if (point->code < 0 && at <= play->world.call_count &&
	    play->world.calls[at - 1] == WORLD_SET_ACTIVE)
		play->truth.may_stay_active = point->code == -EBUSY || point->times > 1;
}

static enum play_outcome play_points(const struct plot *plot, struct play *play,
				     uint64_t *first_calls)
{
	enum play_outcome outcome = PLAY_DEAD;

	for (size_t i = 0; i < plot->point_count && outcome == PLAY_DEAD; i++) {
		const struct plot_point *point = &plot->points[i];

		first_calls[i] = play->world.call_count;
		set_trap(play, point);
		play_boot(play);
		outcome = play_run(play);
		note_failure(play, point);
		if (outcome == PLAY_STOPPED)
			outcome = PLAY_DEAD;
		if (outcome == PLAY_DEAD)
			play_end(play, point->end, point->at % 2 == 1, seed_after(point, i));
	}
	if (outcome != PLAY_DEAD)
		return outcome;
	play_boot(play);
	return play_run(play);
}

bool plot_play(const struct plot *plot, const struct scenario *scenario, struct plot_calls *callsp)
{
	uint64_t first_calls[PLOT_POINTS_MAX] = {0};
	struct play play;
	bool good;

	play_init(&play, scenario, PLOT_SEED);
	play.whim = plot->whim;
	play.fault = plot->fault;
	play.may_fail = plot->may_fail;
	play.undoes_held = plot->undoes_held;
	play.must_fail = plot->must_fail;
	if (play_points(plot, &play, first_calls) == PLAY_OVER)
		play_ends_well(&play);
	good = !play.truth.broken[0];
	if (!good)
		print_broken(plot, &play, first_calls);
	if (callsp) {
		callsp->count = play.world.call_count;
		callsp->calls = fake_alloc(callsp->count, sizeof(*callsp->calls));
		memcpy(callsp->calls, play.world.calls, callsp->count * sizeof(*callsp->calls));
	}
	play_deinit(&play);
	return good;
}

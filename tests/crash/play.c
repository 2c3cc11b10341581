/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/crash/play.h"

#include <inttypes.h>
#include <stdio.h>

#include "tests/crash/faults.h"
#include "tests/fake/memory.h"
#include "tests/fake/request.h"

/* More than any play needs, waiting included. */
#define STEPS_MAX 20000
/* How long the owner leaves a move paused. */
#define PAUSE_STEPS 30
/* How long an application may wait for a write, and a held move is looked at. */
#define HANG_STEPS 300
#define HELD_STEPS 600
/* How long a daemon is left alone whose journal has failed. */
#define JOURNAL_STEPS 60

void play_init(struct play *play, const struct scenario *scenario, uint64_t seed)
{
	*play = (struct play){.scenario = scenario};
	world_init(&play->world, scenario->disk_pes, scenario->vgs, seed);
	play->world.late_steps = scenario->late_steps;
	for (size_t i = 0; i < play->world.disk_count; i++)
		play->world.disks[i].rotational = scenario->disks_turn;
	truth_init(&play->truth, &play->world);
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++)
		play->orders[i] = (struct play_order){.play = play, .index = i};
}

void play_deinit(struct play *play)
{
	mover_free(play->mover);
	truth_deinit(&play->truth);
	world_deinit(&play->world);
}

/* ---- the owner --------------------------------------------------------- */

static struct pv_choice choose_pv(const struct play *play, unsigned disk)
{
	return (struct pv_choice){
		.device = fake_strdup(play->world.disks[disk].path),
		.dev = play->world.disks[disk].dev,
	};
}

static struct move_request *make_request(const struct play *play, size_t index)
{
	const struct scenario_move *wanted = &play->scenario->moves[index];
	struct move_request *request = fake_alloc(1, sizeof(*request));

	request->source = choose_pv(play, wanted->source);
	request->lv = wanted->lv ? fake_strdup(wanted->lv) : NULL;
	request->destinations = fake_alloc(wanted->destination_count, sizeof(struct pv_choice));
	for (size_t i = 0; i < wanted->destination_count; i++)
		request->destinations[request->destination_count++] =
			choose_pv(play, wanted->destinations[i]);
	request->verify = wanted->verify;
	request->has_limit = wanted->limit_bytes_s > 0;
	request->limit_bytes_s = wanted->limit_bytes_s;
	request->request_id = fake_strdup(index == 0 ? "first" : "second");
	return request;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	struct play_order *order = arg;

	(void)warnings;
	order->is_pending = false;
	if (refusal && refusal->code == REFUSAL_NO_SUCH_LV && order->play->may_fail)
		order->is_void = true;
	if (refusal)
		return; /* asked again until it is not refused */
	order->is_void = !move;
	if (move)
		order->id = move->id;
	else if (!order->play->goal_is_set && !order->play->may_fail)
		truth_break(&order->play->truth, "there was nothing to move");
}

static bool move_has_ended(const struct play *play, size_t index)
{
	const struct move *move = mover_find_move(play->mover, play->orders[index].id);

	return move && move_is_terminal(move);
}

static void ask_for_moves(struct play *play)
{
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++) {
		const struct scenario_move *wanted = &play->scenario->moves[i];
		struct play_order *order = &play->orders[i];

		if (!wanted->wanted || order->id != 0 || order->is_void || order->is_pending ||
		    (wanted->in_turn && !play->orders[i - 1].is_void &&
		     !move_has_ended(play, i - 1)))
			continue;
		order->is_pending = true;
		mover_start(play->mover, make_request(play, i), on_start, order);
	}
}

static bool commit_is_asked_for(const struct world *world)
{
	const struct world_request *request;

	TAILQ_FOREACH(request, &world->requests, link)
	{
		if (request->call == WORLD_EDIT_VG && request->edit == METADATA_COMMIT)
			return true;
	}
	return false;
}

/* An abort comes in time as long as the metadata is not being changed, flushed or not. */
static bool is_before_commit(const struct play *play)
{
	const struct move *move = mover_find_move(play->mover, play->orders[0].id);
	const struct pass *pass = move_current_pass(move);
	const struct vg *vg = play->truth.vgs[0];

	if (!pass || pass->state > PASS_COMMITTING)
		return false;
	return pass->state < PASS_COMMITTING ||
	       (!commit_is_asked_for(&play->world) && lvm_id_equal(&vg->id, &move->vg) &&
		metadata_stage(vg, &pass->reservation) == STAGE_RESERVED);
}

static bool set_goal(struct play *play, enum move_goal goal)
{
	struct refusal refusal = {0};
	bool in_time = is_before_commit(play);
	int r = mover_set_goal(play->mover, play->orders[0].id, goal, &refusal);

	play->must_be_aborted |= r == 0 && goal == GOAL_ABORT && in_time;
	return r == 0 || refusal.code == REFUSAL_TOO_LATE || refusal.code == REFUSAL_MOVE_ENDED;
}

static bool is_verifying(const struct move *move)
{
	const struct pass *pass = move_current_pass(move);

	return pass && pass->state == PASS_VERIFYING;
}

/* The goal that the owner would set now, or GOAL_RUN for none. */
static enum move_goal wished_goal(const struct play *play, const struct move *move)
{
	if (play->whim.at_call > 0)
		return play->world.call_count >= play->whim.at_call ? play->whim.goal : GOAL_RUN;
	if (play->scenario->script == SCRIPT_PAUSE_VERIFYING)
		return is_verifying(move) ? GOAL_PAUSE : GOAL_RUN;
	if (play->scenario->script == SCRIPT_NONE ||
	    3 * move_copied_bytes(move) < move_total_bytes(move))
		return GOAL_RUN;
	return play->scenario->script == SCRIPT_ABORT ? GOAL_ABORT : GOAL_PAUSE;
}

static void resume_after_a_while(struct play *play)
{
	if (play->resume_at_step == 0)
		play->resume_at_step = play->world.step_count + PAUSE_STEPS;
	else if (play->world.step_count >= play->resume_at_step && set_goal(play, GOAL_RUN))
		play->resume_at_step = 0;
}

static void change_goal(struct play *play)
{
	const struct move *move = mover_find_move(play->mover, play->orders[0].id);
	enum move_goal goal;

	if (!move)
		return;
	/* It may be paused by an order that was carried out but never acknowledged. */
	if (move->goal == GOAL_PAUSE) {
		play->goal_is_set = true;
		resume_after_a_while(play);
		return;
	}
	goal = wished_goal(play, move);
	if (goal != GOAL_RUN && !play->goal_is_set)
		play->goal_is_set = set_goal(play, goal);
}

static void abort_held(struct play *play)
{
	const struct move *move = NULL;
	struct refusal refusal;

	while (play->undoes_held && (move = mover_next_move(play->mover, move)))
		if (move_state(move) == MOVE_HELD &&
		    mover_set_goal(play->mover, move->id, GOAL_ABORT, &refusal) < 0)
			truth_break(&play->truth, "a held move cannot be aborted");
}

/* ---- daemons ----------------------------------------------------------- */

static struct mover *new_mover(struct play *play)
{
	const struct fake_journal *journal = &play->world.journal;
	struct mover_settings settings = mover_settings_default();
	struct mover *mover = NULL;

	if (mover_new(world_ports(), &play->world, &mover) < 0)
		abort();
	if (play->scenario->pass_runs_max > 0)
		settings.pass_runs_max = play->scenario->pass_runs_max;
	mover_set_settings(mover, &settings);
	for (size_t i = 0; i < journal->count; i++) {
		int r = mover_replay(mover, journal->records[i], strlen(journal->records[i]));

		if (r < 0)
			truth_break(&play->truth, "the journal cannot be replayed (%d): %s", r,
				    journal->records[i]);
	}
	return mover;
}

void play_boot(struct play *play)
{
	play->mover = new_mover(play);
	play->world.mover = play->mover;
	mover_begin(play->mover);
}

static void compact_journal(struct play *play)
{
	struct mover *mover = new_mover(play);
	struct fake_journal compacted = {0};

	if (mover_keep(mover, fake_journal_keep, &compacted) < 0)
		abort();
	mover_free(mover);
	fake_journal_clear(&play->world.journal);
	play->world.journal = compacted;
}

void play_end(struct play *play, enum world_end how, bool compact, uint64_t seed)
{
	mover_free(play->mover);
	play->mover = NULL;
	world_end(&play->world, how);
	play->world.random = fake_random_seed(seed);
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++)
		play->orders[i].is_pending = false;
	if (how == WORLD_POWER_CUT)
		truth_reboot(&play->truth);
	if (compact)
		compact_journal(play);
}

/* ---- the play ---------------------------------------------------------- */

/* An id names one move for ever. */
static void check_ids(struct play *play)
{
	const struct move *move = NULL;

	while ((move = mover_next_move(play->mover, move))) {
		if (move->id == 0 || move->id >= PLAY_IDS_MAX) {
			truth_break(&play->truth, "a move has the id %" PRIu64, move->id);
			return;
		}
		if (play->uuids[move->id][0] && strcmp(play->uuids[move->id], move->uuid) != 0)
			truth_break(&play->truth, "the id %" PRIu64 " was given twice", move->id);
		memcpy(play->uuids[move->id], move->uuid, UUID_TEXT_SIZE);
	}
}

static bool all_has_ended(const struct play *play)
{
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++)
		if (play->scenario->moves[i].wanted && !play->orders[i].is_void &&
		    !move_has_ended(play, i))
			return false;
	/* What was held of the kernel is let go of in the end, whatever has happened. */
	return !play->world.dm.held && TAILQ_EMPTY(&play->world.requests) &&
	       TAILQ_EMPTY(&play->world.orphans) && play->world.appear_at_step == 0;
}

static void check_hangs(struct play *play)
{
	bool hangs = false;

	for (size_t i = 0; i < play->world.dm.device_count; i++)
		hangs |= play->world.dm.devices[i]->held_count > 0;
	play->hanging_steps = hangs ? play->hanging_steps + 1 : 0;
	if (play->hanging_steps > HANG_STEPS)
		truth_break(&play->truth, "an application's write hangs");
}

/* No move goes on before somebody has decided, or mended, something. */
static bool all_is_held(const struct play *play)
{
	const struct move *move = NULL;
	bool held = false;

	while ((move = mover_next_move(play->mover, move))) {
		if (move_is_terminal(move))
			continue;
		if (move_state(move) != MOVE_HELD && !move->waiting)
			return false;
		held = true;
	}
	return held && play->truth.disks_fail;
}

enum play_outcome play_run(struct play *play)
{
	unsigned failed_steps = 0;
	unsigned held_steps = 0;
	bool happened = true;

	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		if (!truth_hold(&play->truth))
			return PLAY_BROKEN;
		if (play->world.dead)
			return PLAY_DEAD;
		if (all_has_ended(play))
			return PLAY_OVER;
		if (play->world.journal.error < 0 && failed_steps++ == JOURNAL_STEPS)
			return PLAY_STOPPED;
		held_steps = all_is_held(play) ? held_steps + 1 : 0;
		if (held_steps > HELD_STEPS)
			return PLAY_HELD;
		if (!happened && play->world.journal.error == 0 && play->resume_at_step == 0)
			break;
		ask_for_moves(play);
		change_goal(play);
		abort_held(play);
		check_ids(play);
		check_hangs(play);
		faults_strike(play);
		happened = world_step(&play->world);
	}
	truth_break(&play->truth, "the moves do not come to an end");
	return PLAY_BROKEN;
}

/* What a daemon that starts after all is over makes of the journal. */
static void check_replay(struct play *play)
{
	struct mover *mover = new_mover(play);
	const struct move *move = NULL;
	const struct move *again = NULL;

	while ((move = mover_next_move(play->mover, move))) {
		again = mover_next_move(mover, again);
		if (!again || again->id != move->id || move_state(again) != move_state(move) ||
		    again->finished_us != move->finished_us)
			truth_break(&play->truth,
				    "the journal does not tell of the end of move %" PRIu64,
				    move->id);
	}
	mover_free(mover);
}

/* What is corrupt must not become the LV, and no pass is left out. */
static void check_failures(struct play *play)
{
	const struct move *move = NULL;

	while ((move = mover_next_move(play->mover, move)))
		for (size_t i = 0; i < move->pass_count; i++)
			if (move->passes[i].state != PASS_FAILED ||
			    move->passes[i].reason != REASON_VERIFY_FAILED)
				truth_break(&play->truth,
					    "%s of move %" PRIu64 " is %s, reason: %s",
					    move->passes[i].lv_name, move->id,
					    pass_state_name(move->passes[i].state),
					    pass_reason_name(move->passes[i].reason));
}

static void check_outcomes(struct play *play)
{
	for (size_t i = 0; i < SCENARIO_MOVES_MAX; i++) {
		const struct move *move = mover_find_move(play->mover, play->orders[i].id);
		enum move_state state = move ? move_state(move) : MOVE_DONE;
		bool is_aborted = state == MOVE_ABORTED && move->goal == GOAL_ABORT;

		if (is_aborted || (state == MOVE_DONE && (i > 0 || !play->must_be_aborted)))
			continue;
		truth_break(&play->truth, "move %zu of the scenario ended as %s", i + 1,
			    move_state_name(state));
	}
}

bool play_ends_well(struct play *play)
{
	truth_hold_at_end(&play->truth, play->mover);
	check_ids(play);
	check_replay(play);
	compact_journal(play);
	check_replay(play);
	if (play->must_fail)
		check_failures(play);
	else if (!play->may_fail)
		check_outcomes(play);
	return !play->truth.broken[0];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/policy/limit_model.h"

#include "common/units.h"
#include "daemon/plan/shape.h"

/* How long something sleeps that is held, and how often at most (kcopyd, Linux 6.1). */
#define SLEEP_US   (100 * MS_US)
#define SLEEPS_MAX 10
/* Of what is copied from without a limit there is always more. */
#define UNLIMITED_BYTES (UINT64_C(1) << 50)

static uint64_t random_below(struct model *model, uint64_t bound)
{
	model->random =
		model->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return bound == 0 ? 0 : (model->random >> 33) % bound;
}

static uint64_t lateness_us(struct model *model)
{
	/* Mostly little, now and then all of it. */
	uint64_t late_us = random_below(model, model->late_max_us / 4 + 1);

	return random_below(model, 16) == 0 ? model->late_max_us : late_us;
}

static uint64_t left_bytes(const struct model_move *move)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < move->mirror_count; i++)
		bytes += move->mirrors[i].left_bytes;
	return bytes;
}

/* ---- the kernel -------------------------------------------------------- */

static void fall_asleep(struct model *model, struct model_mirror *mirror)
{
	if (!model->is_held || mirror->sleeps == SLEEPS_MAX) {
		mirror->sleeps = 0;
		return;
	}
	mirror->sleeps++;
	mirror->slept_until_us = model->now_us + SLEEP_US;
}

static uint64_t region_of(const struct model_move *move, const struct model_mirror *mirror)
{
	uint64_t begun_bytes = mirror->left_bytes + mirror->region_bytes;

	return begun_bytes < move->region_bytes ? begun_bytes : move->region_bytes;
}

/* The disk does so much for one mirror: a region is read, and then written. */
static void copy(struct model *model, struct model_move *move, struct model_mirror *mirror,
		 uint64_t bytes)
{
	while (bytes > 0 && mirror->left_bytes > 0) {
		uint64_t region_bytes = region_of(move, mirror);
		uint64_t stop_bytes = mirror->is_writing ? region_bytes : region_bytes / 2;
		uint64_t done_bytes = stop_bytes - mirror->region_bytes;

		if (done_bytes > bytes)
			done_bytes = bytes;
		bytes -= done_bytes;
		mirror->region_bytes += done_bytes;
		mirror->left_bytes -= done_bytes;
		move->copied_bytes += done_bytes;
		if (mirror->region_bytes < stop_bytes)
			return;
		if (mirror->is_writing) {
			move->synced_bytes += region_bytes;
			mirror->region_bytes = 0;
		}
		mirror->is_writing = !mirror->is_writing;
		fall_asleep(model, mirror);
		if (mirror->slept_until_us > model->now_us)
			return;
	}
}

static bool works(const struct model *model, const struct model_mirror *mirror)
{
	return mirror->left_bytes > 0 && mirror->slept_until_us <= model->now_us;
}

static void wake_up(struct model *model, struct model_mirror *mirror)
{
	if (mirror->slept_until_us != 0 && mirror->slept_until_us <= model->now_us) {
		mirror->slept_until_us = 0;
		fall_asleep(model, mirror);
	}
}

/* A millisecond of the disk's time, shared by all that work. */
static void copy_for_a_ms(struct model *model)
{
	uint64_t working = 0;

	for (size_t i = 0; i < model->move_count; i++)
		for (size_t k = 0; k < model->moves[i].mirror_count; k++) {
			wake_up(model, &model->moves[i].mirrors[k]);
			working += !model->moves[i].is_swapping &&
				   works(model, &model->moves[i].mirrors[k]);
		}
	for (size_t i = 0; i < model->move_count; i++)
		for (size_t k = 0; k < model->moves[i].mirror_count; k++)
			if (!model->moves[i].is_swapping &&
			    works(model, &model->moves[i].mirrors[k]))
				copy(model, &model->moves[i], &model->moves[i].mirrors[k],
				     model->disk_bytes_s / 1000 / working);
}

/* ---- the daemon -------------------------------------------------------- */

static bool is_limited(const struct model *model, const struct model_move *move)
{
	return move->throttle.rate_bytes_s != 0 || model->host.rate_bytes_s != 0;
}

static uint64_t wait_us(const struct model *model, const struct model_move *move)
{
	uint64_t own_us = throttle_wait_us(&move->throttle);
	uint64_t host_us = throttle_wait_us(&model->host);

	return own_us > host_us ? own_us : host_us;
}

/* Nobody has looked since: what was copied is charged before the time counts as lost. */
static void sample(struct model *model, struct model_move *move)
{
	uint64_t grown_bytes;

	if (!move->is_swapping) {
		grown_bytes = throttle_meter_advance(&move->meter, move->synced_bytes);
		throttle_charge(&move->throttle, grown_bytes);
		throttle_charge(&model->host, grown_bytes);
	}
	throttle_advance(&move->throttle, model->now_us);
	if (!move->is_swapping)
		throttle_note_drawn(&move->throttle);
}

static void sample_all(struct model *model)
{
	for (size_t i = 0; i < model->move_count; i++)
		sample(model, &model->moves[i]);
	throttle_advance(&model->host, model->now_us);
	throttle_note_drawn(&model->host);
}

static void look(struct model *model)
{
	struct throttle_view views[MODEL_MOVES_MAX] = {0};
	struct throttle_advice advice;

	sample_all(model);
	for (size_t i = 0; i < model->move_count; i++) {
		const struct model_move *move = &model->moves[i];

		views[i] = (struct throttle_view){
			.is_copying = !move->is_swapping && left_bytes(move) > 0,
			.is_metered = left_bytes(move) <= move->window_bytes,
			.is_swapping = move->is_swapping,
			.is_limited = is_limited(model, move),
			.wait_us = wait_us(model, move),
		};
	}
	advice = throttle_advise(views, model->move_count);
	model->is_held = advice.hold && !model->cannot_hold;
	model->was_ever_held |= model->is_held;
	model->look_at_us =
		advice.look_us ? model->now_us + advice.look_us + lateness_us(model) : UINT64_MAX;
}

/* Whatever it is woken for, it looks. */
static void wake(struct model *model)
{
	model->wakeups++;
	look(model);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static void draw_window(struct model *model, struct model_move *move)
{
	struct copy_shape shape = {.parallel = MODEL_MIRRORS,
				   .region_sectors =
					   (uint32_t)(model->region_bytes_max / SECTOR_BYTES)};
	uint64_t share = model->move_count;
	uint64_t window_bytes = lesser(throttle_begin_window(&move->throttle),
				       throttle_begin_window(&model->host) / share);
	uint64_t region_bytes = lesser(throttle_region_bytes_max(&move->throttle),
				       throttle_region_bytes_max(&model->host) / share);

	shape.piece_max_sectors = UNLIMITED_BYTES / SECTOR_BYTES;
	if (is_limited(model, move))
		copy_shape_narrow(&shape, window_bytes, region_bytes);
	move->window_bytes = is_limited(model, move)
				     ? shape.parallel * shape.piece_max_sectors * SECTOR_BYTES
				     : 0;
	move->mirror_count = shape.parallel;
	move->region_bytes = (uint64_t)shape.region_sectors * SECTOR_BYTES;
	for (size_t i = 0; i < move->mirror_count; i++)
		move->mirrors[i] =
			(struct model_mirror){.left_bytes = shape.piece_max_sectors * SECTOR_BYTES};
}

/* What was begun is copied: begins more when it is due, or comes back when it will be. */
static void ask(struct model *model, struct model_move *move)
{
	uint64_t due_us, lead_us = throttle_lead_us(&move->throttle);

	sample_all(model);
	due_us = wait_us(model, move);
	if (is_limited(model, move) && due_us > lead_us) {
		move->look_at_us = model->now_us + due_us - lead_us + lateness_us(model);
		return;
	}
	draw_window(model, move);
	move->is_swapping = true;
	move->swapped_at_us = model->now_us + model->swap_min_us +
			      random_below(model, model->swap_max_us - model->swap_min_us + 1);
	look(model); /* the brake must not be on while a table is swapped */
}

static void drive(struct model *model, struct model_move *move)
{
	if (move->is_swapping && model->now_us >= move->swapped_at_us) {
		move->is_swapping = false;
		move->look_at_us = 0;
		wake(model);
	}
	if (move->is_swapping || move->is_paused || left_bytes(move) > 0)
		return;
	if (move->look_at_us == 0) /* an event says that all is copied */
		move->look_at_us = model->now_us + lateness_us(model);
	if (model->now_us < move->look_at_us)
		return;
	wake(model);
	ask(model, move);
}

/* ---- a run ------------------------------------------------------------- */

void model_begin(struct model *model, uint64_t rate_bytes_s, uint64_t other_bytes_s)
{
	model->now_us = 5 * SEC_US;
	model->move_count = other_bytes_s == UINT64_MAX ? 1 : 2;
	throttle_set(&model->moves[0].throttle, rate_bytes_s, model->now_us);
	throttle_set(&model->moves[1].throttle, other_bytes_s, model->now_us);
}

void model_limit(struct model *model, size_t move, uint64_t rate_bytes_s)
{
	sample(model, &model->moves[move]);
	throttle_set(&model->moves[move].throttle, rate_bytes_s, model->now_us);
	model->moves[move].window_bytes = 0;
	model->look_at_us = 0;
}

void model_run(struct model *model, uint64_t for_us)
{
	uint64_t end_us = model->now_us + for_us;

	for (; model->now_us < end_us; model->now_us += MS_US) {
		for (size_t i = 0; i < model->move_count; i++)
			drive(model, &model->moves[i]);
		if (model->now_us >= model->look_at_us)
			wake(model);
		copy_for_a_ms(model);
		if (model->now_us % (SEC_US / 10) != 0)
			continue;
		for (size_t i = 0; i < model->move_count; i++)
			model->moves[i].tenths[model->tenth_count] = model->moves[i].copied_bytes;
		model->tenth_count++;
	}
}

void model_pause(struct model *model, size_t i, bool is_paused)
{
	struct model_move *move = &model->moves[i];

	move->is_paused = is_paused;
	move->mirror_count = 0;
	move->is_swapping = false;
	move->look_at_us = 0;
}

void model_extremes(const struct model *model, size_t move, size_t since, uint64_t *leastp,
		    uint64_t *mostp)
{
	const uint64_t *tenths = model->moves[move].tenths;

	*leastp = UINT64_MAX;
	*mostp = 0;
	for (size_t i = since; i + 100 < model->tenth_count; i++) {
		uint64_t bytes = tenths[i + 100] - tenths[i];

		*leastp = bytes < *leastp ? bytes : *leastp;
		*mostp = bytes > *mostp ? bytes : *mostp;
	}
}

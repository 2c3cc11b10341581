/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/throttle.h"

#define SEC_US UINT64_C(1000000)
#define MS_US  UINT64_C(1000)
#define MIB    (UINT64_C(1) << 20)
#define KIB    (UINT64_C(1) << 10)

/*
 * A kernel that copies: a region at a time in each of four mirrors of each move. While it is held,
 * what is to begin sleeps for 100 ms at a time, and ten times at most (kcopyd, Linux 6.1).
 */
#define REGION    (512 * KIB)
#define MOVES_MAX 2

struct model {
	uint64_t now_us;
	uint64_t disk_bytes_s;
	bool can_hold; /* the module parameter takes values */
	bool held;
	uint64_t slept_until_us;
	unsigned sleeps;
	size_t move_count;
	struct {
		struct throttle throttle;
		struct throttle_meter meter;
		uint64_t copied_bytes; /* really */
		uint64_t part_bytes;   /* of a region, not yet counted */
		uint64_t window_bytes; /* left of the table's mirrors */
		bool has_window;
	} moves[MOVES_MAX];
	uint64_t look_us;
};

static bool move_is_copying(const struct model *model, size_t i)
{
	return model->moves[i].has_window && model->moves[i].window_bytes > 0;
}

/* Sleepers notice only when they wake up that they are held no more. */
static bool is_asleep(struct model *model)
{
	if (model->now_us < model->slept_until_us)
		return true;
	if (!model->held) {
		model->sleeps = 0;
	} else if (model->sleeps < 10) {
		model->sleeps++;
		model->slept_until_us = model->now_us + 100 * MS_US;
		return true;
	} else if (model->sleeps++ == 20) { /* a region in each mirror has gone through */
		model->sleeps = 0;
	}
	return false;
}

/* A millisecond of the disk's time, shared by those that copy. */
static void copy_for_a_ms(struct model *model)
{
	uint64_t share = 0, busy = 0;

	for (size_t i = 0; i < model->move_count; i++)
		busy += move_is_copying(model, i);
	if (busy > 0)
		share = model->disk_bytes_s / 1000 / busy;
	if (is_asleep(model))
		return;
	for (size_t i = 0; i < model->move_count; i++) {
		if (!move_is_copying(model, i))
			continue;
		if (share > model->moves[i].window_bytes)
			share = model->moves[i].window_bytes;
		model->moves[i].window_bytes -= share;
		model->moves[i].part_bytes += share;
		while (model->moves[i].part_bytes >= REGION ||
		       (model->moves[i].window_bytes == 0 && model->moves[i].part_bytes > 0)) {
			uint64_t done = model->moves[i].part_bytes < REGION
						? model->moves[i].part_bytes
						: REGION;

			model->moves[i].part_bytes -= done;
			model->moves[i].copied_bytes += done;
		}
	}
}

/* What the daemon does when it looks. */
static void look(struct model *model)
{
	struct throttle_view views[MOVES_MAX] = {0};
	struct throttle_advice advice;

	for (size_t i = 0; i < model->move_count; i++) {
		struct throttle *throttle = &model->moves[i].throttle;

		throttle_advance(throttle, model->now_us);
		throttle_charge(throttle, throttle_meter_advance(&model->moves[i].meter,
								 model->moves[i].copied_bytes));
		if (!move_is_copying(model, i) && throttle_wait_us(throttle) == 0) {
			model->moves[i].has_window = true;
			model->moves[i].window_bytes = throttle_begin_window(throttle);
			if (throttle->rate_bytes_s == 0)
				model->moves[i].window_bytes = UINT64_C(1) << 50;
		}
		views[i] = (struct throttle_view){
			.is_copying = move_is_copying(model, i),
			.is_limited = throttle->rate_bytes_s != 0,
			.wait_us = throttle_wait_us(throttle),
		};
	}
	advice = throttle_advise(views, model->move_count);
	model->held = advice.hold && model->can_hold;
	model->look_us = model->now_us + (advice.look_us ? advice.look_us : 20 * MS_US);
}

static void run(struct model *model, uint64_t for_us)
{
	uint64_t end_us = model->now_us + for_us;

	for (; model->now_us < end_us; model->now_us += MS_US) {
		if (model->now_us >= model->look_us)
			look(model);
		copy_for_a_ms(model);
	}
}

static struct model begin(uint64_t disk_bytes_s, uint64_t rate_bytes_s, uint64_t other_bytes_s)
{
	struct model model = {.now_us = 5 * SEC_US,
			      .disk_bytes_s = disk_bytes_s,
			      .can_hold = true,
			      .move_count = other_bytes_s == UINT64_MAX ? 1 : 2};

	throttle_set(&model.moves[0].throttle, rate_bytes_s, model.now_us);
	if (model.move_count == 2)
		throttle_set(&model.moves[1].throttle, other_bytes_s, model.now_us);
	return model;
}

static void assert_within(uint64_t value, uint64_t wanted, unsigned percent)
{
	assert_in_range(value, wanted - wanted * percent / 100, wanted + wanted * percent / 100);
}

/* Over any ten seconds of a run, looked at every second. */
static void assert_holds(struct model *model, size_t move, uint64_t rate_bytes_s, unsigned percent)
{
	uint64_t copied[41];

	run(model, 2 * SEC_US);
	for (size_t i = 0; i <= 40; i++) {
		copied[i] = model->moves[move].copied_bytes;
		run(model, SEC_US);
		if (i >= 10)
			assert_within(copied[i] - copied[i - 10], 10 * rate_bytes_s, percent);
	}
}

static void one_move_holds_its_limit_from_a_twentieth_to_nine_tenths_of_the_disks(void **state)
{
	static const unsigned percents[] = {5, 10, 25, 50, 75, 90};

	(void)state;
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		uint64_t rate = 200 * MIB * percents[i] / 100;
		struct model model = begin(200 * MIB, rate, UINT64_MAX);

		assert_holds(&model, 0, rate, 5);
	}
}

static void two_moves_each_hold_a_limit_of_their_own(void **state)
{
	struct model model = begin(200 * MIB, 20 * MIB, 60 * MIB);

	(void)state;
	assert_holds(&model, 0, 20 * MIB, 10);
	model = begin(200 * MIB, 20 * MIB, 60 * MIB);
	assert_holds(&model, 1, 60 * MIB, 10);
}

static void a_move_without_a_limit_is_not_slowed_by_one_that_has_one(void **state)
{
	struct model model = begin(200 * MIB, 20 * MIB, 0);

	(void)state;
	run(&model, 20 * SEC_US);
	assert_within(model.moves[0].copied_bytes, 20 * 20 * MIB, 10);
	assert_in_range(model.moves[1].copied_bytes, 20 * 175 * MIB, 20 * 180 * MIB);
}

static void a_limit_holds_where_the_kernel_cannot_be_held_back(void **state)
{
	struct model model = begin(200 * MIB, 30 * MIB, UINT64_MAX);

	(void)state;
	model.can_hold = false;
	assert_holds(&model, 0, 30 * MIB, 10);
}

static void a_stalled_disk_leaves_no_credit_to_rush_with(void **state)
{
	struct model model = begin(200 * MIB, 50 * MIB, UINT64_MAX);
	uint64_t before;

	(void)state;
	run(&model, 5 * SEC_US);
	model.disk_bytes_s = 0;
	run(&model, 30 * SEC_US);
	model.disk_bytes_s = 200 * MIB;
	before = model.moves[0].copied_bytes;
	run(&model, 10 * SEC_US);
	assert_within(model.moves[0].copied_bytes - before, 500 * MIB, 5);
}

static void a_limit_above_what_the_disks_do_never_holds_the_kernel(void **state)
{
	struct model model = begin(100 * MIB, 200 * MIB, UINT64_MAX);

	(void)state;
	run(&model, 10 * SEC_US);
	assert_false(model.held);
	assert_within(model.moves[0].copied_bytes, 1000 * MIB, 1);
}

static void a_limit_changed_in_mid_flight_holds_at_once(void **state)
{
	struct model model = begin(200 * MIB, 100 * MIB, UINT64_MAX);
	uint64_t before;

	(void)state;
	run(&model, 5 * SEC_US);
	throttle_set(&model.moves[0].throttle, 10 * MIB, model.now_us);
	before = model.moves[0].copied_bytes;
	run(&model, 10 * SEC_US);
	assert_within(model.moves[0].copied_bytes - before, 100 * MIB, 5);
	throttle_set(&model.moves[0].throttle, 150 * MIB, model.now_us);
	before = model.moves[0].copied_bytes;
	run(&model, 10 * SEC_US);
	assert_within(model.moves[0].copied_bytes - before, 1500 * MIB, 5);
}

static void progress_that_goes_back_or_begins_high_is_not_taken_for_copying(void **state)
{
	struct throttle_meter meter = {0};

	(void)state;
	assert_int_equal(throttle_meter_advance(&meter, 900 * MIB), 0);
	assert_int_equal(throttle_meter_advance(&meter, 901 * MIB), MIB);
	assert_int_equal(throttle_meter_advance(&meter, 890 * MIB), 0);
	assert_int_equal(throttle_meter_advance(&meter, 893 * MIB), 3 * MIB);
}

static void without_a_limit_nothing_waits_and_nobody_looks(void **state)
{
	const struct throttle_view view = {.is_copying = true};
	struct throttle throttle = {0};
	struct throttle_advice advice = throttle_advise(&view, 1);

	(void)state;
	throttle_advance(&throttle, UINT64_MAX);
	throttle_charge(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), 0);
	assert_false(throttle_is_runaway(&throttle));
	assert_int_equal(throttle_begin_window(&throttle), 0);
	assert_false(advice.hold);
	assert_int_equal(advice.look_us, 0);
}

static void no_number_is_too_large(void **state)
{
	struct throttle throttle;

	(void)state;
	throttle_set(&throttle, INT64_MAX, 0);
	throttle_advance(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), 0);
	throttle_charge(&throttle, UINT64_MAX);
	throttle_charge(&throttle, UINT64_MAX);
	assert_true(throttle_wait_us(&throttle) > 0);
	throttle_set(&throttle, 1, 0);
	throttle_charge(&throttle, UINT64_MAX);
	assert_int_equal(throttle_wait_us(&throttle), INT64_MAX);
	assert_true(throttle_is_runaway(&throttle));
	throttle_advance(&throttle, 0);
}

static void the_kernel_is_held_only_when_all_that_copy_are_ahead(void **state)
{
	struct throttle_view views[] = {
		{.is_copying = true, .is_limited = true, .wait_us = 150 * MS_US},
		{.is_copying = true, .is_limited = true, .wait_us = 190 * MS_US},
	};

	(void)state;
	assert_true(throttle_advise(views, 2).hold);
	assert_int_equal(throttle_advise(views, 2).look_us, 50 * MS_US);
	views[1].wait_us = 90 * MS_US; /* what sleeps needs as long to wake up */
	assert_false(throttle_advise(views, 2).hold);
	views[1].is_copying = false;
	assert_true(throttle_advise(views, 2).hold);
	views[1].is_swapping = true;
	assert_false(throttle_advise(views, 2).hold);
	views[1] = (struct throttle_view){.is_copying = true};
	assert_false(throttle_advise(views, 2).hold);
	assert_true(throttle_advise(views, 2).look_us > 0);
	assert_int_equal(throttle_advise(views, 0).look_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_move_holds_its_limit_from_a_twentieth_to_nine_tenths_of_the_disks),
		cmocka_unit_test(two_moves_each_hold_a_limit_of_their_own),
		cmocka_unit_test(a_move_without_a_limit_is_not_slowed_by_one_that_has_one),
		cmocka_unit_test(a_limit_holds_where_the_kernel_cannot_be_held_back),
		cmocka_unit_test(a_stalled_disk_leaves_no_credit_to_rush_with),
		cmocka_unit_test(a_limit_above_what_the_disks_do_never_holds_the_kernel),
		cmocka_unit_test(a_limit_changed_in_mid_flight_holds_at_once),
		cmocka_unit_test(progress_that_goes_back_or_begins_high_is_not_taken_for_copying),
		cmocka_unit_test(without_a_limit_nothing_waits_and_nobody_looks),
		cmocka_unit_test(no_number_is_too_large),
		cmocka_unit_test(the_kernel_is_held_only_when_all_that_copy_are_ahead),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}

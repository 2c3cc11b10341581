/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/move/barrier.h"

static const struct dm_device standing = {.present = true, .suspended = true};
static const struct dm_device running = {.present = true};

/* What keeps that event from being answered in that state. */
static const struct dm_device *find(const struct effect_scene *scene, enum pass_state state,
				    enum pass_event event)
{
	const struct fsm_row *row = fsm_find(state, event);

	assert_non_null(row);
	return barrier_find(row, scene);
}

static void a_table_is_not_swapped_under_a_device_that_stands_still(void **state)
{
	const struct effect_scene lv = {.lv = standing, .leg = running};
	const struct effect_scene leg = {.lv = running, .leg = standing};
	const struct effect_scene none = {.lv = running, .leg = running};

	(void)state;
	assert_ptr_equal(find(&lv, PASS_SWITCHING, EVENT_COMMITTED), &lv.lv);
	assert_ptr_equal(find(&leg, PASS_SWITCHING, EVENT_COMMITTED), &leg.leg);
	assert_ptr_equal(find(&lv, PASS_UNDOING, EVENT_LEG_ATTACHED), &lv.lv);
	assert_ptr_equal(find(&leg, PASS_COPYING, EVENT_MIRROR_IDLE), &leg.leg);
	assert_ptr_equal(find(&leg, PASS_RETIRING, EVENT_SWITCHED), &leg.leg);
	assert_null(find(&none, PASS_SWITCHING, EVENT_COMMITTED));
}

static void only_a_leg_that_stands_still_stops_the_copying(void **state)
{
	const struct effect_scene lv = {.lv = standing, .leg = running};
	const struct effect_scene leg = {.lv = running, .leg = standing};

	(void)state;
	assert_null(find(&lv, PASS_COPYING, EVENT_MIRRORING));
	assert_ptr_equal(find(&leg, PASS_COPYING, EVENT_MIRRORING), &leg.leg);
}

static void the_metadata_is_changed_all_the_same(void **state)
{
	const struct effect_scene both = {.lv = standing, .leg = standing};

	(void)state;
	assert_null(find(&both, PASS_COMMITTING, EVENT_FLUSHED));
	assert_null(find(&both, PASS_RETIRING, EVENT_RETIRED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_not_swapped_under_a_device_that_stands_still),
		cmocka_unit_test(only_a_leg_that_stands_still_stops_the_copying),
		cmocka_unit_test(the_metadata_is_changed_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

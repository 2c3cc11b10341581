/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/contention.h"

#define SEC_US UINT64_C(1000000)

/* Disks on a clock of their own. */
struct scene {
	struct contention contention;
	uint64_t now_us;
	uint64_t io_count;
};

static struct scene set_up(void)
{
	struct scene scene = {.now_us = 5 * SEC_US, .io_count = 1000};

	contention_begin(&scene.contention, scene.now_us);
	return scene;
}

/* Looks for so long; each look finds so many new I/Os. Returns how often the answer changed. */
static unsigned look_for(struct scene *scene, uint64_t us, uint64_t ios)
{
	uint64_t end_us = scene->now_us + us;
	unsigned changes = 0;

	while (scene->now_us < end_us) {
		const bool was_contended = scene->contention.is_contended;

		scene->now_us += CONTENTION_LOOK_US;
		scene->io_count += ios;
		contention_note(&scene->contention, scene->now_us, &scene->io_count);
		changes += scene->contention.is_contended != was_contended;
	}
	return changes;
}

static void disks_count_as_used_until_they_were_quiet_for_a_while(void **state)
{
	struct scene scene = set_up();

	(void)state;
	assert_true(scene.contention.is_contended);
	assert_int_equal(look_for(&scene, SEC_US / 2, 0), 0);
	assert_true(scene.contention.is_contended);
	assert_int_equal(look_for(&scene, SEC_US, 0), 1);
	assert_false(scene.contention.is_contended);
}

static void what_was_begun_before_the_first_look_is_no_use(void **state)
{
	struct scene scene = set_up();

	(void)state;
	scene.io_count = UINT64_MAX / 2;
	look_for(&scene, 2 * SEC_US, 0);
	assert_false(scene.contention.is_contended);
}

static void one_io_is_enough(void **state)
{
	struct scene scene = set_up();

	(void)state;
	look_for(&scene, 2 * SEC_US, 0);
	assert_int_equal(look_for(&scene, CONTENTION_LOOK_US, 1), 1);
	assert_true(scene.contention.is_contended);
	assert_int_equal(look_for(&scene, 60 * SEC_US, 1), 0);
}

static void a_count_that_goes_back_is_of_other_devices_and_so_use(void **state)
{
	struct scene scene = set_up();

	(void)state;
	look_for(&scene, 2 * SEC_US, 0);
	scene.io_count = 3;
	assert_int_equal(look_for(&scene, CONTENTION_LOOK_US, 0), 1);
	assert_true(scene.contention.is_contended);
}

static void what_cannot_be_counted_is_use(void **state)
{
	struct scene scene = set_up();

	(void)state;
	look_for(&scene, 2 * SEC_US, 0);
	for (unsigned i = 0; i < 100; i++) {
		contention_note(&scene.contention, scene.now_us, NULL);
		assert_true(scene.contention.is_contended);
		scene.now_us += SEC_US;
	}
	look_for(&scene, 10 * SEC_US, 0);
	assert_false(scene.contention.is_contended);
}

/* A database that writes a little each five seconds. */
static void use_that_comes_and_goes_does_not_make_the_answer_come_and_go(void **state)
{
	struct scene scene = set_up();
	unsigned changes = 0;

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		changes += look_for(&scene, 5 * SEC_US, 0);
		changes += look_for(&scene, CONTENTION_LOOK_US, 1);
	}
	assert_in_range(changes, 1, 10);
	assert_true(scene.contention.is_contended);
}

static void after_a_long_rest_patience_is_short_again(void **state)
{
	struct scene scene = set_up();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		look_for(&scene, 70 * SEC_US, 0);
		look_for(&scene, CONTENTION_LOOK_US, 1);
	}
	look_for(&scene, 200 * SEC_US, 0);
	assert_false(scene.contention.is_contended);
	look_for(&scene, CONTENTION_LOOK_US, 1);
	assert_int_equal(look_for(&scene, 3 * SEC_US, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_count_as_used_until_they_were_quiet_for_a_while),
		cmocka_unit_test(what_was_begun_before_the_first_look_is_no_use),
		cmocka_unit_test(one_io_is_enough),
		cmocka_unit_test(a_count_that_goes_back_is_of_other_devices_and_so_use),
		cmocka_unit_test(what_cannot_be_counted_is_use),
		cmocka_unit_test(use_that_comes_and_goes_does_not_make_the_answer_come_and_go),
		cmocka_unit_test(after_a_long_rest_patience_is_short_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

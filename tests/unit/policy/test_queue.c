/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/policy/queue.h"

#define ENTRIES_MAX 6

/* Disks A to D turn, S and T do not. */
static const struct queue_disk disk_a = {1, true}, disk_b = {2, true}, disk_c = {3, true},
			       disk_d = {4, true}, disk_s = {5, false}, disk_t = {6, false};

/* Moves in the order of their start, each between two disks. */
struct scene {
	struct queue_entry entries[ENTRIES_MAX];
	struct queue_disk disks[ENTRIES_MAX][2];
	struct queue_place places[ENTRIES_MAX];
	size_t count;
};

static size_t add(struct scene *scene, enum queue_role role, struct queue_disk from,
		  struct queue_disk to)
{
	struct queue_entry *entry = &scene->entries[scene->count];
	struct queue_disk *disks = scene->disks[scene->count];

	disks[0] = from;
	disks[1] = to;
	*entry = (struct queue_entry){
		.role = role, .disks_known = true, .disks = disks, .disk_count = 2};
	return scene->count++;
}

static const struct queue_place *arrange(struct scene *scene)
{
	queue_arrange(scene->entries, scene->count, scene->places);
	return scene->places;
}

static void assert_waits(const struct queue_place *place, size_t ahead, size_t behind, dev_t disk)
{
	assert_false(place->may_copy);
	assert_int_equal(place->ahead, ahead);
	assert_int_equal(place->behind, behind);
	assert_int_equal(place->disk, disk);
}

static void assert_may_copy(const struct queue_place *place)
{
	assert_true(place->may_copy);
	assert_int_equal(place->ahead, 0);
}

static void moves_that_share_a_disk_that_turns_take_turns(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	add(&scene, QUEUE_WAITS, disk_c, disk_b);
	assert_may_copy(&arrange(&scene)[0]);
	assert_waits(&scene.places[1], 1, 0, disk_b.dev);

	scene.entries[0].role = QUEUE_COPIES;
	assert_waits(&arrange(&scene)[1], 1, 0, disk_b.dev);

	scene.entries[0].role = QUEUE_OUT;
	assert_may_copy(&arrange(&scene)[1]);
}

static void moves_on_different_disks_go_side_by_side(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_COPIES, disk_a, disk_b);
	add(&scene, QUEUE_WAITS, disk_c, disk_d);
	assert_may_copy(&arrange(&scene)[1]);
}

static void a_disk_that_does_not_turn_is_shared(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_COPIES, disk_s, disk_t);
	add(&scene, QUEUE_WAITS, disk_s, disk_t);
	add(&scene, QUEUE_COPIES, disk_a, disk_t);
	add(&scene, QUEUE_WAITS, disk_b, disk_t);
	assert_may_copy(&arrange(&scene)[1]);
	assert_may_copy(&scene.places[3]);
}

static void a_move_without_disks_waits_for_nobody(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_COPIES, disk_a, disk_b);
	scene.entries[add(&scene, QUEUE_WAITS, disk_a, disk_b)].disk_count = 0;
	assert_may_copy(&arrange(&scene)[1]);
}

static void the_place_is_that_in_the_longest_queue(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_COPIES, disk_a, disk_s);
	add(&scene, QUEUE_COPIES, disk_b, disk_s);
	add(&scene, QUEUE_WAITS, disk_b, disk_c);
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	assert_waits(&arrange(&scene)[2], 1, 1, disk_b.dev);
	assert_waits(&scene.places[3], 2, 2, disk_b.dev);
}

static void nobody_overtakes_on_a_disk(void **state)
{
	struct scene scene = {0};

	(void)state;
	/* C is idle, but the second move is the first in its queue. */
	add(&scene, QUEUE_COPIES, disk_a, disk_b);
	add(&scene, QUEUE_WAITS, disk_b, disk_c);
	add(&scene, QUEUE_WAITS, disk_c, disk_d);
	assert_waits(&arrange(&scene)[2], 1, 1, disk_c.dev);
}

static void who_copies_comes_before_an_older_move_that_goes_on(void **state)
{
	struct scene scene = {0};

	(void)state;
	/* The first was paused, and its owner wants it to go on. */
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	add(&scene, QUEUE_COPIES, disk_a, disk_c);
	add(&scene, QUEUE_WAITS, disk_a, disk_d);
	assert_waits(&arrange(&scene)[0], 1, 1, disk_a.dev);
	assert_waits(&scene.places[2], 2, 0, disk_a.dev);
}

static void a_paused_move_holds_nobody_up(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_OUT, disk_a, disk_b);
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	assert_may_copy(&arrange(&scene)[1]);
	assert_false(scene.places[0].may_copy);
}

static void a_limited_move_holds_nobody_up_while_it_copies(void **state)
{
	struct scene scene = {0};

	(void)state;
	scene.entries[add(&scene, QUEUE_COPIES, disk_a, disk_b)].is_limited = true;
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	assert_may_copy(&arrange(&scene)[1]);

	/* Its own turn it takes like any other. */
	scene.entries[0].role = QUEUE_WAITS;
	scene.entries[1].role = QUEUE_COPIES;
	assert_waits(&arrange(&scene)[0], 1, 1, disk_a.dev);
}

static void nobody_begins_before_the_disks_of_those_ahead_are_known(void **state)
{
	static const enum queue_role roles[] = {QUEUE_WAITS, QUEUE_COPIES};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene = {0};
		size_t unknown = add(&scene, roles[i], disk_a, disk_b);

		add(&scene, QUEUE_WAITS, disk_s, disk_t);
		scene.entries[unknown].disks_known = false;
		scene.entries[unknown].disk_count = 0;
		assert_false(arrange(&scene)[1].may_copy);
		assert_int_equal(scene.places[1].ahead, 0);

		scene.entries[unknown].role = QUEUE_OUT;
		assert_may_copy(&arrange(&scene)[1]);
	}
}

static void a_younger_move_whose_disks_are_not_known_is_not_waited_for(void **state)
{
	struct scene scene = {0};

	(void)state;
	add(&scene, QUEUE_WAITS, disk_a, disk_b);
	scene.entries[add(&scene, QUEUE_WAITS, disk_a, disk_b)].disks_known = false;
	assert_may_copy(&arrange(&scene)[0]);
	assert_false(scene.places[1].may_copy);
}

/* Whatever the order in which moves end, each comes to its turn, and no disk has two at a time. */
static void everyone_has_a_turn_and_no_disk_two_at_a_time(void **state)
{
	const struct queue_disk disks[] = {disk_a, disk_b, disk_c, disk_d, disk_s};
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct scene scene = {0};
		size_t ended = 0;

		while (scene.count < ENTRIES_MAX) {
			random = random * 1103515245 + 12345;
			add(&scene, QUEUE_WAITS, disks[(random >> 16) % 5],
			    disks[(random >> 20) % 5]);
		}
		while (ended < scene.count) {
			unsigned users[8] = {0};
			size_t copying = 0;

			arrange(&scene);
			for (size_t i = 0; i < scene.count; i++)
				if (scene.places[i].may_copy)
					scene.entries[i].role = QUEUE_COPIES;
			for (size_t i = 0; i < scene.count; i++) {
				if (scene.entries[i].role != QUEUE_COPIES)
					continue;
				copying++;
				users[scene.disks[i][0].dev]++;
				if (scene.disks[i][1].dev != scene.disks[i][0].dev)
					users[scene.disks[i][1].dev]++;
			}
			assert_true(copying > 0);
			for (dev_t dev = disk_a.dev; dev <= disk_d.dev; dev++)
				assert_true(users[dev] <= 1);
			random = random * 1103515245 + 12345;
			for (size_t i = (random >> 16) % scene.count;; i = (i + 1) % scene.count)
				if (scene.entries[i].role == QUEUE_COPIES) {
					scene.entries[i].role = QUEUE_OUT;
					ended++;
					break;
				}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_that_share_a_disk_that_turns_take_turns),
		cmocka_unit_test(moves_on_different_disks_go_side_by_side),
		cmocka_unit_test(a_disk_that_does_not_turn_is_shared),
		cmocka_unit_test(a_move_without_disks_waits_for_nobody),
		cmocka_unit_test(the_place_is_that_in_the_longest_queue),
		cmocka_unit_test(nobody_overtakes_on_a_disk),
		cmocka_unit_test(who_copies_comes_before_an_older_move_that_goes_on),
		cmocka_unit_test(a_paused_move_holds_nobody_up),
		cmocka_unit_test(a_limited_move_holds_nobody_up_while_it_copies),
		cmocka_unit_test(nobody_begins_before_the_disks_of_those_ahead_are_known),
		cmocka_unit_test(a_younger_move_whose_disks_are_not_known_is_not_waited_for),
		cmocka_unit_test(everyone_has_a_turn_and_no_disk_two_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

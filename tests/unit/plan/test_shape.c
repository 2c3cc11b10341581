/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/units.h"
#include "daemon/plan/shape.h"

#define KIB_SECTORS (1024 / SECTOR_BYTES)

/* A leg of two runs. */
struct scene {
	struct leg_run runs[2];
	struct leg_geometry geometry;
};

static struct leg_geometry *set_up(struct scene *scene, uint32_t queue_requests,
				   uint32_t request_max_bytes)
{
	*scene = (struct scene){.geometry = {.count = 2,
					     .queue_requests = queue_requests,
					     .request_max_bytes = request_max_bytes}};
	scene->geometry.runs = scene->runs;
	return &scene->geometry;
}

static const struct copy_tuning four = {.solid = {.parallel = 4, .region_sectors = 1024},
					.queue_percent_max = 50};

static unsigned parallel(const struct leg_geometry *geometry)
{
	return copy_shape_for(geometry, &four).parallel;
}

static void disks_that_do_not_turn_are_copied_by_eight(void **state)
{
	struct scene scene;
	struct copy_shape shape =
		copy_shape_for(set_up(&scene, 256, 1280 * 1024), &copy_tuning_default);

	(void)state;
	assert_int_equal(shape.parallel, 8);
	assert_int_equal(shape.region_sectors, 64 * KIB_SECTORS);
}

static void one_disk_that_turns_is_copied_by_one(void **state)
{
	struct scene scene;
	struct copy_shape shape;

	(void)state;
	set_up(&scene, 256, 1280 * 1024);
	scene.runs[1].rotational = true;
	shape = copy_shape_for(&scene.geometry, &copy_tuning_default);
	assert_int_equal(shape.parallel, 1);
	assert_int_equal(shape.region_sectors, 16384 * KIB_SECTORS);
	copy_shape_halve(&shape,
			 copy_shape_count_halvings_to(&shape, shape.contended_region_sectors));
	assert_int_equal(shape.parallel, 1);
	assert_int_equal(shape.region_sectors, 2048 * KIB_SECTORS);
}

static void a_queue_that_is_not_known_limits_nothing(void **state)
{
	struct scene scene;

	(void)state;
	assert_int_equal(parallel(set_up(&scene, 0, 0)), 4);
	assert_int_equal(parallel(set_up(&scene, 64, 0)), 4);
}

static void a_small_queue_gets_fewer_mirrors_and_half_is_left(void **state)
{
	struct scene scene;

	(void)state;
	/* A region is one request … */
	assert_int_equal(parallel(set_up(&scene, 8, 512 * 1024)), 4);
	assert_int_equal(parallel(set_up(&scene, 6, 512 * 1024)), 3);
	assert_int_equal(parallel(set_up(&scene, 2, 512 * 1024)), 1);
	assert_int_equal(parallel(set_up(&scene, 1, 512 * 1024)), 1);
	/* … or five of 120 KiB. */
	assert_int_equal(parallel(set_up(&scene, 32, 120 * 1024)), 3);
	assert_int_equal(parallel(set_up(&scene, 31, 120 * 1024)), 3);
	assert_int_equal(parallel(set_up(&scene, 20, 120 * 1024)), 2);
	assert_int_equal(parallel(set_up(&scene, UINT32_MAX, 1)), 4);
}

static void all_that_chooses_is_in_the_tuning(void **state)
{
	const struct copy_tuning tuning = {.solid = {.parallel = 8, .region_sectors = 256},
					   .turning = {.parallel = 2, .region_sectors = 8192},
					   .queue_percent_max = 100};
	struct scene scene;

	(void)state;
	assert_int_equal(copy_shape_for(set_up(&scene, 8, 0), &tuning).parallel, 8);
	assert_int_equal(copy_shape_for(&scene.geometry, &tuning).region_sectors, 256);
	scene.runs[0].rotational = true;
	assert_int_equal(copy_shape_for(&scene.geometry, &tuning).parallel, 2);
	assert_int_equal(copy_shape_for(&scene.geometry, &tuning).region_sectors, 8192);
}

static void those_who_share_disks_share_what_is_under_way(void **state)
{
	static const unsigned parallel[] = {8, 8, 4, 3, 2, 2, 2, 2, 1, 1};

	(void)state;
	for (size_t copies = 0; copies < sizeof(parallel) / sizeof(*parallel); copies++) {
		struct copy_shape shape = {.parallel = 8, .region_sectors = 128};

		copy_shape_share(&shape, copies);
		assert_int_equal(shape.parallel, parallel[copies]);
	}
}

static void a_shape_is_halved_down_to_one_small_region(void **state)
{
	struct copy_shape shape = {.parallel = 4, .region_sectors = 512};

	(void)state;
	assert_int_equal(copy_shape_count_halvings(&shape), 4);
	assert_int_equal(copy_shape_count_halvings_to(&shape, UINT64_MAX), 0);
	assert_int_equal(copy_shape_count_halvings_to(&shape, 512), 0);
	assert_int_equal(copy_shape_count_halvings_to(&shape, 511), 3);
	assert_int_equal(copy_shape_count_halvings_to(&shape, 0), 4);
	copy_shape_halve(&shape, 1);
	assert_int_equal(shape.parallel, 2);
	assert_int_equal(shape.region_sectors, 512);
	copy_shape_halve(&shape, 2);
	assert_int_equal(shape.parallel, 1);
	assert_int_equal(shape.region_sectors, 256);
	copy_shape_halve(&shape, 1000);
	assert_int_equal(shape.region_sectors, 64 * KIB_SECTORS);
	assert_int_equal(copy_shape_count_halvings(&shape), 0);
}

static unsigned narrowed(uint64_t window_bytes, uint64_t region_bytes, uint64_t *pieces_bytesp)
{
	struct copy_shape shape = {.parallel = 4, .region_sectors = 1024};

	copy_shape_narrow(&shape, window_bytes, region_bytes);
	assert_int_equal(shape.piece_max_sectors % shape.region_sectors, 0);
	*pieces_bytesp = shape.parallel * shape.piece_max_sectors * 512;
	return shape.parallel;
}

static void a_narrowed_window_is_used_to_four_fifths_by_as_many_mirrors_as_can(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(narrowed(400000, 125000, &bytes), 3); /* 6 regions of 64 KiB */
	assert_int_equal(bytes, 6 * 65536);
	assert_int_equal(narrowed(UINT64_C(8) << 20, UINT64_C(1) << 20, &bytes), 4);
	assert_int_equal(bytes, UINT64_C(8) << 20);
	assert_int_equal(narrowed(1, 1, &bytes), 1);
	assert_int_equal(bytes, 65536);
	for (uint64_t window = 65536; window < (UINT64_C(16) << 20); window += 50021) {
		narrowed(window, window / 3, &bytes);
		assert_in_range(bytes, (window - window % 65536) / 5 * 3, window);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_that_do_not_turn_are_copied_by_eight),
		cmocka_unit_test(one_disk_that_turns_is_copied_by_one),
		cmocka_unit_test(a_queue_that_is_not_known_limits_nothing),
		cmocka_unit_test(a_small_queue_gets_fewer_mirrors_and_half_is_left),
		cmocka_unit_test(all_that_chooses_is_in_the_tuning),
		cmocka_unit_test(those_who_share_disks_share_what_is_under_way),
		cmocka_unit_test(a_shape_is_halved_down_to_one_small_region),
		cmocka_unit_test(
			a_narrowed_window_is_used_to_four_fifths_by_as_many_mirrors_as_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

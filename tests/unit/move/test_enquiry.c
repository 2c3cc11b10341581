/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is checked before a move begins, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/memory.h"
#include "tests/fake/world.h"

#define STEPS_MAX 20000

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
};

struct scene {
	struct world world;
	struct mover *mover;
	bool is_answered;
	struct refusal refusal; /* what the answer was … */
	bool has_plan;
	uint64_t id;
	size_t warning_count;
	enum warning_code warning; /* the first */
};

static void take_answer(struct scene *scene, const struct refusal *refusal,
			const struct warning_list *warnings)
{
	assert_false(scene->is_answered);
	scene->is_answered = true;
	if (refusal)
		scene->refusal = *refusal;
	scene->warning_count = warnings->count;
	if (warnings->count > 0)
		scene->warning = warnings->items[0].code;
}

static void on_plan(void *arg, const struct refusal *refusal, const struct plan *plan,
		    const struct warning_list *warnings)
{
	struct scene *scene = arg;

	take_answer(scene, refusal, warnings);
	scene->has_plan = plan != NULL;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	struct scene *scene = arg;

	take_answer(scene, refusal, warnings);
	scene->id = move ? move->id : 0;
}

static int set_up(void **state)
{
	struct scene *scene = fake_alloc(1, sizeof(*scene));

	world_init(&scene->world, disk_pes, vgs, 1);
	assert_int_equal(mover_new(world_ports(), &scene->world, &scene->mover), 0);
	scene->world.mover = scene->mover;
	mover_begin(scene->mover);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	mover_free(scene->mover);
	world_deinit(&scene->world);
	free(scene);
	return 0;
}

static struct move_request *make_request(const struct scene *scene, unsigned disk)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));

	request->source.device = fake_strdup(scene->world.disks[disk].path);
	request->source.dev = scene->world.disks[disk].dev;
	request->request_id = fake_strdup("mine");
	return request;
}

static void await_answer(struct scene *scene)
{
	for (unsigned i = 0; i < STEPS_MAX && !scene->is_answered; i++)
		world_step(&scene->world);
	assert_true(scene->is_answered);
}

static void plan(struct scene *scene, unsigned disk)
{
	scene->is_answered = false;
	mover_plan(scene->mover, make_request(scene, disk), on_plan, scene);
	await_answer(scene);
}

static void start(struct scene *scene, unsigned disk)
{
	scene->is_answered = false;
	mover_start(scene->mover, make_request(scene, disk), on_start, scene);
	await_answer(scene);
}

static void a_host_without_mirrors_starts_nothing(void **state)
{
	struct scene *scene = *state;

	scene->world.host.lacks_mirror = true;
	plan(scene, 0);
	assert_false(scene->has_plan);
	assert_int_equal(scene->refusal.code, REFUSAL_NO_TARGET);
	start(scene, 0);
	assert_int_equal(scene->id, 0);
	assert_int_equal(scene->refusal.code, REFUSAL_NO_TARGET);
	assert_null(mover_next_move(scene->mover, NULL));
	/* Where nothing is to be moved, nothing is needed. */
	scene->refusal = (struct refusal){0};
	plan(scene, 1);
	assert_true(scene->has_plan);
	/* It is asked for anew each time: somebody may have put the module in its place. */
	scene->world.host.lacks_mirror = false;
	start(scene, 0);
	assert_int_not_equal(scene->id, 0);
}

static void plan_and_start_warn_of_the_same(void **state)
{
	struct scene *scene = *state;

	scene->world.host.issue_discards = true;
	plan(scene, 0);
	assert_int_equal(scene->warning_count, 1);
	assert_int_equal(scene->warning, WARNING_ISSUE_DISCARDS);
	start(scene, 0);
	assert_int_not_equal(scene->id, 0);
	assert_int_equal(scene->warning_count, 1);
	assert_int_equal(scene->warning, WARNING_ISSUE_DISCARDS);
	/* The same request once more starts nothing, and has nothing to say. */
	start(scene, 0);
	assert_int_equal(scene->warning_count, 0);
}

static void a_refusal_comes_without_warnings(void **state)
{
	struct scene *scene = *state;

	scene->world.host.issue_discards = true;
	start(scene, 0);
	assert_int_equal(scene->warning_count, 1);
	plan(scene, 0);
	assert_int_equal(scene->refusal.code, REFUSAL_CONFLICT);
	assert_int_equal(scene->warning_count, 0);
}

static void the_devices_file_stands_in_the_refusal(void **state)
{
	struct scene *scene = *state;
	struct move_request *request = make_request(scene, 0);

	strcpy(scene->world.host.devices_file, "/etc/lvm/devices/system.devices");
	request->source.dev = 12345;
	mover_plan(scene->mover, request, on_plan, scene);
	await_answer(scene);
	assert_int_equal(scene->refusal.code, REFUSAL_NO_SUCH_PV);
	assert_string_equal(scene->refusal.detail, "/etc/lvm/devices/system.devices");
}

static void an_end_in_the_midst_of_an_enquiry_leaves_nothing(void **state)
{
	struct scene *scene = *state;

	for (unsigned steps = 0; steps < 4; steps++) {
		mover_plan(scene->mover, make_request(scene, 0), on_plan, scene);
		for (unsigned i = 0; i < steps; i++)
			world_step(&scene->world);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_without_mirrors_starts_nothing),
		TEST(plan_and_start_warn_of_the_same),
		TEST(a_refusal_comes_without_warnings),
		TEST(the_devices_file_stands_in_the_refusal),
		TEST(an_end_in_the_midst_of_an_enquiry_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

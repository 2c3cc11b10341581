/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is checked before a move begins, in a fake world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/memory.h"
#include "tests/fake/scene.h"

#define STEPS_MAX 20000

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {80, 80};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg", 0, 2, {{.name = "data", .segments = {{0, 0, 60}}}}},
};

struct asked {
	struct scene scene;
	bool is_answered;
	struct refusal refusal; /* what the answer was … */
	bool has_plan;
	uint64_t id;
	size_t warning_count;
	enum warning_code warning; /* the first */
};

static void take_answer(struct asked *asked, const struct refusal *refusal,
			const struct warning_list *warnings)
{
	assert_false(asked->is_answered);
	asked->is_answered = true;
	if (refusal)
		asked->refusal = *refusal;
	asked->warning_count = warnings->count;
	if (warnings->count > 0)
		asked->warning = warnings->items[0].code;
}

static void on_plan(void *arg, const struct refusal *refusal, const struct plan *plan,
		    const struct warning_list *warnings)
{
	struct asked *asked = arg;

	take_answer(asked, refusal, warnings);
	asked->has_plan = plan != NULL;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	struct asked *asked = arg;

	take_answer(asked, refusal, warnings);
	asked->id = move ? move->id : 0;
}

static int set_up(void **state)
{
	struct asked *asked = fake_alloc(1, sizeof(*asked));

	scene_begin(&asked->scene, disk_pes, vgs);
	*state = asked;
	return 0;
}

static int tear_down(void **state)
{
	struct asked *asked = *state;

	scene_end(&asked->scene);
	free(asked);
	return 0;
}

static struct move_request *make_request(const struct asked *asked, unsigned disk)
{
	struct move_request *request = scene_request(&asked->scene);

	free(request->source.device);
	request->source.device = fake_strdup(asked->scene.world.disks[disk].path);
	request->source.dev = asked->scene.world.disks[disk].dev;
	request->request_id = fake_strdup("mine");
	return request;
}

static void await_answer(struct asked *asked)
{
	for (unsigned i = 0; i < STEPS_MAX && !asked->is_answered; i++)
		world_step(&asked->scene.world);
	assert_true(asked->is_answered);
}

static void plan(struct asked *asked, unsigned disk)
{
	asked->is_answered = false;
	mover_plan(asked->scene.mover, make_request(asked, disk), on_plan, asked);
	await_answer(asked);
}

static void start(struct asked *asked, unsigned disk)
{
	asked->is_answered = false;
	mover_start(asked->scene.mover, make_request(asked, disk), on_start, asked);
	await_answer(asked);
}

static void a_host_without_mirrors_starts_nothing(void **state)
{
	struct asked *asked = *state;

	asked->scene.world.host.lacks_mirror = true;
	plan(asked, 0);
	assert_false(asked->has_plan);
	assert_int_equal(asked->refusal.code, REFUSAL_NO_TARGET);
	start(asked, 0);
	assert_int_equal(asked->id, 0);
	assert_int_equal(asked->refusal.code, REFUSAL_NO_TARGET);
	assert_null(mover_next_move(asked->scene.mover, NULL));
	/* Where nothing is to be moved, nothing is needed. */
	asked->refusal = (struct refusal){0};
	plan(asked, 1);
	assert_true(asked->has_plan);
	/* It is asked for anew each time: somebody may have put the module in its place. */
	asked->scene.world.host.lacks_mirror = false;
	start(asked, 0);
	assert_int_not_equal(asked->id, 0);
}

static void plan_and_start_warn_of_the_same(void **state)
{
	struct asked *asked = *state;

	asked->scene.world.host.issue_discards = true;
	plan(asked, 0);
	assert_int_equal(asked->warning_count, 1);
	assert_int_equal(asked->warning, WARNING_ISSUE_DISCARDS);
	start(asked, 0);
	assert_int_not_equal(asked->id, 0);
	assert_int_equal(asked->warning_count, 1);
	assert_int_equal(asked->warning, WARNING_ISSUE_DISCARDS);
	/* The same request once more starts nothing, and has nothing to say. */
	start(asked, 0);
	assert_int_equal(asked->warning_count, 0);
}

static void a_refusal_comes_without_warnings(void **state)
{
	struct asked *asked = *state;

	asked->scene.world.host.issue_discards = true;
	start(asked, 0);
	assert_int_equal(asked->warning_count, 1);
	plan(asked, 0);
	assert_int_equal(asked->refusal.code, REFUSAL_CONFLICT);
	assert_int_equal(asked->warning_count, 0);
}

static void the_devices_file_stands_in_the_refusal(void **state)
{
	struct asked *asked = *state;
	struct move_request *request = make_request(asked, 0);

	strcpy(asked->scene.world.host.devices_file, "/etc/lvm/devices/system.devices");
	request->source.dev = 12345;
	mover_plan(asked->scene.mover, request, on_plan, asked);
	await_answer(asked);
	assert_int_equal(asked->refusal.code, REFUSAL_NO_SUCH_PV);
	assert_string_equal(asked->refusal.detail, "/etc/lvm/devices/system.devices");
}

static void an_end_in_the_midst_of_an_enquiry_leaves_nothing(void **state)
{
	struct asked *asked = *state;

	for (unsigned steps = 0; steps < 4; steps++) {
		mover_plan(asked->scene.mover, make_request(asked, 0), on_plan, asked);
		for (unsigned i = 0; i < steps; i++)
			world_step(&asked->scene.world);
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

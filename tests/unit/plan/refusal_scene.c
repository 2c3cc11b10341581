/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/plan/refusal_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -1;
	scene->vg = hand_vg(3, 100);
	hand_add_linear(hand_add_lv(scene->vg, "lv"), 0, 0, 50);
	scene->request = hand_request(0);
	*state = scene;
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	vg_free(scene->vg);
	move_request_free(scene->request);
	free(scene);
	return 0;
}

void assert_refused(struct scene *scene, enum refusal_code code, const char *subject,
		    const char *detail)
{
	struct plan *plan = NULL;

	assert_int_equal(planner_make_plan(scene->request, scene->vg, &scene->claim,
					   scene->claim_count, &plan, &scene->refusal),
			 PLAN_REFUSED);
	assert_null(plan);
	assert_string_equal(refusal_name(scene->refusal.code), refusal_name(code));
	assert_string_equal(scene->refusal.subject, subject);
	assert_string_equal(scene->refusal.detail, detail);
}

void assert_planned(struct scene *scene)
{
	struct plan *plan = NULL;

	assert_int_equal(planner_make_plan(scene->request, scene->vg, &scene->claim,
					   scene->claim_count, &plan, &scene->refusal),
			 0);
	plan_free(plan);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/move/codec.h"
#include "daemon/move/mover.h"
#include "daemon/move/ports.h"

#define ID_A "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa"
#define ID_B "bbbbbb-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb"

static struct lvm_id id(const char *text)
{
	struct lvm_id value = {{0}};

	assert_int_equal(lvm_id_parse(text, &value), 0);
	return value;
}

static char *dup(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}

static struct move *make_move(uint64_t id_number, enum pass_state state)
{
	struct move *move = calloc(1, sizeof(*move));
	struct pass *pass = calloc(1, sizeof(*pass));
	struct run *runs = calloc(2, sizeof(*runs));
	struct move_request *request = calloc(1, sizeof(*request));

	assert_true(move && pass && runs && request);
	runs[0] = (struct run){0, 10, id(ID_A), 5, id(ID_B), 7};
	runs[1] = (struct run){20, 1, id(ID_A), 50, id(ID_B), 70};
	pass->lv_name = dup("home");
	pass->reservation =
		(struct reservation){id(ID_A), id(ID_B), id(ID_A), "lvpvmoved_7_1", runs, 2};
	pass->state = state;
	request->source = (struct pv_choice){.device = dup("/dev/sda"), .pv = id(ID_A)};
	request->source.ranges = calloc(1, sizeof(struct pe_range));
	request->source.ranges[0] = (struct pe_range){0, 100};
	request->source.range_count = 1;
	move->id = id_number;
	strcpy(move->uuid, "01234567-89ab-cdef-0123-456789abcdef");
	move->vg = id(ID_A);
	move->vg_name = dup("vg");
	move->extent_bytes = 4 << 20;
	move->request = request;
	move->goal = GOAL_RUN;
	move->created_us = 1;
	move->passes = pass;
	move->pass_count = 1;
	return move;
}

static void replay(struct mover *mover, char *payload)
{
	assert_non_null(payload);
	assert_int_equal(mover_replay(mover, payload, strlen(payload)), 0);
	free(payload);
}

static void replay_move(struct mover *mover, uint64_t id_number, enum pass_state state)
{
	struct move *move = make_move(id_number, state);

	replay(mover, codec_encode_move(move));
	move_free(move);
}

static size_t count_moves(const struct mover *mover)
{
	const struct move *move = NULL;
	size_t count = 0;

	while ((move = mover_next_move(mover, move)))
		count++;
	return count;
}

static int set_up(void **state)
{
	static const struct ports ports = {0};
	struct mover *mover;

	assert_int_equal(mover_new(&ports, NULL, &mover), 0);
	*state = mover;
	return 0;
}

static int tear_down(void **state)
{
	mover_free(*state);
	return 0;
}

static void the_oldest_finished_moves_are_forgotten(void **state)
{
	struct mover *mover = *state;

	replay_move(mover, 1, PASS_COPYING);
	for (uint64_t i = 2; i <= 20; i++)
		replay_move(mover, i, i % 2 ? PASS_DONE : PASS_FAILED);
	mover_set_history(mover, 5);
	assert_int_equal(count_moves(mover), 6);
	assert_non_null(mover_find_move(mover, 1));
	assert_null(mover_find_move(mover, 15));
	assert_non_null(mover_find_move(mover, 16));
}

/* What is found out later about a move that has failed follows all moves that came in between. */
static void a_record_about_a_finished_move_may_follow_any_number_of_others(void **state)
{
	struct mover *mover = *state;
	struct move *first = make_move(1, PASS_FAILED);

	for (uint64_t i = 1; i <= MOVER_HISTORY_MAX + 100; i++)
		replay_move(mover, i, PASS_FAILED);
	replay(mover, codec_encode_pass(first, &first->passes[0], 1, false));
	move_free(first);
	mover_set_history(mover, 10);
	assert_int_equal(count_moves(mover), 10);
}

static void what_has_not_ended_is_summed_up(void **state)
{
	struct mover *mover = *state;
	struct mover_sum sum;

	mover_sum_up(mover, &sum);
	assert_int_equal(sum.unfinished, 0);
	replay_move(mover, 1, PASS_DONE);
	replay_move(mover, 2, PASS_COPYING);
	replay_move(mover, 3, PASS_QUEUED);
	mover_sum_up(mover, &sum);
	assert_int_equal(sum.unfinished, 2);
	assert_int_equal(sum.count[MOVE_DONE], 0);
	assert_int_equal(sum.total_bytes, UINT64_C(2) * 11 * (4 << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_oldest_finished_moves_are_forgotten, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_record_about_a_finished_move_may_follow_any_number_of_others, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(what_has_not_ended_is_summed_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* A move with everything in it that can be recorded. */
static struct move *make_move(void)
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
	pass->state = PASS_COPYING;
	request->source = (struct pv_choice){.device = dup("/dev/sda"), .pv = id(ID_A)};
	request->source.ranges = calloc(1, sizeof(struct pe_range));
	request->source.ranges[0] = (struct pe_range){0, 100};
	request->source.range_count = 1;
	request->verify = true;
	request->request_id = dup("again \"and\" again");
	move->id = 7;
	strcpy(move->uuid, "01234567-89ab-cdef-0123-456789abcdef");
	move->vg = id(ID_A);
	move->vg_name = dup("vg");
	move->extent_bytes = 4 << 20;
	move->request = request;
	move->goal = GOAL_PAUSE;
	move->limit_bytes_s = UINT64_C(20) << 20;
	move->max_latency_us = 20000;
	move->created_us = 1;
	move->passes = pass;
	move->pass_count = 1;
	return move;
}

static void a_move_comes_back_as_it_was_recorded(void **state)
{
	struct move *move = make_move();
	char *text = codec_encode_move(move);
	struct record record = {0};

	(void)state;
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.type, RECORD_MOVE);
	assert_int_equal(record.move->id, 7);
	assert_int_equal(record.move->goal, GOAL_PAUSE);
	assert_string_equal(record.move->request->request_id, "again \"and\" again");
	assert_null(record.move->request->lv);
	assert_true(record.move->request->verify);
	assert_int_equal(record.move->request->source.ranges[0].extent_count, 100);
	assert_int_equal(record.move->passes[0].state, PASS_COPYING);
	assert_int_equal(record.move->passes[0].reservation.run_count, 2);
	assert_memory_equal(record.move->passes[0].reservation.runs,
			    move->passes[0].reservation.runs, 2 * sizeof(struct run));
	record_deinit(&record);
	move_free(move);
	free(text);
}

static void a_pass_comes_back_with_and_without_a_new_plan(void **state)
{
	struct move *move = make_move();

	(void)state;
	move->passes[0].reason = REASON_NO_SPACE;
	strcpy(move->passes[0].reason_text, "none");
	move->passes[0].verified_bytes = UINT64_C(1) << 33;
	strcpy(move->passes[0].unverified, "sector 7");
	move->passes[0].leg_number = 2;
	strcpy(move->passes[0].wedged, "vg-home-pvmoved vg-home-pvmoved1");
	strcpy(move->passes[0].wedged_boot, move->uuid);
	for (int with = 0; with < 2; with++) {
		struct record record = {0};
		char *text = codec_encode_pass(move, &move->passes[0], 99, with);

		assert_int_equal(codec_decode(text, strlen(text), &record), 0);
		assert_int_equal(record.type, RECORD_PASS);
		assert_int_equal(record.move_id, 7);
		assert_int_equal(record.at_us, 99);
		assert_int_equal(record.pass.reason, REASON_NO_SPACE);
		assert_int_equal(record.pass.verified_bytes, UINT64_C(1) << 33);
		assert_string_equal(record.pass.unverified, "sector 7");
		assert_int_equal(record.pass.leg_number, 2);
		assert_string_equal(record.pass.wedged, "vg-home-pvmoved vg-home-pvmoved1");
		assert_string_equal(record.pass.wedged_boot, move->uuid);
		assert_int_equal(record.pass.reservation.run_count, with ? 2 : 0);
		record_deinit(&record);
		free(text);
	}
	move_free(move);
}

/* Takes a member with its value, up to the next comma, out of the text. */
static void leave_out(char *text, const char *member)
{
	char *at = strstr(text, member);

	assert_non_null(at);
	memmove(at - 1, at + strcspn(at, ",}"), strlen(at + strcspn(at, ",}")) + 1);
}

static void a_record_from_before_there_was_verifying_is_read(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text = codec_encode_move(move);

	(void)state;
	leave_out(text, "\"verify\"");
	leave_out(text, "\"verified_bytes\"");
	leave_out(text, "\"unverified\"");
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_false(record.move->request->verify);
	assert_int_equal(record.move->passes[0].verified_bytes, 0);
	assert_string_equal(record.move->passes[0].unverified, "");
	record_deinit(&record);
	free(text);
	move_free(move);
}

static void a_record_from_before_there_were_limits_is_read(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text = codec_encode_move(move);

	(void)state;
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.move->limit_bytes_s, UINT64_C(20) << 20);
	assert_int_equal(record.move->max_latency_us, 20000);
	record_deinit(&record);
	leave_out(text, "\"limit_bytes_s\"");
	leave_out(text, "\"max_latency_us\"");
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.move->limit_bytes_s, 0);
	assert_int_equal(record.move->max_latency_us, 0);
	record_deinit(&record);
	free(text);
	move_free(move);
}

static void a_record_from_before_legs_had_numbers_is_read(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text = codec_encode_move(move);

	(void)state;
	leave_out(text, "\"leg_number\"");
	leave_out(text, "\"wedged\"");
	leave_out(text, "\"wedged_boot\"");
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.move->passes[0].leg_number, 0);
	assert_string_equal(record.move->passes[0].wedged_boot, "");
	record_deinit(&record);
	free(text);
	move_free(move);
}

static void an_order_to_verify_that_is_not_understood_is_not_taken_for_none(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text = codec_encode_move(move);
	char *at = strstr(text, "\"verify\":true");

	(void)state;
	assert_non_null(at);
	memcpy(at, "\"verify\":null", strlen("\"verify\":null"));
	assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
	free(text);
	move_free(move);
}

/* Texts of other programs are just bytes, and may be cut anywhere. */
static void a_reason_that_is_not_utf8_can_be_read_back(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text;

	(void)state;
	strcpy(move->passes[0].reason_text, "cut: \xe2\x86 and \xff\n");
	text = codec_encode_pass(move, &move->passes[0], 1, false);
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_string_equal(record.pass.reason_text, "cut: ?? and ?\n");
	record_deinit(&record);
	free(text);
	move_free(move);
}

static void the_place_a_disk_failed_at_comes_back(void **state)
{
	struct move *move = make_move();
	struct pass_trouble *trouble = &move->passes[0].trouble;
	struct record record = {0};
	char *text;

	(void)state;
	*trouble = (struct pass_trouble){
		.side = TROUBLE_SOURCE,
		.pv = move->passes[0].reservation.runs[0].source_pv,
		.device = "/dev/sdb",
		.first_le = 4,
		.le_count = 1,
		.first_sector = UINT64_C(1) << 40,
		.sector_count = 8,
		.is_exact = true,
	};
	text = codec_encode_pass(move, &move->passes[0], 1, false);
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.pass.trouble.side, TROUBLE_SOURCE);
	assert_string_equal(record.pass.trouble.pv.text, trouble->pv.text);
	assert_string_equal(record.pass.trouble.device, "/dev/sdb");
	assert_int_equal(record.pass.trouble.first_le, 4);
	assert_int_equal(record.pass.trouble.first_sector, UINT64_C(1) << 40);
	assert_int_equal(record.pass.trouble.sector_count, 8);
	assert_true(record.pass.trouble.is_exact);
	record_deinit(&record);
	free(text);
	trouble->sector_count = 0;
	text = codec_encode_pass(move, &move->passes[0], 1, false);
	assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
	free(text);
	move_free(move);
}

static void goals_and_ids_come_back(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	char *text = codec_encode_goal(move);

	(void)state;
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.goal, GOAL_PAUSE);
	assert_int_equal(record.limit_bytes_s, UINT64_C(20) << 20);
	assert_int_equal(record.max_latency_us, 20000);
	free(text);
	text = codec_encode_next_id(UINT64_C(1) << 40, UINT64_C(1) << 30);
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_int_equal(record.next_id, UINT64_C(1) << 40);
	assert_true(record.has_host_limit);
	assert_int_equal(record.host_limit_bytes_s, UINT64_C(1) << 30);
	leave_out(text, "\"host_limit_bytes_s\"");
	assert_int_equal(codec_decode(text, strlen(text), &record), 0);
	assert_false(record.has_host_limit);
	free(text);
	move_free(move);
}

static void no_cut_of_a_record_is_taken_for_one(void **state)
{
	struct move *move = make_move();
	char *text = codec_encode_move(move);

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct record record = {0};

		assert_int_equal(codec_decode(text, len, &record), -EBADMSG);
	}
	move_free(move);
	free(text);
}

/* Deterministic noise: what decodes must be sound, what does not must leave nothing behind. */
static void noise_in_a_record_never_does_harm(void **state)
{
	struct move *move = make_move();
	char *text = codec_encode_move(move);
	size_t len = strlen(text);
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct record record = {0};
		size_t at = (seed = seed * 1103515245 + 12345) % len;
		char before = text[at];

		text[at] = (char)((seed >> 16) % 96 + 32);
		if (codec_decode(text, len, &record) == 0 && record.type == RECORD_MOVE) {
			assert_true(record.move->pass_count > 0 && record.move->request);
			assert_true(record.move->passes[0].reservation.run_count > 0);
		}
		record_deinit(&record);
		text[at] = before;
	}
	move_free(move);
	free(text);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"version\":2,\"next_id\":1}",
		"{\"version\":1}",
		"{\"version\":1,\"next_id\":-1}",
		"{\"version\":1,\"next_id\":\"1\"}",
		"{\"version\":1,\"goal\":{\"move_id\":1,\"goal\":\"fly\"}}",
		"{\"version\":1,\"move\":{\"id\":1}}",
		"{\"version\":1,\"next_id\":1}x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct record record = {0};

		if (codec_decode(texts[i], strlen(texts[i]), &record) != -EBADMSG)
			fail_msg("taken for a record: %s", texts[i]);
	}
}

static void runs_out_of_order_or_too_large_are_refused(void **state)
{
	struct move *move = make_move();
	struct run *runs = move->passes[0].reservation.runs;
	struct record record = {0};
	char *text;

	(void)state;
	runs[1].first_le = 9; /* within the first run */
	text = codec_encode_move(move);
	assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
	free(text);
	runs[1].first_le = UINT64_C(1) << 40;
	text = codec_encode_move(move);
	assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
	free(text);
	runs[1].first_le = 20;
	runs[1].extent_count = 0;
	text = codec_encode_move(move);
	assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
	free(text);
	move_free(move);
}

/* What the protocol could not say, or counting would go round on. */
static void numbers_beyond_all_bounds_are_refused(void **state)
{
	struct move *move = make_move();
	struct record record = {0};
	struct {
		uint64_t *value, bad;
	} cases[] = {
		{&move->created_us, (uint64_t)INT64_MAX + 1},
		{&move->finished_us, UINT64_MAX},
		{&move->id, INT64_MAX},
		{&move->extent_bytes, 0},
		{&move->extent_bytes, UINT64_C(512) << 32},
		{&move->passes[0].reservation.runs[1].extent_count, UINT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t good = *cases[i].value;
		char *text;

		*cases[i].value = cases[i].bad;
		text = codec_encode_move(move);
		assert_int_equal(codec_decode(text, strlen(text), &record), -EBADMSG);
		free(text);
		*cases[i].value = good;
	}
	move_free(move);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_comes_back_as_it_was_recorded),
		cmocka_unit_test(a_pass_comes_back_with_and_without_a_new_plan),
		cmocka_unit_test(the_place_a_disk_failed_at_comes_back),
		cmocka_unit_test(a_reason_that_is_not_utf8_can_be_read_back),
		cmocka_unit_test(a_record_from_before_there_was_verifying_is_read),
		cmocka_unit_test(a_record_from_before_there_were_limits_is_read),
		cmocka_unit_test(a_record_from_before_legs_had_numbers_is_read),
		cmocka_unit_test(an_order_to_verify_that_is_not_understood_is_not_taken_for_none),
		cmocka_unit_test(goals_and_ids_come_back),
		cmocka_unit_test(no_cut_of_a_record_is_taken_for_one),
		cmocka_unit_test(noise_in_a_record_never_does_harm),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(runs_out_of_order_or_too_large_are_refused),
		cmocka_unit_test(numbers_beyond_all_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/dm/request.h"

#define PREFIX sizeof(uint32_t)

static const struct dm_target targets[] = {
	{.type = DM_LINEAR, .len_sectors = 4096, .source_sectors = UINT64_MAX},
	{.type = DM_MIRROR,
	 .len_sectors = UINT64_C(1) << 40,
	 .source_sectors = 7,
	 .dest_sectors = 8,
	 .region_sectors = 1024,
	 .nosync = true},
};

static struct dm_request sample(void)
{
	struct dm_request request = {.type = DM_REQUEST_SWAP,
				     .name = "vg-lv",
				     .uuid = "LVM-abc",
				     .visibility = DM_HIDDEN,
				     .dev = makedev(4095, 1048575),
				     .comparison = {.first_dev = makedev(8, 16),
						    .second_dev = makedev(253, 7),
						    .first_off_sectors = 2048,
						    .second_off_sectors = UINT64_MAX,
						    .len_sectors = 32768}};

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(dm_table_append(&request.table, &targets[i]), 0);
	return request;
}

/* The wire form of the sample without its first 4 bytes, in a buffer of exactly its size. */
static char *encoded(size_t *len_bytesp)
{
	struct dm_request request = sample();
	_free_ void *bytes = NULL;
	size_t len;
	char *rest;

	assert_int_equal(dm_request_encode(&request, &bytes, &len), 0);
	dm_table_deinit(&request.table);
	assert_int_equal(dm_request_decode_len(bytes, len_bytesp), 0);
	assert_int_equal(*len_bytesp, len - PREFIX);
	rest = malloc(*len_bytesp);
	assert_non_null(rest);
	return memcpy(rest, (char *)bytes + PREFIX, *len_bytesp);
}

static void a_request_arrives_as_it_was_sent(void **state)
{
	struct dm_request expected = sample(), request;
	_free_ char *bytes = NULL;
	size_t len;

	(void)state;
	bytes = encoded(&len);
	assert_int_equal(dm_request_decode(bytes, len, &request), 0);
	assert_int_equal(request.type, DM_REQUEST_SWAP);
	assert_string_equal(request.name, "vg-lv");
	assert_string_equal(request.uuid, "LVM-abc");
	assert_int_equal(request.visibility, DM_HIDDEN);
	assert_int_equal(request.dev, makedev(4095, 1048575));
	assert_memory_equal(&request.comparison, &expected.comparison, sizeof(request.comparison));
	assert_int_equal(request.table.count, 2);
	assert_true(dm_table_equal(&request.table, &expected.table));
	dm_table_deinit(&request.table);
	dm_table_deinit(&expected.table);
}

static void requests_that_no_executor_could_do_are_not_sent(void **state)
{
	struct dm_request request = sample();
	struct dm_target other = {.type = DM_OTHER, .len_sectors = 1};
	char text[DM_NAME_MAX + 2];
	void *bytes = NULL;
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	request.uuid = text;
	assert_int_equal(dm_request_encode(&request, &bytes, &len), -ENAMETOOLONG);
	request.uuid = "";
	request.name = text + 1;
	assert_int_equal(dm_request_encode(&request, &bytes, &len), -ENAMETOOLONG);
	request.name = text + 2;
	assert_int_equal(dm_request_encode(&request, &bytes, &len), 0);
	free(bytes);

	bytes = NULL;
	assert_int_equal(dm_table_append(&request.table, &other), 0);
	assert_int_equal(dm_request_encode(&request, &bytes, &len), -EINVAL);
	dm_table_deinit(&request.table);
	assert_null(bytes);
}

static void a_table_has_as_many_targets_as_can_be_sent_and_no_more(void **state)
{
	struct dm_request request = {.type = DM_REQUEST_CREATE, .name = "", .uuid = ""}, back;
	_free_ char *bytes = NULL;
	size_t len, rest;

	(void)state;
	for (size_t i = 0; i < DM_REQUEST_MAX_TARGETS; i++)
		assert_int_equal(dm_table_append(&request.table, &targets[0]), 0);
	assert_int_equal(dm_request_encode(&request, (void **)&bytes, &len), 0);
	assert_int_equal(dm_request_decode_len(bytes, &rest), 0);
	assert_int_equal(dm_request_decode(bytes + PREFIX, rest, &back), 0);
	assert_int_equal(back.table.count, DM_REQUEST_MAX_TARGETS);
	dm_table_deinit(&back.table);

	assert_int_equal(dm_table_append(&request.table, &targets[0]), 0);
	free(steal_pointer(&bytes));
	assert_int_equal(dm_request_encode(&request, (void **)&bytes, &len), -E2BIG);
	dm_table_deinit(&request.table);
}

static void a_length_out_of_bounds_is_refused(void **state)
{
	static const uint32_t lens[] = {0, 1, 100, 0x7fffffff, 0x80000000, UINT32_MAX};
	size_t len = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++)
		assert_int_equal(dm_request_decode_len(&lens[i], &len), -EBADMSG);
	assert_int_equal(len, 77);
}

static void a_request_of_any_other_length_is_refused(void **state)
{
	struct dm_request request;
	_free_ char *whole = NULL, *longer = NULL;
	size_t len;

	(void)state;
	whole = encoded(&len);
	for (size_t cut = 0; cut < len; cut++) {
		/* A copy of exactly that size, so that the sanitizer sees what is read beyond. */
		_free_ char *bytes = malloc(cut + 1);

		assert_non_null(bytes);
		memcpy(bytes, whole, cut);
		assert_int_equal(dm_request_decode(bytes, cut, &request), -EBADMSG);
	}
	longer = calloc(1, len + 1);
	assert_non_null(longer);
	memcpy(longer, whole, len);
	assert_int_equal(dm_request_decode(longer, len + 1, &request), -EBADMSG);
}

/* Whatever is accepted is within bounds; most of it is not. */
static void garbage_is_refused_or_harmless(void **state)
{
	unsigned seed = 1, refused = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		_free_ char *bytes = NULL;
		struct dm_request request;
		size_t len;

		bytes = encoded(&len);
		for (int i = 0; i < 4; i++)
			bytes[(unsigned)rand_r(&seed) % len] = (char)rand_r(&seed);
		if (dm_request_decode(bytes, len, &request)) {
			refused++;
			continue;
		}
		assert_true(request.type <= DM_REQUEST_FIND);
		assert_true(request.visibility <= DM_HIDDEN);
		assert_true(strlen(request.name) < DM_NAME_MAX);
		assert_true(strlen(request.uuid) < DM_ID_MAX);
		assert_int_equal(request.table.count, 2);
		for (size_t i = 0; i < 2; i++)
			assert_true(request.table.targets[i].type <= DM_MIRROR);
		dm_table_deinit(&request.table);
	}
	assert_true(refused > 0);
}

static void a_text_without_an_end_is_refused(void **state)
{
	struct dm_request request;
	_free_ char *bytes = NULL;
	char *name;
	size_t len;

	(void)state;
	bytes = encoded(&len);
	name = memmem(bytes, len, "vg-lv", sizeof("vg-lv"));
	assert_non_null(name);
	memset(name, 'x', DM_NAME_MAX);
	assert_int_equal(dm_request_decode(bytes, len, &request), -EBADMSG);
}

static void a_table_that_is_empty_somewhere_or_goes_round_is_refused(void **state)
{
	static const uint64_t lens[] = {0, UINT64_MAX - 4095};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dm_request request = sample();
		_free_ char *bytes = NULL;
		size_t len, rest;

		request.table.targets[1].len_sectors = lens[i];
		assert_int_equal(dm_request_encode(&request, (void **)&bytes, &len), 0);
		dm_table_deinit(&request.table);
		assert_int_equal(dm_request_decode_len(bytes, &rest), 0);
		assert_int_equal(dm_request_decode(bytes + PREFIX, rest, &request), -EBADMSG);
	}
}

static void a_reply_has_an_errno_and_a_text_or_is_refused(void **state)
{
	struct dm_reply reply = {0};

	(void)state;
	assert_true(dm_reply_is_valid(&reply));
	reply.code = -EIO;
	assert_true(dm_reply_is_valid(&reply));
	reply.code = 1;
	assert_false(dm_reply_is_valid(&reply));
	reply.code = 0;
	reply.found.verdict = DM_SECOND_UNREADABLE;
	assert_true(dm_reply_is_valid(&reply));
	reply.found.verdict = DM_SECOND_UNREADABLE + 1;
	assert_false(dm_reply_is_valid(&reply));
	reply.found.verdict = DM_EQUAL;
	memset(reply.text, 'x', sizeof(reply.text));
	assert_false(dm_reply_is_valid(&reply));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_arrives_as_it_was_sent),
		cmocka_unit_test(requests_that_no_executor_could_do_are_not_sent),
		cmocka_unit_test(a_table_has_as_many_targets_as_can_be_sent_and_no_more),
		cmocka_unit_test(a_length_out_of_bounds_is_refused),
		cmocka_unit_test(a_request_of_any_other_length_is_refused),
		cmocka_unit_test(garbage_is_refused_or_harmless),
		cmocka_unit_test(a_text_without_an_end_is_refused),
		cmocka_unit_test(a_table_that_is_empty_somewhere_or_goes_round_is_refused),
		cmocka_unit_test(a_reply_has_an_errno_and_a_text_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

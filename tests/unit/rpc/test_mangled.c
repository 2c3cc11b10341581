/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/rpc/harness.h"

/* xorshift64: the same messages in every run. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const char *const valid[] = {
	CALL_GET_INFO,
	"{'method':'org.pvmoved.List','more':true,'parameters':{'id':1}}",
	"{'method':'org.pvmoved.Abort','parameters':{'id':2},'oneway':false}",
	CALL_PLAN("{'source':{'device':'/dev/sda','ranges':[{'first_pe':0,'extent_count':12}]},"
		  "'lv':'home','destinations':[{'device':'/dev/sdb'}],'request_id':'a'}"),
	CALL_DESCRIBE("org.pvmoved"),
};

#define VALID_COUNT (sizeof(valid) / sizeof(valid[0]))

/* Changes, drops or doubles a few bytes, or puts in some that mean something. */
static size_t mutate(char *message, size_t len, uint64_t *seed)
{
	static const char meaning[] = "{}[]\",:\\-0.eE\x80\xff\x01";

	for (uint64_t n = 1 + next_random(seed) % 4; n > 0 && len > 1; n--) {
		size_t at = next_random(seed) % len;

		switch (next_random(seed) % 4) {
		case 0:
			message[at] = (char)next_random(seed);
			break;
		case 1:
			message[at] = meaning[next_random(seed) % (sizeof(meaning) - 1)];
			break;
		case 2:
			memmove(message + at, message + at + 1, len - at - 1);
			len--;
			break;
		default:
			memmove(message + at + 1, message + at, len - at);
			len++;
		}
	}
	return len;
}

static void thousands_of_mangled_calls_do_no_harm(void **state)
{
	enum { ROUNDS = 5000, ROOM = 512 };
	struct harness *harness = *state;
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	size_t answered = 0;

	harness->mover.answers_at_once = true;
	for (int i = 0; i < 3; i++)
		fake_mover_add(&harness->mover, PASS_COPYING);
	for (int i = 0; i < ROUNDS; i++) {
		struct client client = client_open(harness, ROOT);
		_free_ char *call = message_quote(valid[next_random(&seed) % VALID_COUNT]);
		size_t len = strlen(call) + 1;
		char message[ROOM];
		struct json_object *answer;

		memcpy(message, call, len);
		len = mutate(message, len, &seed);
		client_write(harness, &client, message, len);
		shutdown(client.fd, SHUT_WR);
		while ((answer = client_receive(harness, &client))) {
			assert_true(json_object_is_type(
				json_object_object_get(answer, "parameters"), json_type_object));
			json_object_put(answer);
			answered++;
		}
		assert_true(client_is_closed(harness, &client));
		client_close(&client);
	}
	/* not all of them are so mangled that there is nothing to answer */
	assert_in_range(answered, ROUNDS / 20, ROUNDS);
	assert_serving(harness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(thousands_of_mangled_calls_do_no_harm,
						harness_setup, harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

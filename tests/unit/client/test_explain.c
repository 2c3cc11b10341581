/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "client/explain.h"
#include "common/protocol.h"
#include "sample.h"

/* All there are. */
static const enum refusal_code codes[] = {
#define R(code, name) REFUSAL_##code,
	REFUSAL_LIST(R)
#undef R
};

static void expect_sentence(const struct refusal *refusal, enum exit_code code,
			    const char *sentence)
{
	char text[EXPLAIN_TEXT_MAX];

	assert_int_equal(explain_refusal(refusal, text), code);
	assert_string_equal(text, sentence);
}

static void missing_space_is_told_with_its_numbers(void **state)
{
	struct refusal refusal = {
		.code = REFUSAL_NO_SPACE,
		.subject = "vg",
		.needed_extents = 256,
		.free_extents = 100,
		.extent_bytes = 4 << 20,
	};

	(void)state;
	expect_sentence(&refusal, EXIT_FAILED,
			"not enough free extents in vg: 256 needed (1.00 GiB), 100 free (400.00 "
			"MiB); extend the VG or name another destination");
	refusal.needed_extents = UINT64_MAX;
	expect_sentence(&refusal, EXIT_FAILED,
			"not enough free extents in vg: 18446744073709551615 needed, 100 free "
			"(400.00 MiB); extend the VG or name another destination");
}

static void a_device_outside_the_devices_file_is_told_so(void **state)
{
	struct refusal refusal = {.code = REFUSAL_NO_SUCH_PV, .subject = "/dev/sdb"};

	(void)state;
	expect_sentence(&refusal, EXIT_FAILED,
			"/dev/sdb is not a PV; \"pvs\" lists those there are");
	strcpy(refusal.detail, "/etc/lvm/devices/system.devices");
	expect_sentence(
		&refusal, EXIT_FAILED,
		"/dev/sdb is not a PV that LVM sees: it goes by the devices file "
		"/etc/lvm/devices/system.devices, and \"lvmdevices --adddev /dev/sdb\" adds "
		"to it");
}

static void conflict_names_the_other_move(void **state)
{
	struct refusal refusal = {.code = REFUSAL_CONFLICT, .subject = "home", .move_id = 7};

	(void)state;
	expect_sentence(&refusal, EXIT_CONFLICT,
			"LV home is being moved already, by move 7; wait for that with "
			"\"pvmovectl wait 7\" or abort it");
}

static void missing_move_has_a_code_of_its_own(void **state)
{
	struct refusal refusal = {.code = REFUSAL_NO_SUCH_MOVE, .move_id = 7};

	(void)state;
	expect_sentence(&refusal, EXIT_NO_SUCH_MOVE,
			"there is no move 7; \"pvmovectl status\" lists all");
}

static void every_refusal_has_a_sentence_with_a_next_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char text[EXPLAIN_TEXT_MAX] = "";
		struct refusal refusal;
		enum exit_code code;

		refusal_set(&refusal, codes[i], "SUBJECT", "DETAIL");
		refusal.move_id = 4711;
		code = explain_refusal(&refusal, text);
		assert_true(code == EXIT_FAILED || code == EXIT_CONFLICT ||
			    code == EXIT_NO_SUCH_MOVE);
		/* what is wrong, and what to do about it */
		assert_true(strchr(text, ';') || strchr(text, ','));
		assert_true(text[strlen(text) - 1] != '.');
	}
}

static void every_refusal_tells_what_it_is_about(void **state)
{
	(void)state;
	/* whatever goes over the wire with a refusal is in its sentence */
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char text[EXPLAIN_TEXT_MAX] = "";
		struct json_object *parameters;
		struct refusal refusal;

		refusal_set(&refusal, codes[i], "SUBJECT", "DETAIL");
		refusal.move_id = 4711;
		parameters = protocol_refusal_to_json(&refusal);
		explain_refusal(&refusal, text);
		json_object_object_foreach(parameters, key, value)
		{
			if (json_object_is_type(value, json_type_string))
				assert_non_null(strstr(text, json_object_get_string(value)));
			else if (strcmp(key, "id") == 0)
				assert_non_null(strstr(text, "4711"));
		}
		json_object_put(parameters);
	}
}

static void longest_texts_fit(void **state)
{
	char long_text[2 * REFUSAL_TEXT_MAX], text[EXPLAIN_TEXT_MAX];
	struct refusal refusal;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	refusal_set(&refusal, REFUSAL_NO_SUCH_LV, long_text, long_text);
	explain_refusal(&refusal, text);
	assert_non_null(strstr(text, "lists those there are"));
}

static void expect_error(const char *error, const char *parameters, enum exit_code code,
			 const char *sentence)
{
	struct json_object *object = sample_parse(parameters);
	char text[EXPLAIN_TEXT_MAX];

	assert_int_equal(explain_error(error, object, text), code);
	assert_string_equal(text, sentence);
	json_object_put(object);
}

static void errors_of_the_wire_are_told(void **state)
{
	(void)state;
	expect_error("org.pvmoved.VgExported", "{'vg':'vg0'}", EXIT_FAILED,
		     "VG vg0 is exported; import it with \"vgimport vg0\" first");
	expect_error(VARLINK_PERMISSION_DENIED, "{}", EXIT_NOT_PERMITTED,
		     "not permitted: root may change moves, and the socket's group may look; try "
		     "again with sudo");
	expect_error(VARLINK_INVALID_PARAMETER, "{'parameter':'lv'}", EXIT_FAILED,
		     "pvmoved does not accept what it was given as \"lv\"; correct that, or see "
		     "with \"pvmovectl info\" whether it is older than this client");
	expect_error(VARLINK_METHOD_NOT_FOUND, "{'method':'Plan'}", EXIT_FAILED,
		     "pvmoved has no method Plan; see with \"pvmovectl info\" whether it is older "
		     "than this client");
}

static void unknown_errors_are_told_by_their_name(void **state)
{
	(void)state;
	expect_error("org.pvmoved.Newer", "{}", EXIT_FAILED,
		     "pvmoved answered with the error org.pvmoved.Newer; its log may say more");
	expect_error("org.pvmoved.VgExported", "{'vg':5}", EXIT_FAILED,
		     "pvmoved answered with the error org.pvmoved.VgExported; its log may say "
		     "more");
	expect_error(VARLINK_INVALID_PARAMETER, "{'parameter':[]}", EXIT_FAILED,
		     "pvmoved does not accept what it was given as \"?\"; correct that, or see "
		     "with \"pvmovectl info\" whether it is older than this client");
	expect_error("", "{}", EXIT_FAILED,
		     "pvmoved answered with the error ; its log may say more");
}

static void what_goes_wrong_on_the_way_has_its_code(void **state)
{
	static const struct {
		int error;
		enum exit_code code;
	} cases[] = {
		{-ENOENT, EXIT_UNREACHABLE},     {-ECONNREFUSED, EXIT_UNREACHABLE},
		{-ECONNRESET, EXIT_UNREACHABLE}, {-EPIPE, EXIT_UNREACHABLE},
		{-ETIMEDOUT, EXIT_UNREACHABLE},  {-EAGAIN, EXIT_UNREACHABLE},
		{-EACCES, EXIT_NOT_PERMITTED},   {-EPERM, EXIT_NOT_PERMITTED},
		{-ENAMETOOLONG, EXIT_USAGE},     {-E2BIG, EXIT_FAILED},
		{-EBADMSG, EXIT_FAILED},         {-EMSGSIZE, EXIT_FAILED},
		{-ENOMEM, EXIT_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[EXPLAIN_TEXT_MAX] = "";

		assert_int_equal(explain_connection(cases[i].error, "/run/s", text), cases[i].code);
		assert_non_null(strchr(text, ';'));
	}
}

static void unknown_reasons_stand_for_themselves(void **state)
{
	(void)state;
	assert_string_equal(explain_reason("source_unreadable"), "the source cannot be read");
	assert_string_equal(explain_reason("newer"), "newer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_space_is_told_with_its_numbers),
		cmocka_unit_test(a_device_outside_the_devices_file_is_told_so),
		cmocka_unit_test(conflict_names_the_other_move),
		cmocka_unit_test(missing_move_has_a_code_of_its_own),
		cmocka_unit_test(every_refusal_has_a_sentence_with_a_next_step),
		cmocka_unit_test(every_refusal_tells_what_it_is_about),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(errors_of_the_wire_are_told),
		cmocka_unit_test(unknown_errors_are_told_by_their_name),
		cmocka_unit_test(what_goes_wrong_on_the_way_has_its_code),
		cmocka_unit_test(unknown_reasons_stand_for_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/help.h"
#include "client/options.h"
#include "common/cleanup.h"

#define WORDS_MAX 16

struct parsed {
	enum exit_code code;
	struct options options;
	char *said, *line;
};

/* The options borrow from the line, so that lives as long. */
static struct parsed parse(const char *line)
{
	struct parsed parsed = {.line = strdup(line)};
	char program[] = "pvmovectl";
	char *words[WORDS_MAX] = {program};
	size_t len_bytes;
	struct client client = {.err = open_memstream(&parsed.said, &len_bytes), .terminal_fd = -1};
	int count = 1;

	for (char *word = strtok(parsed.line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	parsed.code = options_parse(&client, count, words, &parsed.options);
	fclose(client.err);
	return parsed;
}

static void parsed_deinit(struct parsed *parsed)
{
	if (parsed->code == EXIT_OK)
		options_deinit(&parsed->options);
	free(parsed->said);
	free(parsed->line);
}

static void expect_refusal(const char *line, const char *said)
{
	cleanup(parsed_deinit) struct parsed parsed = parse(line);
	_free_ char *expected = NULL;

	assert_true(asprintf(&expected, "pvmovectl: %s\n", said) > 0);
	assert_string_equal(parsed.said, expected);
	assert_int_equal(parsed.code, EXIT_USAGE);
}

static void start_takes_what_pvmove_takes(void **state)
{
	cleanup(parsed_deinit) struct parsed parsed =
		parse("start -n vg0/home /dev/sdb:5-9 /dev/sdc /dev/sdd:1");
	const struct options *options = &parsed.options;

	(void)state;
	assert_int_equal(parsed.code, EXIT_OK);
	assert_int_equal(options->command, COMMAND_START);
	assert_string_equal(options->lv, "vg0/home");
	assert_string_equal(options->source.device, "/dev/sdb");
	assert_int_equal(options->source.span_count, 1);
	assert_int_equal(options->destination_count, 2);
	assert_string_equal(options->destinations[0].device, "/dev/sdc");
	assert_string_equal(options->destinations[1].device, "/dev/sdd");
	assert_int_equal(options->destinations[1].span_count, 1);
	assert_false(options->wait || options->json || options->dry_run || options->verify);
	assert_string_equal(parsed.said, "");
}

static void options_stand_anywhere(void **state)
{
	cleanup(parsed_deinit) struct parsed parsed =
		parse("--json start /dev/sdb --wait --to /dev/sdd --name home /dev/sdc "
		      "--verify --request-id r1 --socket /s");
	const struct options *options = &parsed.options;

	(void)state;
	assert_int_equal(parsed.code, EXIT_OK);
	assert_true(options->json && options->wait && options->verify);
	assert_string_equal(options->lv, "home");
	assert_string_equal(options->request_id, "r1");
	assert_string_equal(options->socket_path, "/s");
	assert_int_equal(options->destination_count, 2);
	assert_string_equal(options->source.device, "/dev/sdb");
}

static void limits_are_read_as_rates(void **state)
{
	cleanup(parsed_deinit) struct parsed one = parse("limit 7 20m/s");
	cleanup(parsed_deinit) struct parsed all = parse("limit none --all");
	cleanup(parsed_deinit) struct parsed start = parse("start --limit 1.5g /dev/sdb");

	(void)state;
	assert_int_equal(one.code, EXIT_OK);
	assert_int_equal(one.options.command, COMMAND_LIMIT);
	assert_true(one.options.id == 7 && !one.options.all);
	assert_true(one.options.limit_bytes_s == 20 << 20);
	assert_int_equal(all.code, EXIT_OK);
	assert_true(all.options.id == 0 && all.options.all);
	assert_true(all.options.limit_bytes_s == 0);
	assert_int_equal(start.code, EXIT_OK);
	assert_true(start.options.limit_bytes_s == UINT64_C(3) << 29);
}

static void latencies_are_read_as_times(void **state)
{
	cleanup(parsed_deinit) struct parsed one = parse("limit 7 --max-latency 20ms");
	cleanup(parsed_deinit) struct parsed none = parse("limit --max-latency none 7");
	cleanup(parsed_deinit) struct parsed start = parse("start --max-latency 1.5s /dev/sdb");
	cleanup(parsed_deinit) struct parsed both = parse("limit 7 20m --max-latency 20ms");
	cleanup(parsed_deinit) struct parsed all = parse("limit --all --max-latency 20ms");
	cleanup(parsed_deinit) struct parsed low = parse("limit 7 --max-latency 99us");

	(void)state;
	assert_true(one.options.has_max_latency && one.options.id == 7);
	assert_true(one.options.max_latency_us == 20000);
	assert_true(none.options.has_max_latency && none.options.max_latency_us == 0);
	assert_true(start.options.max_latency_us == 1500000);
	assert_int_equal(both.code, EXIT_USAGE);
	assert_int_equal(all.code, EXIT_USAGE);
	assert_int_equal(low.code, EXIT_USAGE);
}

static void limits_that_make_no_sense_are_refused(void **state)
{
	static const char *const lines[] = {"limit",
					    "limit 7",
					    "limit 7 20m 3",
					    "limit --all",
					    "limit --all 7 20m",
					    "limit 7 20x",
					    "limit 7 -20m",
					    "limit 7 0",
					    "limit 7 63k",
					    "limit x 20m",
					    "limit 7 9000p",
					    "start --limit 0 /dev/sdb",
					    "pause --limit 20m 7",
					    "status --all"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cleanup(parsed_deinit) struct parsed parsed = parse(lines[i]);

		assert_int_equal(parsed.code, EXIT_USAGE);
		assert_string_not_equal(parsed.said, "");
	}
}

static void commands_about_a_move_take_its_id(void **state)
{
	static const char *const lines[] = {"status 7", "wait 7", "pause 7", "resume 7", "abort 7"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cleanup(parsed_deinit) struct parsed parsed = parse(lines[i]);

		assert_int_equal(parsed.code, EXIT_OK);
		assert_true(parsed.options.id == 7);
		assert_memory_equal(lines[i], command_name(parsed.options.command),
				    strlen(command_name(parsed.options.command)));
	}
}

static void status_needs_no_id(void **state)
{
	cleanup(parsed_deinit) struct parsed parsed = parse("status --watch");

	(void)state;
	assert_int_equal(parsed.code, EXIT_OK);
	assert_true(parsed.options.watch);
	assert_true(parsed.options.id == 0);
}

static void wrong_usage_is_said_in_one_sentence(void **state)
{
	(void)state;
	expect_refusal("", "no command; see \"pvmovectl --help\"");
	expect_refusal("frob", "frob is not a command; see \"pvmovectl --help\"");
	expect_refusal("-x", "-x is not an option; see \"pvmovectl --help\"");
	expect_refusal("status --frob", "--frob is not an option; see \"pvmovectl --help\"");
	expect_refusal("status --json=1", "--json=1 is not an option; see \"pvmovectl --help\"");
	expect_refusal("start /dev/sdb -n", "-n needs a value; see \"pvmovectl --help\"");
	expect_refusal("start --to", "--to needs a value; see \"pvmovectl --help\"");
	expect_refusal("start --name= /dev/sdb",
		       "an option has an empty value; see \"pvmovectl --help\"");
	expect_refusal("start", "start needs the PV to empty; see \"pvmovectl start --help\"");
	expect_refusal("wait", "wait needs the ID of a move; \"pvmovectl status\" lists them");
	expect_refusal("abort seven", "seven is not the ID of a move, which is a number from 1");
	expect_refusal("status 1 2", "2: more than \"status\" takes; see \"pvmovectl status "
				     "--help\"");
	expect_refusal("info 1", "1: more than \"info\" takes; see \"pvmovectl info --help\"");
}

static void options_of_other_commands_are_refused(void **state)
{
	(void)state;
	expect_refusal("status --dry-run",
		       "status has no option --dry-run; see \"pvmovectl status --help\"");
	expect_refusal("start --watch /dev/sdb",
		       "start has no option --watch; see \"pvmovectl start --help\"");
	expect_refusal("pause -n home 7",
		       "pause has no option --name; see \"pvmovectl pause --help\"");
}

static void options_that_say_nothing_together_are_refused(void **state)
{
	(void)state;
	expect_refusal("start --dry-run --wait /dev/sdb",
		       "with --dry-run nothing is started, so there is nothing to --wait for");
	expect_refusal("start --dry-run --request-id r /dev/sdb",
		       "with --dry-run nothing is started, so there is nothing to give a "
		       "--request-id");
}

static void bad_pvs_are_refused(void **state)
{
	(void)state;
	expect_refusal("start sdb", "sdb: name a PV by the path of its device, as /dev/sdb");
	expect_refusal("start /dev/sdb:5-",
		       "/dev/sdb:5-: a range needs an end, as /dev/sdb:100-199 has");
	expect_refusal("start /dev/sdb /dev/sdc:9-5",
		       "/dev/sdc:9-5: a range of extents is :PE, :PE-PE or :PE+COUNT");
	expect_refusal("start --to sdc /dev/sdb",
		       "sdc: name a PV by the path of its device, as /dev/sdb");
}

static void typed_control_characters_are_not_echoed(void **state)
{
	(void)state;
	expect_refusal("f\033[2Jb", "f [2Jb is not a command; see \"pvmovectl --help\"");
}

static void help_needs_no_operands(void **state)
{
	cleanup(parsed_deinit) struct parsed parsed = parse("start --help");
	cleanup(parsed_deinit) struct parsed whole = parse("-h");

	(void)state;
	assert_int_equal(parsed.code, EXIT_OK);
	assert_true(parsed.options.help);
	assert_int_equal(parsed.options.command, COMMAND_START);
	assert_int_equal(whole.options.command, COMMAND_NONE);
}

static void every_command_has_a_help_with_an_example(void **state)
{
	(void)state;
	for (int i = 0; i < COMMAND_COUNT; i++) {
		_free_ char *text = NULL, *example = NULL;
		size_t len_bytes;
		FILE *stream = open_memstream(&text, &len_bytes);

		help_print(stream, (enum command)i);
		fclose(stream);
		assert_non_null(strstr(text, "Usage: pvmovectl "));
		assert_true(asprintf(&example, "\n  pvmovectl %s",
				     i ? command_name((enum command)i) : "start") > 0);
		assert_non_null(strstr(text, example));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_takes_what_pvmove_takes),
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(limits_are_read_as_rates),
		cmocka_unit_test(latencies_are_read_as_times),
		cmocka_unit_test(limits_that_make_no_sense_are_refused),
		cmocka_unit_test(commands_about_a_move_take_its_id),
		cmocka_unit_test(status_needs_no_id),
		cmocka_unit_test(wrong_usage_is_said_in_one_sentence),
		cmocka_unit_test(options_of_other_commands_are_refused),
		cmocka_unit_test(options_that_say_nothing_together_are_refused),
		cmocka_unit_test(bad_pvs_are_refused),
		cmocka_unit_test(typed_control_characters_are_not_echoed),
		cmocka_unit_test(help_needs_no_operands),
		cmocka_unit_test(every_command_has_a_help_with_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

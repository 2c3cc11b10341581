/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/config/config.h"
#include "daemon/config/value.h"
#include "daemon/plan/shape.h"
#include "daemon/policy/stall.h"

/* What was complained of, "LINE: TEXT;" each. */
static char said[8192];

static void on_complaint(void *arg, const char *file, unsigned line, const char *text)
{
	const size_t len = strlen(said);

	(void)arg;
	(void)file;
	snprintf(said + len, sizeof(said) - len, "%u: %s;", line, text);
}

static const struct config_listener listener = {on_complaint, NULL};

static size_t parse(const char *text, struct config *config)
{
	said[0] = '\0';
	config_init(config);
	return config_parse("x.conf", text, strlen(text), config, &listener);
}

static void an_empty_file_leaves_every_default(void **state)
{
	struct config config, defaults;

	(void)state;
	config_init(&defaults);
	assert_int_equal(parse("", &config), 0);
	assert_memory_equal(&config, &defaults, sizeof(config));
	assert_int_equal(config.history_moves, 1000);
	assert_int_equal(config.lvm_command_timeout_ms, 60000);
	assert_string_equal(config.state_dir, "/var/lib/pvmoved");
}

static void values_are_taken_with_their_units(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("# why\n[log]\nlevel = debug\n; and\n[lvm]\ncommand_timeout=5min\n"
			       "lock_timeout = 1500ms ; a comment\n[journal]\ncompact_size = 8M\n"
			       "[paths]\n  state_dir = /srv/a b\r\n",
			       &config),
			 0);
	assert_string_equal(said, "");
	assert_int_equal(config.log_level, LOG_DEBUG);
	assert_int_equal(config.lvm_command_timeout_ms, 300000);
	assert_int_equal(config.lvm_lock_timeout_ms, 1500);
	assert_int_equal(config.journal_compact_bytes, 8 << 20);
	assert_string_equal(config.state_dir, "/srv/a b");
}

static void what_is_copied_at_a_time_can_be_set(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(
		parse("[copy]\nssd_region = 256k\nhdd_region = 1M\nlimit = 20m/s\n", &config), 0);
	assert_int_equal(config.copy_ssd_region_bytes, 256 << 10);
	assert_int_equal(config.copy_hdd_region_bytes, 1 << 20);
	assert_int_equal(config.copy_limit_bytes_s, 20 << 20);
	assert_int_equal(parse("[copy]\nlimit = none\n", &config), 0);
	assert_int_equal(config.copy_limit_bytes_s, 0);
	assert_int_equal(parse("[copy]\nssd_region = 96k\nhdd_region = 128M\nhdd_busy_region = 0\n"
			       "limit = 63k\nssd_mirrors = 65\nqueue_percent = 0\n",
			       &config),
			 6);
	assert_string_equal(
		said, "2: ssd_region in [copy] is a power of two from 64K to 64M, not \"96k\";"
		      "3: hdd_region in [copy] is a power of two from 64K to 64M, not \"128M\";"
		      "4: hdd_busy_region in [copy] is a power of two from 64K to 64M, not \"0\";"
		      "5: limit in [copy] is none, or 64K a second or more, not \"63k\";"
		      "6: ssd_mirrors in [copy] is a number from 1 to 64, not \"65\";"
		      "7: queue_percent in [copy] is a number from 1 to 100, not \"0\";");
}

/* Both say what is right for most disks. */
static void the_defaults_are_those_of_the_code(void **state)
{
	const struct copy_tuning *tuning = &copy_tuning_default;
	struct config config;

	(void)state;
	config_init(&config);
	assert_int_equal(config.copy_ssd_mirrors, tuning->solid.parallel);
	assert_int_equal(config.copy_ssd_region_bytes / SECTOR_BYTES, tuning->solid.region_sectors);
	assert_int_equal(config.copy_hdd_mirrors, tuning->turning.parallel);
	assert_int_equal(config.copy_hdd_region_bytes / SECTOR_BYTES,
			 tuning->turning.region_sectors);
	assert_int_equal(config.copy_hdd_busy_region_bytes / SECTOR_BYTES,
			 tuning->turning.contended_region_sectors);
	assert_int_equal(config.copy_queue_percent, tuning->queue_percent_max);
	assert_int_equal(config.copy_stall_ms * 1000, STALL_PATIENCE_US);
}

static void every_mistake_is_told_with_its_line(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("level = info\n"
			       "[log]\n"
			       "level = loud\n"
			       "colour = red\n"
			       "\n"
			       "[histroy]\n"
			       "moves = 5\n"
			       "[history]\n"
			       "moves = 10\n"
			       "moves = 20\n"
			       "moves = -1\n",
			       &config),
			 6);
	assert_string_equal(said,
			    "1: \"level\" stands ahead of any [section];"
			    "3: level in [log] is error, warning, info or debug, not \"loud\";"
			    "4: unknown key \"colour\" in [log]; pvmoved.conf(5) has them all;"
			    "7: unknown key \"moves\" in [histroy]; pvmoved.conf(5) has them all;"
			    "10: moves in [history] was given in line 9 already;"
			    "11: moves in [history] was given in line 9 already;");
	assert_int_equal(config.history_moves, 10);
}

static void a_line_that_is_neither_section_nor_key_is_a_mistake(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("[log]\nlevel\n", &config), 1);
	assert_string_equal(said, "2: neither [section] nor \"key = value\";");
	assert_int_equal(parse("\n\n[log\n", &config), 1);
	assert_string_equal(said, "3: neither [section] nor \"key = value\";");
}

static void an_indented_line_does_not_go_on_with_the_value_above(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("[log]\nlevel = info\n  debug\n", &config), 1);
	assert_string_equal(said, "3: neither [section] nor \"key = value\";");
	assert_int_equal(config.log_level, LOG_INFO);
}

static void a_line_that_is_too_long_is_a_mistake_and_not_two_lines(void **state)
{
	struct config config;
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), "[log]\n#%0*d\n#%0*d\nlevel = debug\n", 2000, 0, 100, 0);
	assert_int_equal(parse(text, &config), 1);
	assert_non_null(strstr(said, "2: a line of more than "));
	assert_int_equal(config.log_level, LOG_DEBUG);
}

static void a_NUL_is_a_mistake(void **state)
{
	static const char text[] = "[log]\nlevel = deb\0ug\n";
	struct config config;

	(void)state;
	said[0] = '\0';
	config_init(&config);
	assert_int_equal(config_parse("x.conf", text, sizeof(text) - 1, &config, &listener), 1);
	assert_non_null(strstr(said, "2: a NUL"));
	assert_int_equal(config.log_level, LOG_INFO);
}

static void a_complaint_commands_no_terminal(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("[log]\nlevel = \033[2J\n", &config), 1);
	assert_non_null(strstr(said, "not \"?[2J\""));
}

static int set_number(struct config *config, const struct config_key *key, uint64_t number)
{
	char text[CONFIG_TEXT_SIZE];

	snprintf(text, sizeof(text), "%ju%s", (uintmax_t)number,
		 key->kind == CONFIG_DURATION ? "ms" : "");
	return config_set_value(config, key, text);
}

static void every_bound_is_kept(void **state)
{
	struct config config;

	(void)state;
	config_init(&config);
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const bool is_region = key->kind == CONFIG_REGION;

		if (key->kind == CONFIG_LEVEL || key->kind == CONFIG_PATH)
			continue;
		assert_int_equal(set_number(&config, key, key->min), 0);
		assert_int_equal(set_number(&config, key, key->max), 0);
		assert_int_equal(set_number(&config, key, is_region ? key->max * 2 : key->max + 1),
				 -ERANGE);
		assert_int_equal(set_number(&config, key, is_region ? key->min / 2 : key->min - 1),
				 -ERANGE);
		assert_int_equal(config_set_value(&config, key, "99999999999999999999"), -ERANGE);
		assert_int_equal(config_set_value(&config, key, ""), -EINVAL);
		assert_int_equal(config_set_value(&config, key, "-1"), -EINVAL);
		assert_int_equal(config_set_value(&config, key, "5 apples"), -EINVAL);
	}
}

/* ---- files ------------------------------------------------------------- */

struct folder {
	char path[64];
	char file[96];
	char fragments[128];
};

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static int set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	snprintf(folder->path, sizeof(folder->path), "/tmp/pvmoved-config.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->file, sizeof(folder->file), "%s/x.conf", folder->path);
	snprintf(folder->fragments, sizeof(folder->fragments), "%s.d", folder->file);
	assert_int_equal(mkdir(folder->fragments, 0755), 0);
	said[0] = '\0';
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	struct folder *folder = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder->path);
	free(folder);
	return system(command); /* NOLINT(cert-env33-c) */
}

static void fragments_come_later_and_in_order(void **state)
{
	struct folder *folder = *state;
	struct config config;

	write_file(folder->path, "x.conf", "[history]\nmoves = 11\n[log]\nlevel = error\n");
	write_file(folder->fragments, "20-b.conf", "[history]\nmoves = 13\n");
	write_file(folder->fragments, "10-a.conf", "[history]\nmoves = 12\n");
	write_file(folder->fragments, "30-c.conf.dpkg-old", "[history]\nmoves = 14\n");
	write_file(folder->fragments, ".40.conf", "[history]\nmoves = 15\n");
	assert_int_equal(config_load(folder->file, &listener, &config), 0);
	assert_string_equal(said, "");
	assert_int_equal(config.history_moves, 13);
	assert_int_equal(config.log_level, LOG_ERR);
}

static void one_wrong_file_leaves_everything_as_it_was(void **state)
{
	struct folder *folder = *state;
	struct config config = {.history_moves = 77};

	write_file(folder->path, "x.conf", "[history]\nmoves = 11\n");
	write_file(folder->fragments, "a.conf", "[history]\nmovs = 13\n");
	assert_int_equal(config_load(folder->file, &listener, &config), -EINVAL);
	assert_int_equal(config.history_moves, 77);
}

static void a_file_that_others_can_write_is_refused(void **state)
{
	struct folder *folder = *state;
	struct config config;

	write_file(folder->path, "x.conf", "");
	assert_int_equal(chmod(folder->file, 0666), 0);
	assert_int_equal(config_load(folder->file, &listener, &config), -EINVAL);
	assert_non_null(strstr(said, "can be written by others"));
}

static void a_file_that_is_too_long_is_refused(void **state)
{
	struct folder *folder = *state;
	struct config config;
	char *text = malloc(CONFIG_FILE_MAX + 2);

	memset(text, '\n', CONFIG_FILE_MAX + 1);
	text[CONFIG_FILE_MAX + 1] = '\0';
	write_file(folder->path, "x.conf", text);
	free(text);
	assert_int_equal(config_load(folder->file, &listener, &config), -EINVAL);
	assert_non_null(strstr(said, "longer than 64 KiB"));
}

static void what_is_printed_is_read_back_as_the_same(void **state)
{
	struct folder *folder = *state;
	struct config config, again;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(parse("[lvm]\nlock_timeout = 1234ms\n[log]\nlevel = warning\n"
			       "[journal]\ncompact_size = 1500000\n[paths]\nsocket = /run/s\n",
			       &config),
			 0);
	config_print(out, &config);
	assert_int_equal(fclose(out), 0);
	write_file(folder->path, "x.conf", text);
	free(text);
	assert_int_equal(config_load(folder->file, &listener, &again), 0);
	assert_memory_equal(&config, &again, sizeof(config));
}

static void count_change(void *arg, const struct config_key *key, const char *value)
{
	const size_t len = strlen(said);

	(void)arg;
	snprintf(said + len, sizeof(said) - len, "%s=%s;", key->name, value);
}

static void only_what_has_changed_is_told(void **state)
{
	struct config before, after;

	(void)state;
	config_init(&before);
	parse("[history]\nmoves = 50\n[paths]\nrun_dir = /run/other\n[log]\nlevel = info\n",
	      &after);
	config_compare(&before, &after, count_change, NULL);
	assert_string_equal(said, "moves=50;run_dir=/run/other;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_leaves_every_default),
		cmocka_unit_test(values_are_taken_with_their_units),
		cmocka_unit_test(what_is_copied_at_a_time_can_be_set),
		cmocka_unit_test(the_defaults_are_those_of_the_code),
		cmocka_unit_test(every_mistake_is_told_with_its_line),
		cmocka_unit_test(a_line_that_is_neither_section_nor_key_is_a_mistake),
		cmocka_unit_test(an_indented_line_does_not_go_on_with_the_value_above),
		cmocka_unit_test(a_line_that_is_too_long_is_a_mistake_and_not_two_lines),
		cmocka_unit_test(a_NUL_is_a_mistake),
		cmocka_unit_test(a_complaint_commands_no_terminal),
		cmocka_unit_test(every_bound_is_kept),
		cmocka_unit_test_setup_teardown(fragments_come_later_and_in_order, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_wrong_file_leaves_everything_as_it_was, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_others_can_write_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_too_long_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_printed_is_read_back_as_the_same, set_up,
						tear_down),
		cmocka_unit_test(only_what_has_changed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

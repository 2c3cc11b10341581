/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/lvm/settings.h"
#include "tests/unit/lvm/folder.h"

static int parse(const char *text, struct lvm_settings *settingsp)
{
	return lvm_settings_parse(text, strlen(text), "/etc/lvm", settingsp);
}

/* Some of what `lvmconfig --type full devices` of lvm2 2.03.16 prints, as it prints it. */
#define SECTION(flags)                                                                           \
	"devices {\n\tdir=\"/dev\"\n\tscan=[\"/dev\"]\n\texternal_device_info_source=\"none\"\n" \
	"\t" flags "\n\tfilter=[\"a|.*|\"]\n\tcache_file_prefix=\"\"\n\tdata_alignment=0\n}\n"

static void the_usual_settings_say_nothing_special(void **state)
{
	struct lvm_settings settings = {.issue_discards = true, .devices_file = "x"};

	(void)state;
	assert_int_equal(parse(SECTION("use_devicesfile=0\n\tdevicesfile=\"system.devices\"\n"
				       "\tissue_discards=0"),
			       &settings),
			 0);
	assert_false(settings.issue_discards);
	assert_string_equal(settings.devices_file, "");
}

static void what_is_set_is_told(void **state)
{
	struct lvm_settings settings;

	(void)state;
	assert_int_equal(parse(SECTION("use_devicesfile=1\n\tdevicesfile=\"my.devices\"\n"
				       "\tissue_discards=1"),
			       &settings),
			 0);
	assert_true(settings.issue_discards);
	assert_string_equal(settings.devices_file, "/etc/lvm/devices/my.devices");
}

static void an_older_lvm_knows_of_no_devices_file(void **state)
{
	struct lvm_settings settings;

	(void)state;
	assert_int_equal(parse(SECTION("issue_discards=1"), &settings), 0);
	assert_true(settings.issue_discards);
	assert_string_equal(settings.devices_file, "");
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"devices",
		"devices {",
		"global {\n}\n",
		"devices {\n}\nglobal {\n}\n",
		SECTION("issue_discards=\"yes\""),
		SECTION("issue_discards=-1"),
		SECTION("use_devicesfile=1"),
		SECTION("use_devicesfile=1\n\tdevicesfile=7"),
		SECTION("use_devicesfile=1\n\tdevicesfile=\"../../passwd\""),
		SECTION("use_devicesfile=1\n\tdevicesfile=\"\""),
		SECTION("issue_discards=`reboot`"),
	};
	struct lvm_settings settings = {.devices_file = "untouched"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(parse(texts[i], &settings), -EBADMSG);
		assert_string_equal(settings.devices_file, "untouched");
	}
}

static void a_stamp_tells_of_every_change(void **state)
{
	char *etc = folder_make();
	struct settings_stamp none = settings_take_stamp(etc), with_main, with_both, replaced;
	char from[512], to[512];

	(void)state;
	assert_true(settings_stamp_equal(&none, &none));
	folder_write(etc, "a\n", "lvm.conf");
	with_main = settings_take_stamp(etc);
	assert_false(settings_stamp_equal(&none, &with_main));
	folder_write(etc, "a\n", "lvmlocal.conf");
	with_both = settings_take_stamp(etc);
	assert_false(settings_stamp_equal(&with_main, &with_both));
	/* As editors do it: a new file of the same length, moved over the old one. */
	folder_write(etc, "b\n", "lvm.conf.new");
	snprintf(from, sizeof(from), "%s/lvm.conf.new", etc);
	snprintf(to, sizeof(to), "%s/lvm.conf", etc);
	assert_int_equal(rename(from, to), 0);
	replaced = settings_take_stamp(etc);
	assert_false(settings_stamp_equal(&with_both, &replaced));
	with_both = settings_take_stamp(etc);
	assert_true(settings_stamp_equal(&with_both, &replaced));
	folder_remove(etc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_settings_say_nothing_special),
		cmocka_unit_test(what_is_set_is_told),
		cmocka_unit_test(an_older_lvm_knows_of_no_devices_file),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_stamp_tells_of_every_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

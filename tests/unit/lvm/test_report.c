/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "daemon/lvm/report.h"

#define ID_A      "upUIaC-H1aV-28Ih-NXa4-02wn-dBTZ-mHpwh5"
#define ID_B      "MbYopm-N1fP-fQd4-ZaUV-84kM-zBcc-Id1rNI"
#define ID_V      "KtfeJ5-FVUe-YWqn-snWY-Nh4z-2XRX-ZvknMA"

#define PVS(rows) "{\"report\": [{\"pv\": [" rows "]}]}"
#define PV(name, id, vg_name, vg)                                                   \
	"{\"pv_name\":\"" name "\", \"pv_uuid\":\"" id "\", \"vg_name\":\"" vg_name \
	"\", \"vg_uuid\":\"" vg "\"}"
#define VGS(rows)    "{\"report\": [{\"vg\": [" rows "]}]}"
#define VG(id, name) "{\"vg_uuid\":\"" id "\", \"vg_name\":\"" name "\"}"

static int parse_pvs(const char *text, struct lvm_pv **pvsp, size_t *countp)
{
	return report_parse_pvs(text, strlen(text), pvsp, countp);
}

static int find_vg(const char *text, const char *id_text, char *name)
{
	struct lvm_id id;

	assert_int_equal(lvm_id_parse(id_text, &id), 0);
	return report_find_vg(text, strlen(text), &id, name);
}

static void pvs_are_listed_in_vgs_and_without(void **state)
{
	/* As printed by lvm2 2.03.16, white space and all. */
	static const char text[] =
		"  {\n      \"report\": [\n          {\n              \"pv\": [\n"
		"                  {\"pv_name\":\"/dev/vda\", \"pv_uuid\":\"" ID_A "\", "
		"\"vg_name\":\"vg\", \"vg_uuid\":\"" ID_V "\"},\n"
		"                  {\"pv_name\":\"/dev/vdb\", \"pv_uuid\":\"" ID_B "\", "
		"\"vg_name\":\"\", \"vg_uuid\":\"\"}\n"
		"              ]\n          }\n      ]\n  }\n";
	struct lvm_pv *pvs;
	size_t count;

	(void)state;
	assert_int_equal(parse_pvs(text, &pvs, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(pvs[0].device, "/dev/vda");
	assert_string_equal(pvs[0].id.text, ID_A);
	assert_string_equal(pvs[0].vg_name, "vg");
	assert_string_equal(pvs[0].vg.text, ID_V);
	assert_int_equal(pvs[0].dev, 0);
	assert_string_equal(pvs[1].vg_name, "");
	assert_string_equal(pvs[1].vg.text, "");
	report_free_pvs(pvs, count);
}

static void a_pv_that_lvm_does_not_see_is_left_out(void **state)
{
	static const char text[] =
		PVS(PV("[unknown]", ID_B, "vg", ID_V) "," PV("/dev/vda", ID_A, "vg", ID_V));
	struct lvm_pv *pvs;
	size_t count;

	(void)state;
	assert_int_equal(parse_pvs(text, &pvs, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(pvs[0].device, "/dev/vda");
	report_free_pvs(pvs, count);
}

static void no_pvs_are_an_empty_list(void **state)
{
	struct lvm_pv *pvs;
	size_t count;

	(void)state;
	assert_int_equal(parse_pvs(PVS(""), &pvs, &count), 0);
	assert_int_equal(count, 0);
	report_free_pvs(pvs, count);
}

static void a_vg_is_found_by_its_id(void **state)
{
	static const char text[] = VGS(VG(ID_A, "one") "," VG(ID_B, "two"));
	char name[LVM_NAME_MAX] = "untouched";

	(void)state;
	assert_int_equal(find_vg(text, ID_V, name), -ENOENT);
	assert_int_equal(find_vg(VGS(""), ID_V, name), -ENOENT);
	assert_string_equal(name, "untouched");
	assert_int_equal(find_vg(text, ID_B, name), 0);
	assert_string_equal(name, "two");
}

static void what_is_no_report_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"null",
		"[]",
		"{}",
		"{\"report\": {}}",
		"{\"report\": []}",
		"{\"report\": [[]]}",
		"{\"report\": [{\"lv\": []}]}",
		"{\"report\": [{\"pv\": {}, \"vg\": {}}]}",
		"{\"report\": [{\"pv\": [5], \"vg\": [5]}]}",
		"{\"report\": [{\"pv\": [{}], \"vg\": [{}]}]}",
		"{\"report\": [{\"pv\": [[[[[[[[[[[]]]]]]]]]]], \"vg\": [[[[[[[[[[]]]]]]]]]]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char name[LVM_NAME_MAX];
		struct lvm_pv *pvs;
		size_t count;

		assert_int_equal(parse_pvs(texts[i], &pvs, &count), -EBADMSG);
		assert_int_equal(find_vg(texts[i], ID_V, name), -EBADMSG);
	}
}

static void rows_that_make_no_sense_are_refused(void **state)
{
	static const char *const pv_texts[] = {
		PVS(PV("/dev/vda", "id", "vg", ID_V)),
		PVS(PV("/dev/vda", ID_A, "vg", "")),
		PVS(PV("/dev/vda", ID_A, "vg", "id")),
		PVS(PV("/dev/vda", ID_A, "", ID_V)),
		PVS(PV("/dev/vda", ID_A, "../vg", ID_V)),
		PVS(PV("/dev/v\\u0000da", ID_A, "vg", ID_V)),
		PVS("{\"pv_name\":5, \"pv_uuid\":\"" ID_A
		    "\", \"vg_name\":\"\", \"vg_uuid\":\"\"}"),
		PVS(PV("/dev/vda", ID_A, "vg", ID_V) "," PV("/dev/vdb", "id", "", "")),
	};
	static const char *const vg_texts[] = {
		VGS(VG(ID_V, "")),
		VGS(VG(ID_V, "a/b")),
		VGS(VG(ID_V, "-x")),
		VGS(VG(ID_V, "a\\u0000b")),
		VGS("{\"vg_uuid\":\"" ID_V "\"}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pv_texts) / sizeof(*pv_texts); i++) {
		struct lvm_pv *pvs;
		size_t count;

		assert_int_equal(parse_pvs(pv_texts[i], &pvs, &count), -EBADMSG);
	}
	for (size_t i = 0; i < sizeof(vg_texts) / sizeof(*vg_texts); i++) {
		char name[LVM_NAME_MAX];

		assert_int_equal(find_vg(vg_texts[i], ID_V, name), -EBADMSG);
	}
}

static void no_part_of_a_report_is_taken_for_the_whole(void **state)
{
	static const char text[] = PVS(PV("/dev/vda", ID_A, "vg", ID_V));

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct lvm_pv *pvs;
		size_t count;

		assert_int_equal(report_parse_pvs(text, len, &pvs, &count), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pvs_are_listed_in_vgs_and_without),
		cmocka_unit_test(a_pv_that_lvm_does_not_see_is_left_out),
		cmocka_unit_test(no_pvs_are_an_empty_list),
		cmocka_unit_test(a_vg_is_found_by_its_id),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(rows_that_make_no_sense_are_refused),
		cmocka_unit_test(no_part_of_a_report_is_taken_for_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

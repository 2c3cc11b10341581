/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vgs and pvs print. Names that come out can be given to a command or be part of a path, ids
 * are ids, and an answer that is refused leaves what it was to fill in as it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/lvm/report.h"
#include "tests/fuzz/input.h"

static const struct lvm_id wanted = {"QAZfJD-D62f-Fhgf-8esR-eurY-Jo2R-C8M8wt"};

static void check_pvs(const char *text, size_t len_bytes)
{
	struct lvm_pv *pvs = NULL;
	size_t count = SIZE_MAX;
	int r = report_parse_pvs(text, len_bytes, &pvs, &count);

	CLAIM(r == 0 || r == -EBADMSG);
	if (r < 0) {
		CLAIM(!pvs && count == SIZE_MAX);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct lvm_id id;

		CLAIM(pvs[i].device[0] == '/');
		CLAIM(lvm_id_parse(pvs[i].id.text, &id) == 0);
		CLAIM(*pvs[i].vg_name ? lvm_name_is_valid(pvs[i].vg_name) &&
						lvm_id_parse(pvs[i].vg.text, &id) == 0
				      : *pvs[i].vg.text == '\0');
	}
	report_free_pvs(pvs, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct input input = input_begin(bytes, len_bytes);
	char name[LVM_NAME_MAX] = "untouched";
	size_t text_bytes;
	_free_ char *text = input_rest(&input, &text_bytes);
	int r = report_find_vg(text, text_bytes, &wanted, name);

	CLAIM(r == 0 || r == -ENOENT || r == -EBADMSG);
	CLAIM(r == 0 ? lvm_name_is_valid(name) : strcmp(name, "untouched") == 0);
	check_pvs(text, text_bytes);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes, rates, ids, PVs with ranges and names of LVs as people type them. Each line goes to
 * every parser; then the input, two bytes a range, makes two sets of extents, and what the sets'
 * functions say is compared with what counting says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/arguments.h"
#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/plan/lv_spec.h"
#include "daemon/plan/ranges.h"
#include "tests/fuzz/input.h"

#define SET_EXTENTS 320

static bool exists(const char *path)
{
	/* some do, some do not, and always the same */
	return input_hash(path, strlen(path)) % 3 == 0;
}

static void check_size(const char *text)
{
	uint64_t bytes = 7, rate = 7, again;
	char shown[UNITS_TEXT_MAX] = "", with[80];
	int r = units_parse_bytes(text, &bytes);

	CLAIM(r == 0 || r == -EINVAL || r == -EOVERFLOW);
	if (r < 0) {
		CLAIM(bytes == 7);
	} else {
		units_format_bytes(bytes, shown);
		CLAIM(strlen(shown) < UNITS_TEXT_MAX);
		units_format_duration(bytes, shown);
		CLAIM(strlen(shown) < UNITS_TEXT_MAX);
		snprintf(with, sizeof(with), "%ju", (uintmax_t)bytes);
		CLAIM(units_parse_bytes(with, &again) == 0 && again == bytes);
	}
	r = units_parse_rate(text, &rate);
	CLAIM(r == 0 || r == -EINVAL || r == -EOVERFLOW);
	if (r < 0)
		CLAIM(rate == 7);
}

/* What is taken can be written out in full and is the same then. */
static void check_pv(const char *text)
{
	struct pv_argument pv = {0};
	int r = argument_parse_pv(text, exists, &pv);

	CLAIM(r >= 0 && r <= ARGUMENT_TOO_MANY_RANGES);
	if (r != 0) {
		CLAIM(!pv.device && !pv.spans);
		return;
	}
	CLAIM(pv.device[0] == '/' && strlen(pv.device) <= strlen(text));
	CLAIM(pv.span_count <= ARGUMENT_RANGES_MAX);
	for (size_t i = 0; i < pv.span_count; i++) {
		CLAIM(pv.spans[i].extent_count > 0);
		CLAIM(pv.spans[i].first_pe <= UINT32_MAX);
		/* from 0 to UINT32_MAX are one more than that */
		CLAIM(pv.spans[i].extent_count <= UINT64_C(1) + UINT32_MAX);
	}
	pv_argument_deinit(&pv);
}

static void check_id(const char *text)
{
	uint64_t id = 7;
	int r = argument_parse_id(text, &id);

	CLAIM(r == 0 ? id > 0 && id <= INT64_MAX : r == -EINVAL && id == 7);
}

static void check_lv_spec(const char *text)
{
	static char vg_name[] = "v-g", one[] = "lv", two[] = "l-v-", three[] = "mapper";
	static struct vg_lv lvs[] = {{.name = one}, {.name = two}, {.name = three}};
	const struct vg vg = {.name = vg_name, .lvs = lvs, .lv_count = 3};
	const struct vg_lv *lv = lv_spec_find(&vg, text);

	CLAIM(!lv || (lv >= lvs && lv < lvs + 3));
	if (lv && !strchr(text, '/'))
		CLAIM(strcmp(text, lv->name) == 0);
}

/* ---- sets -------------------------------------------------------------- */

struct set {
	bool has[SET_EXTENTS];
	struct range_list list; /* sorted; overlaps unless it was made without */
};

static void read_set(struct input *input, bool may_overlap, struct set *set)
{
	size_t most = (size_t)(input->end - input->at) / 4, next = 0;

	*set = (struct set){.list.items = calloc(most + 1, sizeof(struct pe_range))};
	CLAIM(set->list.items);
	for (size_t i = 0; i < most; i++) {
		uint64_t first = input_byte(input), count = 1 + input_byte(input) % 64;

		if (!may_overlap && first < next)
			continue;
		for (uint64_t pe = first; pe < first + count; pe++)
			set->has[pe] = true;
		set->list.items[set->list.count++] = (struct pe_range){first, count};
		next = first + count;
	}
	range_list_sort(&set->list);
}

/* Ascending, none empty, none over another; and each extent that should be in it. */
static void check_list(const struct range_list *list, const bool expected[SET_EXTENTS])
{
	bool has[SET_EXTENTS] = {false};
	uint64_t next = 0;

	CLAIM(!range_list_find_overlap(list));
	for (size_t i = 0; i < list->count; i++) {
		CLAIM(list->items[i].extent_count > 0 && list->items[i].first_pe >= next);
		next = list->items[i].first_pe + list->items[i].extent_count;
		CLAIM(next <= SET_EXTENTS);
		for (uint64_t pe = list->items[i].first_pe; pe < next; pe++)
			has[pe] = true;
	}
	CLAIM(memcmp(has, expected, sizeof(has)) == 0);
}

static void check_sets(struct input *input)
{
	struct range_list both = {0}, rest = {0};
	bool in_both[SET_EXTENTS], in_rest[SET_EXTENTS];
	struct set a, b, taken;
	struct input other = *input;

	read_set(input, false, &a);
	read_set(input, false, &b);
	read_set(&other, true, &taken);
	for (size_t pe = 0; pe < SET_EXTENTS; pe++) {
		in_both[pe] = a.has[pe] && b.has[pe];
		in_rest[pe] = b.has[pe] && !taken.has[pe];
	}
	CLAIM(range_list_intersect(&a.list, &b.list, &both) == 0);
	check_list(&both, in_both);
	CLAIM(range_list_subtract(&b.list, &taken.list, &rest) == 0);
	check_list(&rest, in_rest);
	for (size_t i = 0; i < a.list.count; i++) {
		const struct pe_range *range = &a.list.items[i];
		bool meets = false;

		for (uint64_t pe = range->first_pe; pe < range->first_pe + range->extent_count;
		     pe++)
			meets |= b.has[pe];
		CLAIM(range_list_meets(&b.list, range) == meets);
	}
	range_list_deinit(&both);
	range_list_deinit(&rest);
	range_list_deinit(&a.list);
	range_list_deinit(&b.list);
	range_list_deinit(&taken.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct input input = input_begin(bytes, len_bytes);
	char *line;

	while ((line = input_line(&input, NULL))) {
		check_size(line);
		check_pv(line);
		check_id(line);
		check_lv_spec(line);
		free(line);
	}
	input = input_begin(bytes, len_bytes);
	check_sets(&input);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/vg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/cleanup.h"

#define DIGITS "0123456789"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char id_characters[] = DIGITS LOWER UPPER;

/* Places of the dashes: groups of 6-4-4-4-4-4-6. */
static bool is_dash_at(size_t i)
{
	return i == 6 || i == 11 || i == 16 || i == 21 || i == 26 || i == 31;
}

int lvm_id_parse(const char *text, struct lvm_id *idp)
{
	if (strnlen(text, LVM_ID_TEXT_LEN + 1) != LVM_ID_TEXT_LEN)
		return -EINVAL;
	for (size_t i = 0; i < LVM_ID_TEXT_LEN; i++) {
		if (is_dash_at(i) ? text[i] != '-' : !strchr(DIGITS LOWER UPPER "!#", text[i]))
			return -EINVAL;
	}
	memcpy(idp->text, text, sizeof(idp->text));
	return 0;
}

bool lvm_id_equal(const struct lvm_id *a, const struct lvm_id *b)
{
	return strcmp(a->text, b->text) == 0;
}

void lvm_id_plain(const struct lvm_id *id, char plain[LVM_ID_PLAIN_LEN + 1])
{
	size_t n = 0;

	for (size_t i = 0; id->text[i] && n < LVM_ID_PLAIN_LEN; i++)
		if (id->text[i] != '-')
			plain[n++] = id->text[i];
	plain[n] = '\0';
}

/* One character, each as likely as the others. */
static char random_character(void)
{
	const size_t count = sizeof(id_characters) - 1;
	uint8_t byte;

	do {
		/* Up to 256 bytes always come whole; EINTR is only for a pool not yet ready. */
		while (getrandom(&byte, 1, 0) != 1)
			;
	} while (byte >= 256 / count * count);
	return id_characters[byte % count];
}

struct lvm_id lvm_id_generate(void)
{
	struct lvm_id id = {0};

	for (size_t i = 0; i < LVM_ID_TEXT_LEN; i++) {
		if (is_dash_at(i))
			id.text[i] = '-';
		else
			id.text[i] = random_character();
	}
	return id;
}

bool lvm_name_is_valid(const char *name)
{
	size_t len = strnlen(name, LVM_NAME_MAX);

	return len > 0 && len < LVM_NAME_MAX && name[0] != '-' && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && strspn(name, DIGITS LOWER UPPER "+_.-") == len;
}

static void lv_deinit(struct vg_lv *lv)
{
	free(lv->name);
	for (size_t i = 0; i < lv->tag_count; i++)
		free(lv->tags[i]);
	free(lv->tags);
	for (size_t i = 0; i < lv->segment_count; i++) {
		free(lv->segments[i].type);
		free(lv->segments[i].areas);
	}
	free(lv->segments);
}

void vg_free(struct vg *vg)
{
	if (!vg)
		return;
	for (size_t i = 0; i < vg->pv_count; i++) {
		free(vg->pvs[i].key);
		free(vg->pvs[i].device);
	}
	free(vg->pvs);
	for (size_t i = 0; i < vg->lv_count; i++)
		lv_deinit(&vg->lvs[i]);
	free(vg->lvs);
	free(vg->name);
	free(vg->system_id);
	free(vg->lock_type);
	free(vg);
}

void vg_keep_lvs(struct vg *vg, vg_lv_filter *keep, const void *arg)
{
	size_t kept = 0;
	struct vg_lv *less;

	for (size_t i = 0; i < vg->lv_count; i++)
		if (keep(&vg->lvs[i], arg))
			vg->lvs[kept++] = vg->lvs[i];
		else
			lv_deinit(&vg->lvs[i]);
	vg->lv_count = kept;
	less = reallocarray(vg->lvs, kept ? kept : 1, sizeof(vg->lvs[0]));
	if (less)
		vg->lvs = less;
}

const struct vg_pv *vg_find_pv(const struct vg *vg, const struct lvm_id *id)
{
	for (size_t i = 0; i < vg->pv_count; i++)
		if (lvm_id_equal(&vg->pvs[i].id, id))
			return &vg->pvs[i];
	return NULL;
}

const struct vg_pv *vg_find_pv_by_dev(const struct vg *vg, dev_t dev)
{
	for (size_t i = 0; i < vg->pv_count; i++)
		if (vg->pvs[i].dev != 0 && vg->pvs[i].dev == dev)
			return &vg->pvs[i];
	return NULL;
}

const struct vg_lv *vg_find_lv(const struct vg *vg, const struct lvm_id *id)
{
	for (size_t i = 0; i < vg->lv_count; i++)
		if (lvm_id_equal(&vg->lvs[i].id, id))
			return &vg->lvs[i];
	return NULL;
}

const struct vg_lv *vg_find_lv_by_name(const struct vg *vg, const char *name)
{
	for (size_t i = 0; i < vg->lv_count; i++)
		if (strcmp(vg->lvs[i].name, name) == 0)
			return &vg->lvs[i];
	return NULL;
}

bool vg_segment_is_linear(const struct vg_segment *segment)
{
	return strcmp(segment->type, "striped") == 0 && segment->area_count == 1 &&
	       segment->areas[0].extent_count == segment->extent_count;
}

bool vg_lv_is_linear(const struct vg_lv *lv)
{
	for (size_t i = 0; i < lv->segment_count; i++)
		if (!vg_segment_is_linear(&lv->segments[i]))
			return false;
	return true;
}

static int compare_areas(const void *a, const void *b)
{
	const struct vg_area *x = a, *y = b;

	if (x->pv != y->pv)
		return x->pv < y->pv ? -1 : 1;
	return (x->first_pe > y->first_pe) - (x->first_pe < y->first_pe);
}

/* Copies the areas of all LVs, unless areas is NULL; returns how many there are. */
static size_t copy_areas(const struct vg *vg, struct vg_area *areas)
{
	size_t count = 0;

	for (size_t l = 0; l < vg->lv_count; l++) {
		const struct vg_lv *lv = &vg->lvs[l];

		for (size_t s = 0; s < lv->segment_count; s++) {
			const struct vg_segment *segment = &lv->segments[s];

			if (areas && segment->area_count)
				memcpy(&areas[count], segment->areas,
				       segment->area_count * sizeof(*areas));
			count += segment->area_count;
		}
	}
	return count;
}

int vg_used_areas(const struct vg *vg, struct vg_area **areasp, size_t *countp)
{
	size_t count = copy_areas(vg, NULL);
	struct vg_area *areas = calloc(count + 1, sizeof(*areas));

	if (!areas)
		return -ENOMEM;
	copy_areas(vg, areas);
	qsort(areas, count, sizeof(*areas), compare_areas);
	*areasp = areas;
	*countp = count;
	return 0;
}

int vg_free_ranges(const struct vg *vg, size_t pv, struct pe_range **rangesp, size_t *countp)
{
	_free_ struct vg_area *areas = NULL;
	struct pe_range *ranges;
	size_t area_count;
	size_t count = 0;
	uint64_t next_pe = 0;
	int r;

	r = vg_used_areas(vg, &areas, &area_count);
	if (r < 0)
		return r;
	/* There is at most one gap before each area and one behind the last. */
	ranges = calloc(area_count + 1, sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	for (size_t i = 0; i < area_count; i++) {
		if (areas[i].pv != pv)
			continue;
		if (areas[i].first_pe > next_pe)
			ranges[count++] = (struct pe_range){next_pe, areas[i].first_pe - next_pe};
		next_pe = areas[i].first_pe + areas[i].extent_count;
	}
	if (vg->pvs[pv].pe_count > next_pe)
		ranges[count++] = (struct pe_range){next_pe, vg->pvs[pv].pe_count - next_pe};
	*rangesp = ranges;
	*countp = count;
	return 0;
}

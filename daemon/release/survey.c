/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/units.h"
#include "daemon/plan/leg.h"
#include "daemon/release/plain.h"

/* "LVM-", the VG's UUID, the LV's UUID, and what it is of the LV: nothing for the LV itself. */
#define UUID_LV_AT     (strlen("LVM-") + (size_t)LVM_ID_PLAIN_LEN)
#define UUID_SUFFIX_AT (UUID_LV_AT + (size_t)LVM_ID_PLAIN_LEN)
#define LEG_SUFFIX     "-pvmoved"

void survey_deinit(struct survey *survey)
{
	for (size_t i = 0; i < survey->item_count; i++) {
		dm_table_deinit(&survey->items[i].plain_leg);
		dm_table_deinit(&survey->items[i].plain_lv);
	}
	free(survey->items);
	*survey = (struct survey){0};
}

/* What is looked at while a survey is made. */
struct view {
	const struct vg *vg;
	const struct survey_device *devices;
	size_t device_count;
	struct survey *survey;
};

/* Takes over the item's tables, whatever comes. Returns 0 or -ENOMEM. */
static int add_item(struct survey *survey, struct survey_item *item)
{
	struct survey_item *items =
		reallocarray(survey->items, survey->item_count + 1, sizeof(*items));

	if (!items) {
		dm_table_deinit(&item->plain_leg);
		dm_table_deinit(&item->plain_lv);
		return -ENOMEM;
	}
	survey->items = items;
	items[survey->item_count++] = *item;
	return 0;
}

/* ---- who is who -------------------------------------------------------- */

static bool is_of_lv(const struct survey_device *device)
{
	return strlen(device->uuid) >= UUID_SUFFIX_AT && device->device.present;
}

static const char *suffix_of(const struct survey_device *device)
{
	return device->uuid + UUID_SUFFIX_AT;
}

static bool is_leg(const struct survey_device *device)
{
	return strncmp(suffix_of(device), LEG_SUFFIX, strlen(LEG_SUFFIX)) == 0;
}

static const struct vg_lv *lv_of(const struct vg *vg, const struct survey_device *device)
{
	for (size_t i = 0; i < vg->lv_count; i++) {
		char plain[LVM_ID_PLAIN_LEN + 1];

		lvm_id_plain(&vg->lvs[i].id, plain);
		if (strncmp(device->uuid + UUID_LV_AT, plain, LVM_ID_PLAIN_LEN) == 0)
			return &vg->lvs[i];
	}
	return NULL;
}

/* The device of the LV that the leg was made for. */
static const struct survey_device *device_under(const struct view *view,
						const struct survey_device *leg)
{
	for (size_t i = 0; i < view->device_count; i++) {
		const struct survey_device *device = &view->devices[i];

		if (is_of_lv(device) && *suffix_of(device) == '\0' &&
		    strncmp(device->uuid, leg->uuid, UUID_SUFFIX_AT) == 0)
			return device;
	}
	return NULL;
}

/* Whether what is done about one of the items leads to an edit, or it is that already. */
static bool has_item(const struct survey *survey, const struct vg_lv *lv)
{
	for (size_t i = 0; i < survey->item_count; i++)
		if (survey->items[i].lv == lv && survey->items[i].finding == SURVEY_ON_LEG)
			return true;
	return false;
}

/* ---- what is reserved -------------------------------------------------- */

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static bool table_touches(const struct vg *vg, const struct dm_table *table,
			  const struct vg_area *area)
{
	const struct vg_pv *pv = &vg->pvs[area->pv];
	uint64_t start = pv->pe_start_sectors + area->first_pe * vg->extent_size_sectors;
	uint64_t len = area->extent_count * vg->extent_size_sectors;

	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];

		if (target->type != DM_OTHER && target->source_dev == pv->dev &&
		    overlap(target->source_sectors, target->len_sectors, start, len))
			return true;
	}
	return false;
}

static bool leads_to_lv(const struct vg *vg, const struct dm_table *table, const struct vg_lv *lv)
{
	for (size_t s = 0; s < lv->segment_count; s++)
		for (size_t a = 0; a < lv->segments[s].area_count; a++)
			if (table_touches(vg, table, &lv->segments[s].areas[a]))
				return true;
	return false;
}

static bool leads_to_reserved(const struct vg *vg, const struct dm_table *table)
{
	for (size_t i = 0; i < vg->lv_count; i++)
		if (reservation_made_lv(&vg->lvs[i]) && leads_to_lv(vg, table, &vg->lvs[i]))
			return true;
	return false;
}

/* ---- legs -------------------------------------------------------------- */

/*
 * On the source of a mirror there is everything at any time; on its destination
 * once all of it is copied. The commit comes only then, so that a side that has
 * failed since lacks nothing that was acknowledged.
 */
static bool has_everything(const struct dm_device *leg, enum plain_side side)
{
	for (size_t i = 0; side == PLAIN_DEST && i < leg->table.count; i++) {
		const struct dm_mirror_status *mirror = &leg->mirrors[i];

		if (leg->table.targets[i].type != DM_MIRROR ||
		    mirror->synced_regions == mirror->total_regions)
			continue;
		if (mirror->source == DM_LEG_ALIVE && mirror->dest == DM_LEG_ALIVE)
			return false;
	}
	return true;
}

/* Tries one side of the leg. Returns 1 when the metadata names it, 0, or -ENOMEM. */
static int try_side(const struct survey_item *item, enum plain_side side, struct dm_table *legp)
{
	cleanup(dm_table_deinit) struct dm_table leg = {0};
	cleanup(dm_table_deinit) struct dm_table through = {0};
	int r = plain_leg(&item->leg->device.table, side, &leg);

	if (r == 0)
		r = plain_through(&item->device->device.table, item->leg->device.dev, &leg,
				  &through);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (!dm_table_equal(&through, &item->plain_lv))
		return 0;
	*legp = leg;
	leg = (struct dm_table){0};
	return 1;
}

/* The LV's table by the metadata. Returns 1, 0 when it has none that we know, or -ENOMEM. */
static int draw_lv(const struct vg *vg, const struct vg_lv *lv, struct dm_table *tablep)
{
	const struct reservation nothing = {.lv = lv->id};
	const struct leg_geometry nowhere = {0};
	int r = leg_lv_table(vg, &nothing, &nowhere, LV_ON_SOURCE, 0, tablep);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return 1;
}

/* An LV whose table leads through the leg. Returns 0 or -ENOMEM. */
static int judge_attached(const struct vg *vg, struct survey_item *item)
{
	int r = draw_lv(vg, item->lv, &item->plain_lv);

	item->finding = SURVEY_ASTRAY;
	for (enum plain_side side = PLAIN_SOURCE; r > 0 && side <= PLAIN_DEST; side++) {
		int found = try_side(item, side, &item->plain_leg);

		if (found < 0)
			return found;
		if (found && has_everything(&item->leg->device, side))
			item->finding = SURVEY_ON_LEG;
		if (found)
			return 0;
	}
	return r < 0 ? r : 0;
}

static int judge_leg(const struct view *view, const struct survey_device *leg)
{
	struct survey_item item = {
		.finding = leg->wedged ? SURVEY_WEDGED : SURVEY_IDLE,
		.lv = lv_of(view->vg, leg),
		.device = device_under(view, leg),
		.leg = leg,
	};
	int r = 0;

	if (item.device && plain_uses(&item.device->device.table, leg->device.dev)) {
		item.finding = SURVEY_ORPHAN;
		if (item.lv)
			r = judge_attached(view->vg, &item);
	}
	if (r < 0) {
		dm_table_deinit(&item.plain_lv);
		return r;
	}
	return add_item(view->survey, &item);
}

/* ---- everything -------------------------------------------------------- */

static int judge_device(const struct view *view, const struct survey_device *device)
{
	bool leads = !is_leg(device) && leads_to_reserved(view->vg, &device->device.table);
	struct survey_item item = {.lv = lv_of(view->vg, device), .device = device};

	if (is_leg(device))
		return judge_leg(view, device);
	if (item.lv && reservation_made_lv(item.lv)) {
		item.finding = SURVEY_IDLE;
		item.leg = device;
	} else if (leads) {
		item.finding = item.lv ? SURVEY_FOREIGN : SURVEY_ORPHAN;
	} else {
		return 0;
	}
	return add_item(view->survey, &item);
}

static int judge_lv(const struct view *view, const struct vg_lv *lv)
{
	struct survey_item item = {.finding = SURVEY_LOCKED, .lv = lv};

	view->survey->reservation_count += reservation_made_lv(lv);
	if (!reservation_locked_lv(lv) || has_item(view->survey, lv))
		return 0;
	return add_item(view->survey, &item);
}

int survey_make(const struct vg *vg, const struct survey_device *devices, size_t device_count,
		struct survey *surveyp)
{
	struct survey survey = {.vg = vg};
	const struct view view = {vg, devices, device_count, &survey};
	int r = 0;

	for (size_t i = 0; i < device_count && r == 0; i++)
		if (is_of_lv(&devices[i]))
			r = judge_device(&view, &devices[i]);
	for (size_t i = 0; i < vg->lv_count && r == 0; i++)
		r = judge_lv(&view, &vg->lvs[i]);
	if (r < 0) {
		survey_deinit(&survey);
		return r;
	}
	*surveyp = survey;
	return 0;
}

const struct survey_item *survey_trouble(const struct survey *survey)
{
	for (size_t i = 0; i < survey->item_count; i++)
		if (survey->items[i].finding >= SURVEY_ASTRAY)
			return &survey->items[i];
	return NULL;
}

enum survey_step survey_next(const struct survey *survey, const struct survey_item **itemp)
{
	bool edit = survey->reservation_count > 0;

	*itemp = NULL;
	for (size_t i = 0; i < survey->item_count; i++) {
		const struct survey_item *item = &survey->items[i];

		if (item->finding == SURVEY_LOCKED || item->finding == SURVEY_WEDGED) {
			edit |= item->finding == SURVEY_LOCKED;
			continue;
		}
		*itemp = item;
		if (item->finding == SURVEY_IDLE)
			return SURVEY_REMOVE_LEG;
		return item->leg->wedged ||
				       dm_table_equal(&item->leg->device.table, &item->plain_leg)
			       ? SURVEY_DETACH
			       : SURVEY_CLEAR_LEG;
	}
	return edit ? SURVEY_EDIT : SURVEY_NOTHING;
}

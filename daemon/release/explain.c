/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/explain.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_MAX_BYTES ((size_t)2 * LVM_NAME_MAX)

/* "vg/lv", or the device's name when there is no such LV any more. */
static const char *name_of(const struct survey *survey, const struct survey_item *item,
			   char name[NAME_MAX_BYTES])
{
	if (item->lv)
		snprintf(name, NAME_MAX_BYTES, "%s/%s", survey->vg->name, item->lv->name);
	else
		snprintf(name, NAME_MAX_BYTES, "%s",
			 item->device ? item->device->device.name : "an LV that is gone");
	return name;
}

static const char *pv_path(const struct vg *vg, dev_t dev)
{
	const struct vg_pv *pv = vg_find_pv_by_dev(vg, dev);

	return pv && pv->device ? pv->device : "?";
}

/* "/dev/a, /dev/b": each PV that the table leads to, once. */
static void print_places(const struct vg *vg, const struct dm_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		bool is_new = true;

		for (size_t j = 0; j < i; j++)
			is_new &= table->targets[j].source_dev != table->targets[i].source_dev;
		if (is_new)
			printf("%s%s", i ? ", " : "", pv_path(vg, table->targets[i].source_dev));
	}
}

static void explain_item(const struct survey *survey, const struct survey_item *item)
{
	char name[NAME_MAX_BYTES];

	printf("  %s: ", name_of(survey, item, name));
	switch (item->finding) {
	case SURVEY_LOCKED:
		puts("lies where the metadata have it, and is unlocked");
		break;
	case SURVEY_ON_LEG:
		printf("is taken off its leg, and put where the metadata have it: ");
		print_places(survey->vg, &item->plain_leg);
		puts("");
		break;
	case SURVEY_IDLE:
	case SURVEY_WEDGED:
		printf("%s, which nothing leads through, %s\n", item->leg->device.name,
		       item->finding == SURVEY_IDLE ? "is removed" : "stays until the next boot");
		break;
	case SURVEY_ASTRAY:
	case SURVEY_FOREIGN:
	case SURVEY_ORPHAN:
		puts("has to be put right first");
		break;
	}
}

static void explain_reservation(const struct vg *vg, const struct vg_lv *lv)
{
	for (size_t s = 0; s < lv->segment_count; s++)
		for (size_t a = 0; a < lv->segments[s].area_count; a++) {
			const struct vg_area *area = &lv->segments[s].areas[a];
			const char *path = vg->pvs[area->pv].device;

			printf("  %s/%s: extents %" PRIu64 "-%" PRIu64 " of %s are free again\n",
			       vg->name, lv->name, area->first_pe,
			       area->first_pe + area->extent_count - 1, path ? path : "?");
		}
}

static bool is_to_end(const struct move *move, const struct lvm_id *vg)
{
	return lvm_id_equal(&move->vg, vg) && !move_is_terminal(move);
}

size_t explain_count_moves(const struct mover *mover, const struct lvm_id *vg)
{
	const struct move *move = NULL;
	size_t count = 0;

	while (mover && (move = mover_next_move(mover, move)))
		count += is_to_end(move, vg);
	return count;
}

void explain_release(const struct survey *survey, const struct mover *mover)
{
	const struct vg *vg = survey->vg;
	const struct move *move = NULL;

	printf("VG %s becomes plain LVM again. No data are lost, only the copying not yet "
	       "committed:\n",
	       vg->name);
	for (size_t i = 0; i < survey->item_count; i++)
		explain_item(survey, &survey->items[i]);
	for (size_t i = 0; i < vg->lv_count; i++)
		if (reservation_made_lv(&vg->lvs[i]))
			explain_reservation(vg, &vg->lvs[i]);
	while (mover && (move = mover_next_move(mover, move)))
		if (is_to_end(move, &vg->id))
			printf("  move %" PRIu64 ": ends; no further LV of it is moved\n",
			       move->id);
}

void explain_trouble(const struct survey *survey, const struct survey_item *item)
{
	char name[NAME_MAX_BYTES];
	const char *device = item->device ? item->device->device.name : "?";

	fprintf(stderr, "pvmoved: %s ", name_of(survey, item, name));
	switch (item->finding) {
	case SURVEY_ASTRAY:
		fprintf(stderr,
			"goes through %s, which does not lead to where the metadata says its data "
			"is",
			item->leg->device.name);
		break;
	case SURVEY_ORPHAN:
		fprintf(stderr,
			"is no LV of the VG any more, but its device %s still leads to what "
			"pvmoved holds: save its data if they matter, stop its users, and 'dmsetup "
			"remove %s'",
			device, device);
		break;
	default:
		fprintf(stderr,
			"has a device, %s, whose table leads to extents that a reservation holds",
			device);
		break;
	}
	fputs("; nothing was changed, see docs/recovery.md\n", stderr);
}

void explain_step(const struct survey *survey, enum survey_step step,
		  const struct survey_item *item)
{
	char name[NAME_MAX_BYTES];

	switch (step) {
	case SURVEY_CLEAR_LEG:
		printf("%s copies no more\n", item->leg->device.name);
		break;
	case SURVEY_DETACH:
		printf("%s is on its own extents\n", name_of(survey, item, name));
		break;
	case SURVEY_REMOVE_LEG:
		printf("%s is removed\n", item->leg->device.name);
		break;
	case SURVEY_EDIT:
		printf("the metadata of VG %s has no reservation and no lock of pvmoved any more\n",
		       survey->vg->name);
		break;
	case SURVEY_NOTHING:
		break;
	}
	fflush(stdout);
}

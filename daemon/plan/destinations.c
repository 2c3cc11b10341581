/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/destinations.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "daemon/plan/choice.h"

/* A destination that was named. */
struct destination {
	size_t pv;
	struct range_list extents;
};

struct destinations {
	struct destination *items;
	size_t count;
};

static void destinations_deinit(struct destinations *destinations)
{
	for (size_t i = 0; i < destinations->count; i++)
		range_list_deinit(&destinations->items[i].extents);
	free(destinations->items);
}

/* What other passes will put on that PV, sorted. Returns 0 or -ENOMEM. */
static int list_claimed(const struct planning *planning, const struct vg_pv *pv,
			struct range_list *claimedp)
{
	struct range_list claimed = {0};
	size_t room = 0;

	for (size_t i = 0; i < planning->claim_count; i++)
		room += planning->claims[i].reservation->run_count;
	claimed.items = calloc(room + 1, sizeof(claimed.items[0]));
	if (!claimed.items)
		return -ENOMEM;
	for (size_t i = 0; i < planning->claim_count; i++) {
		const struct reservation *reservation = planning->claims[i].reservation;

		for (size_t j = 0; j < reservation->run_count; j++) {
			const struct run *run = &reservation->runs[j];

			if (!lvm_id_equal(&run->dest_pv, &pv->id))
				continue;
			claimed.items[claimed.count++] = (struct pe_range){
				.first_pe = run->dest_pe, .extent_count = run->extent_count};
		}
	}
	range_list_sort(&claimed);
	*claimedp = claimed;
	return 0;
}

/* Adds what is free of a PV, within the extents allowed (NULL: all of it). */
static int add_pool(const struct planning *planning, size_t pv, const struct range_list *allowed,
		    struct space *space)
{
	cleanup(range_list_deinit) struct range_list unused = {0}, claimed = {0}, unclaimed = {0};
	cleanup(range_list_deinit) struct range_list usable = {0};
	const struct vg_pv *info = &planning->vg->pvs[pv];
	int r;

	if (!info->allocatable)
		return 0;
	r = vg_free_ranges(planning->vg, pv, &unused.items, &unused.count);
	if (r == 0)
		r = list_claimed(planning, info, &claimed);
	if (r == 0)
		r = range_list_subtract(&unused, &claimed, &unclaimed);
	if (r == 0 && allowed)
		r = range_list_intersect(&unclaimed, allowed, &usable);
	if (r < 0)
		return r;
	return space_add_pool(space, &info->id, allowed ? &usable : &unclaimed);
}

/* Larger logical blocks would make the LV's own block size a lie. 0 is not known. */
static bool blocks_are_too_large(const struct planning *planning, size_t pv)
{
	uint32_t source = planning->vg->pvs[planning->source_pv].logical_block_bytes;

	return source > 0 && planning->vg->pvs[pv].logical_block_bytes > source;
}

/* Checks a named destination by itself and against those named before it. */
static int check_destination(struct planning *planning, const struct pv_choice *choice,
			     const struct destination *destination,
			     const struct destinations *earlier)
{
	const struct range_list *extents = &destination->extents;

	for (size_t i = 0; i < extents->count && destination->pv == planning->source_pv; i++)
		if (range_list_meets(&planning->source, &extents->items[i]))
			return planning_refuse(planning, REFUSAL_SAME_PV, choice->device, NULL);
	if (blocks_are_too_large(planning, destination->pv))
		return planning_refuse(planning, REFUSAL_BLOCK_SIZE, choice->device,
				       planning->request->source.device);
	if (planning->vg->pvs[destination->pv].read_only)
		return planning_refuse(planning, REFUSAL_PV_READ_ONLY, choice->device, NULL);
	for (size_t i = 0; i < earlier->count; i++) {
		if (earlier->items[i].pv != destination->pv)
			continue;
		for (size_t j = 0; j < extents->count; j++)
			if (range_list_meets(&earlier->items[i].extents, &extents->items[j]))
				return choice_refuse_range(planning, choice, &extents->items[j]);
	}
	return 0;
}

static int resolve_destinations(struct planning *planning, struct destinations *destinations)
{
	const struct move_request *request = planning->request;

	destinations->items = calloc(request->destination_count, sizeof(destinations->items[0]));
	if (!destinations->items)
		return -ENOMEM;
	for (size_t i = 0; i < request->destination_count; i++) {
		struct destination *destination = &destinations->items[i];
		int r = choice_resolve(planning, &request->destinations[i], &destination->pv,
				       &destination->extents);

		if (r == 0)
			r = check_destination(planning, &request->destinations[i], destination,
					      destinations);
		destinations->count = i + 1; /* only now: it is no rival of itself */
		if (r != 0)
			return r;
	}
	return 0;
}

static int open_named(struct planning *planning, struct space *space)
{
	cleanup(destinations_deinit) struct destinations destinations = {0};
	int r = resolve_destinations(planning, &destinations);

	for (size_t i = 0; i < destinations.count && r == 0; i++)
		r = add_pool(planning, destinations.items[i].pv, &destinations.items[i].extents,
			     space);
	return r;
}

/* Every other PV that can take the data. */
static int open_all(const struct planning *planning, struct space *space)
{
	int r = 0;

	for (size_t i = 0; i < planning->vg->pv_count && r == 0; i++)
		if (i != planning->source_pv && !blocks_are_too_large(planning, i) &&
		    !planning->vg->pvs[i].read_only)
			r = add_pool(planning, i, NULL, space);
	return r;
}

int destinations_open(struct planning *planning, struct space *spacep)
{
	struct space space = {0};
	int r;

	r = planning->request->destination_count ? open_named(planning, &space)
						 : open_all(planning, &space);
	if (r != 0) {
		space_deinit(&space);
		return r;
	}
	*spacep = space;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake/request.h"

#include <errno.h>

#include "tests/fake/memory.h"

static struct world_request *copy_request(const struct world_request *request)
{
	struct world_request *copy = fake_alloc(1, sizeof(*copy));

	*copy = *request;
	copy->table = (struct dm_table){0};
	for (size_t i = 0; i < request->table.count; i++)
		if (dm_table_append(&copy->table, &request->table.targets[i]) < 0)
			abort();
	if (reservation_copy(&request->reservation, &copy->reservation) < 0 ||
	    reservation_copy(&request->next, &copy->next) < 0)
		abort();
	return copy;
}

void world_ask(struct world *world, const struct world_request *request)
{
	enum world_trap_kind fate = world_count_call(world, request->call);
	struct world_request *copy;

	if (fate == TRAP_DIE_BEFORE)
		return;
	copy = copy_request(request);
	copy->fate = fate;
	TAILQ_INSERT_TAIL(&world->requests, copy, link);
}

void world_request_free(struct world_request *request)
{
	dm_table_deinit(&request->table);
	reservation_deinit(&request->reservation);
	reservation_deinit(&request->next);
	vg_free(request->edited);
	free(request);
}

static int edit(struct world *world, struct world_request *request)
{
	int r;

	world->vg_is_locked = true;
	r = fake_lvm_edit(&world->lvm, request->edit, &request->reservation,
			  request->next.run_count > 0 ? &request->next : NULL, request->guard,
			  request->arg);
	if (r == 0)
		r = fake_lvm_read(&world->lvm, &request->reservation.vg, &request->edited);
	world->vg_is_locked = false;
	return r;
}

/* What comparing one cell comes to. */
static enum dm_verdict compare_cell(struct world *world, struct fake_disk *first,
				    uint64_t first_cell, const struct fake_disk *second,
				    uint64_t second_cell)
{
	uint64_t a = 0;
	uint64_t b = 0;

	if (fake_disk_read(first, first_cell, &a) < 0)
		return DM_FIRST_UNREADABLE;
	if (fake_disk_read(second, second_cell, &b) < 0)
		return DM_SECOND_UNREADABLE;
	if (world->is_restless)
		return DM_UNSETTLED;
	/* Now and then somebody is writing to it, but never for ever. */
	if (!first->was_restless[first_cell] && fake_random_below(&world->random, 32) == 0) {
		first->was_restless[first_cell] = true;
		return DM_UNSETTLED;
	}
	return a == b ? DM_EQUAL : DM_DIFFERENT;
}

static int compare(struct world *world, struct world_request *request)
{
	const struct dm_comparison *what = &request->comparison;
	struct fake_disk *first = fake_dm_disk(&world->dm, what->first_dev);
	const struct fake_disk *second = fake_dm_disk(&world->dm, what->second_dev);

	if (!first || !second)
		return -ENXIO;
	for (uint64_t at = 0; at < what->len_sectors; at += FAKE_CELL_SECTORS) {
		enum dm_verdict verdict = compare_cell(
			world, first, (what->first_off_sectors + at) / FAKE_CELL_SECTORS, second,
			(what->second_off_sectors + at) / FAKE_CELL_SECTORS);

		if (verdict != DM_EQUAL) {
			request->found =
				(struct dm_comparison_result){verdict, at, FAKE_CELL_SECTORS};
			break;
		}
	}
	return 0;
}

static int flush(struct world *world, struct fake_disk *disk)
{
	int r = fake_disk_flush(disk);

	if (r == 0)
		fake_lvm_flushed(&world->lvm, disk);
	return r;
}

/* Counting begins when it is first asked for, and ends with the LV or when that is asked for. */
static int measure(struct world *world, struct world_request *request)
{
	struct fake_latency *latency = &world->latency;

	if (!fake_dm_find(&world->dm, request->uuid))
		return -ENXIO;
	if (latency->error < 0)
		return latency->error;
	latency->counted = (struct dm_latency){0};
	if (request->bound_us != 0 && request->bound_us == latency->bound_us)
		latency->counted = (struct dm_latency){latency->ios, latency->slow_ios};
	latency->bound_us = request->bound_us;
	return 0;
}

static int effect(struct world *world, struct world_request *request)
{
	struct fake_disk *disk;

	switch (request->call) {
	case WORLD_EDIT_VG:
		return edit(world, request);
	case WORLD_SET_ACTIVE:
		return fake_lvm_set_active(&world->lvm, &request->vg, &request->lv,
					   request->active);
	case WORLD_CREATE:
		return fake_dm_create(&world->dm, request->name, request->uuid, &request->table);
	case WORLD_SWAP:
		return fake_dm_swap(&world->dm, request->uuid, &request->table);
	case WORLD_REMOVE:
		return fake_dm_remove(&world->dm, request->uuid);
	case WORLD_FLUSH:
		disk = fake_dm_disk(&world->dm, request->dev);
		return disk ? flush(world, disk) : -ENXIO;
	case WORLD_COMPARE:
		return compare(world, request);
	case WORLD_FIND_MIRROR:
		return world->host.lacks_mirror ? -ENOENT : 0;
	case WORLD_MEASURE:
		return measure(world, request);
	case WORLD_LIST_PVS:
	case WORLD_READ_VG:
	case WORLD_RECORD:
	case WORLD_OBSERVE:
	case WORLD_HOLD:
		break;
	}
	return 0;
}

void world_request_effect(struct world *world, struct world_request *request)
{
	bool is_killed = request->fate == TRAP_DIE_WEDGED || request->fate == TRAP_FAIL_WEDGED;

	if (is_killed && request->call == WORLD_SWAP) {
		fake_dm_interrupt_swap(&world->dm, request->uuid, &request->table);
		request->code = -EPIPE;
	} else if (request->fate == TRAP_FAIL) {
		request->code = world->trap.code;
	} else if (request->fate == TRAP_DIE_LATE) {
		if (request->call == WORLD_SWAP)
			fake_dm_load(&world->dm, request->uuid, &request->table);
	} else {
		request->code = effect(world, request);
		if (request->fate == TRAP_FAIL_AFTER && request->code == 0)
			request->code = world->trap.code;
	}
	request->is_effected = true;
}

void world_request_effect_late(struct world *world, struct world_request *request)
{
	if (request->call == WORLD_SWAP)
		fake_dm_resume(&world->dm, request->uuid);
	else
		effect(world, request);
}

static void answer_pvs(struct world *world, const struct world_request *request,
		       const struct outcome *result)
{
	size_t count = 0;
	struct lvm_pv *pvs = fake_lvm_list_pvs(&world->lvm, &count);

	if (result->code < 0)
		request->answer.pvs(request->arg, result, NULL, 0);
	else
		request->answer.pvs(request->arg, result, pvs, count);
	fake_lvm_free_pvs(pvs, count);
}

static void answer_vg(struct world *world, const struct world_request *request,
		      struct outcome *result)
{
	struct vg *vg = NULL;

	if (result->code == 0)
		result->code = fake_lvm_read(&world->lvm, &request->vg, &vg);
	request->answer.vg(request->arg, result, vg);
}

/* What somebody else does after the edit is not in the answer. */
static void answer_edit(struct world_request *request, const struct outcome *result)
{
	struct vg *vg = result->code == 0 ? request->edited : NULL;

	if (vg)
		request->edited = NULL;
	request->answer.vg(request->arg, result, vg);
}

void world_request_answer(struct world *world, struct world_request *request)
{
	struct outcome result = {request->code, ""};

	if (request->call == WORLD_LIST_PVS)
		answer_pvs(world, request, &result);
	else if (request->call == WORLD_READ_VG)
		answer_vg(world, request, &result);
	else if (request->call == WORLD_EDIT_VG)
		answer_edit(request, &result);
	else if (request->call == WORLD_COMPARE)
		request->answer.compare(request->arg, &result,
					result.code == 0 ? &request->found : NULL);
	else if (request->call == WORLD_MEASURE)
		request->answer.measure(request->arg, &result,
					result.code == 0 ? &world->latency.counted : NULL);
	else
		request->answer.done(request->arg, &result);
}

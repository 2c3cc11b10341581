/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/fake/request.h"

/* For want of room nothing is written, and room may come back; any other failure is final. */
static int record(void *ctx, const char *payload, size_t len_bytes)
{
	struct world *world = ctx;
	enum world_trap_kind fate = world_count_call(world, WORLD_RECORD);
	bool fails = fate == TRAP_FAIL || fate == TRAP_FAIL_AFTER;
	int r;

	if (fate == TRAP_DIE_BEFORE)
		return -EIO;
	if (fails && world->trap.code == -ENOSPC)
		return -ENOSPC;
	r = fate == TRAP_FAIL ? 0 : fake_journal_append(&world->journal, payload, len_bytes);
	if (fate == TRAP_DIE_AFTER)
		world->dead = true;
	if (fails)
		world->journal.error = world->trap.code;
	return world->dead ? -EIO : (fails ? world->trap.code : r);
}

static int observe(void *ctx, const char *uuid, struct dm_device *devicep)
{
	struct world *world = ctx;
	enum world_trap_kind fate = world_count_call(world, WORLD_OBSERVE);

	if (fate == TRAP_DIE_BEFORE)
		return -EIO;
	if (fate == TRAP_FAIL || fate == TRAP_FAIL_AFTER)
		return world->trap.code;
	return fake_dm_observe(&world->dm, uuid, devicep);
}

static void list_pvs(void *ctx, port_pvs_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_LIST_PVS, .answer.pvs = done, .arg = arg};

	world_ask(ctx, &request);
}

static void read_vg(void *ctx, const struct lvm_id *vg, port_vg_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_READ_VG, .vg = *vg, .answer.vg = done, .arg = arg};

	world_ask(ctx, &request);
}

static void look_at_host(void *ctx, struct preflight_host *hostp)
{
	const struct preflight_host *host = &((const struct world *)ctx)->host;

	hostp->issue_discards = host->issue_discards;
	memcpy(hostp->devices_file, host->devices_file, sizeof(hostp->devices_file));
}

static void find_mirror(void *ctx, outcome_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_FIND_MIRROR, .answer.done = done, .arg = arg};

	world_ask(ctx, &request);
}

static void edit_vg(void *ctx, enum metadata_edit edit, const struct reservation *reservation,
		    const struct reservation *next, port_guard_fn *guard, port_vg_fn *done,
		    void *arg)
{
	struct world_request request = {
		.call = WORLD_EDIT_VG,
		.edit = edit,
		.reservation = *reservation,
		.guard = guard,
		.answer.vg = done,
		.arg = arg,
	};

	if (next)
		request.next = *next;
	world_ask(ctx, &request);
}

static void set_active(void *ctx, const struct lvm_id *vg, const struct lvm_id *lv, bool active,
		       outcome_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_SET_ACTIVE,
		.vg = *vg,
		.lv = *lv,
		.active = active,
		.answer.done = done,
		.arg = arg,
	};

	world_ask(ctx, &request);
}

static void create(void *ctx, const char *name, const char *uuid, const struct dm_table *table,
		   outcome_fn *done, void *arg)
{
	struct world_request request = {
		.call = WORLD_CREATE, .table = *table, .answer.done = done, .arg = arg};

	snprintf(request.name, sizeof(request.name), "%s", name);
	snprintf(request.uuid, sizeof(request.uuid), "%s", uuid);
	world_ask(ctx, &request);
}

static void swap(void *ctx, const struct lvm_id *vg, const char *uuid, const struct dm_table *table,
		 enum dm_visibility visibility, outcome_fn *done, void *arg)
{
	struct world_request request = {
		.call = WORLD_SWAP, .table = *table, .answer.done = done, .arg = arg};

	(void)vg;
	(void)visibility;
	snprintf(request.uuid, sizeof(request.uuid), "%s", uuid);
	world_ask(ctx, &request);
}

static void remove_device(void *ctx, const char *uuid, outcome_fn *done, void *arg)
{
	struct world_request request = {.call = WORLD_REMOVE, .answer.done = done, .arg = arg};

	snprintf(request.uuid, sizeof(request.uuid), "%s", uuid);
	world_ask(ctx, &request);
}

static void flush(void *ctx, dev_t dev, outcome_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_FLUSH, .dev = dev, .answer.done = done, .arg = arg};

	world_ask(ctx, &request);
}

static void compare(void *ctx, const struct dm_comparison *what, dm_compare_fn *done, void *arg)
{
	const struct world_request request = {
		.call = WORLD_COMPARE, .comparison = *what, .answer.compare = done, .arg = arg};

	world_ask(ctx, &request);
}

static void measure(void *ctx, const char *uuid, uint64_t bound_us, dm_latency_fn *done, void *arg)
{
	struct world_request request = {
		.call = WORLD_MEASURE, .bound_us = bound_us, .answer.measure = done, .arg = arg};

	snprintf(request.uuid, sizeof(request.uuid), "%s", uuid);
	world_ask(ctx, &request);
}

static int count_io(void *ctx, dev_t pv, uint64_t *countp)
{
	(void)pv;
	*countp = ((const struct world *)ctx)->app_io_count;
	return 0;
}

static void heed(void *ctx, bool heeds)
{
	((struct world *)ctx)->is_deaf = !heeds;
}

static int hold(void *ctx, bool held)
{
	struct world *world = ctx;
	enum world_trap_kind fate = world_count_call(world, WORLD_HOLD);

	if (fate == TRAP_DIE_BEFORE)
		return -EIO;
	if (fate == TRAP_FAIL)
		return world->trap.code;
	if (world->dm.hold_error < 0)
		return world->dm.hold_error;
	world->dm.held = held;
	world->dead |= fate == TRAP_DIE_AFTER;
	return fate == TRAP_FAIL_AFTER || world->dead ? -EIO : 0;
}

static uint64_t now_us(void *ctx)
{
	const struct world *world = ctx;

	/* A boot takes a while, and begins a monotonic clock of its own. */
	return UINT64_C(1700000000000000) + world->boot * UINT64_C(3600000000) +
	       world->monotonic_us;
}

static uint64_t monotonic_us(void *ctx)
{
	return ((const struct world *)ctx)->monotonic_us;
}

static void wake_after(void *ctx, uint64_t delay_ms)
{
	struct world *world = ctx;

	world->wake_at_us = world->monotonic_us + delay_ms * 1000;
}

static void new_uuid(void *ctx, char uuid[37])
{
	struct world *world = ctx;

	snprintf(uuid, 37, "00000000-0000-4000-8000-%012u", ++world->id_count);
}

static struct lvm_id new_lvm_id(void *ctx)
{
	struct world *world = ctx;
	struct lvm_id id;

	snprintf(id.text, sizeof(id.text), "hidden-0000-0000-0000-0000-0000-%06u",
		 ++world->id_count % 1000000);
	return id;
}

static const char *boot_id(void *ctx)
{
	return ((const struct world *)ctx)->boot_id;
}

const struct ports *world_ports(void)
{
	static const struct ports ports = {
		.record = record,
		.list_pvs = list_pvs,
		.read_vg = read_vg,
		.count_io = count_io,
		.look_at_host = look_at_host,
		.find_mirror = find_mirror,
		.edit_vg = edit_vg,
		.set_active = set_active,
		.observe = observe,
		.heed = heed,
		.create = create,
		.swap = swap,
		.remove = remove_device,
		.flush = flush,
		.compare = compare,
		.measure = measure,
		.hold = hold,
		.now_us = now_us,
		.monotonic_us = monotonic_us,
		.wake_after = wake_after,
		.new_uuid = new_uuid,
		.new_lvm_id = new_lvm_id,
		.boot_id = boot_id,
	};

	return &ports;
}

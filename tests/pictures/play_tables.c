/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a move in a fake world and prints, each time that anything of it has changed, what is in
 *the kernel and in the metadata: lines for draw_tables.py, which makes a picture of them. The
 *tables are the mover's own, so that the picture shows what is really done.
 *
 *	scene STATE                               what follows is one moment
 *	live DEVICE START LENGTH TYPE PARAMETERS  a target of a live table, as dmsetup prints it
 *	lvm LV FIRST-LE EXTENTS PV FIRST-PE       a segment in the metadata
 *
 * and ahead of all `extent SECTORS` and `disk MAJOR:MINOR NAME`, then `device MAJOR:MINOR NAME`
 *too.
 */
#include <stdio.h>
#include <sys/sysmacros.h>

#include "common/cleanup.h"
#include "tests/fake/memory.h"
#include "tests/fake/world.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

#define STEPS_MAX  20000
#define PARAMS_MAX 256

/* What stays is on the third disk; two runs move from the first to the second. */
static const uint64_t disk_pes[WORLD_DISKS_MAX] = {48, 48, 16};
static const char *const disk_names[] = {"sdb", "sdc", "sdd"};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg0",
	 0,
	 3,
	 {{.name = "home", .segments = {{2, 0, 8}, {0, 0, 24}, {2, 8, 8}, {0, 30, 16}}}}},
};

static void print_table(FILE *stream, const struct fake_device *device)
{
	for (size_t i = 0; i < device->live.table.count; i++) {
		const struct dm_target *target = &device->live.table.targets[i];
		char params[PARAMS_MAX];

		if (dm_target_format(target, params, sizeof(params)) < 0)
			abort();
		fprintf(stream, "live %s %ju %ju %s %s\n", device->name,
			(uintmax_t)target->start_sectors, (uintmax_t)target->len_sectors,
			dm_target_type_name(target->type), params);
	}
}

static const char *disk_name(const struct world *world, dev_t dev)
{
	for (size_t i = 0; i < world->disk_count; i++)
		if (world->disks[i].dev == dev)
			return disk_names[i];
	abort();
}

static void print_lv(FILE *stream, const struct world *world, const struct vg *vg,
		     const struct vg_lv *lv)
{
	for (size_t i = 0; i < lv->segment_count; i++) {
		const struct vg_segment *segment = &lv->segments[i];

		fprintf(stream, "lvm %s %ju %ju %s %ju\n", lv->name, (uintmax_t)segment->first_le,
			(uintmax_t)segment->extent_count,
			disk_name(world, vg->pvs[segment->areas[0].pv].dev),
			(uintmax_t)segment->areas[0].first_pe);
	}
}

/* Owned text: all that is to be seen at this moment. */
static char *describe(const struct world *world, const char *state)
{
	cleanup(vg_freep) struct vg *vg = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream || fake_lvm_read(&world->lvm, &world->lvm.vgs[0].id, &vg) < 0)
		abort();
	fprintf(stream, "scene %s\n", state);
	for (size_t i = 0; i < world->dm.device_count; i++) {
		const struct fake_device *device = world->dm.devices[i];

		fprintf(stream, "device %u:%u %s\n", major(device->dev), minor(device->dev),
			device->name);
		print_table(stream, device);
	}
	for (size_t i = 0; i < vg->lv_count; i++)
		print_lv(stream, world, vg, &vg->lvs[i]);
	fclose(stream);
	return text;
}

static void on_start(void *arg, const struct refusal *refusal, const struct move *move,
		     const struct warning_list *warnings)
{
	(void)warnings;
	if (refusal || !move)
		abort();
	*(const struct move **)arg = move;
}

static void start(struct world *world, const struct move **movep)
{
	struct move_request *request = fake_alloc(1, sizeof(*request));

	request->source.device = fake_strdup(world->disks[0].path);
	request->source.dev = world->disks[0].dev;
	mover_start(world->mover, request, on_start, movep);
	while (!*movep && world_step(world))
		;
}

/* Prints each moment that differs from the one before. */
static void play(struct world *world, const struct move *move)
{
	char *last = fake_strdup("");

	for (unsigned i = 0; i < STEPS_MAX; i++) {
		const struct pass *pass = move_current_pass(move);
		char *now = describe(world, pass_state_name(pass ? pass->state : PASS_DONE));

		if (strcmp(now, last) != 0)
			fputs(now, stdout);
		free(last);
		last = now;
		if (!pass || !world_step(world))
			break;
	}
	free(last);
	if (move_state(move) != MOVE_DONE)
		abort();
}

int main(void)
{
	static struct world world;
	const struct move *move = NULL;

	world_init(&world, disk_pes, vgs, 1);
	printf("extent %u\n", FAKE_EXTENT_SECTORS);
	for (size_t i = 0; i < world.disk_count; i++) {
		/* One mirror at a time, so that there are windows to be seen. */
		world.disks[i].rotational = true;
		printf("disk %u:%u %s\n", major(world.disks[i].dev), minor(world.disks[i].dev),
		       disk_names[i]);
	}
	if (mover_new(world_ports(), &world, &world.mover) < 0)
		abort();
	mover_begin(world.mover);
	start(&world, &move);
	play(&world, move);
	mover_free(world.mover);
	world_deinit(&world);
	return 0;
}

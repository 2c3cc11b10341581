/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "tests/fake/world.h"

DEFINE_CLEANUP(struct vg *, vg_freep, vg_free)

static const uint64_t disk_pes[WORLD_DISKS_MAX] = {8, 8};
static const struct fake_vg_spec vgs[FAKE_VGS_MAX] = {
	{"vg",
	 0,
	 2,
	 {{.name = "data", .segments = {{0, 2, 3}, {1, 1, 1}}},
	  {.name = "off", .inactive = true, .stays_down = true, .segments = {{1, 5, 1}}}}}};

/* What a completion said. */
struct heard {
	unsigned times;
	int code;
};

static void on_done(void *arg, const struct outcome *outcome)
{
	struct heard *heard = arg;

	heard->times++;
	heard->code = outcome->code;
}

static int set_up(void **state)
{
	static struct world world;

	world_init(&world, disk_pes, vgs, 1);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	world_deinit(*state);
	return 0;
}

static void run(struct world *world)
{
	while (world_step(world))
		;
}

static const struct fake_lv *lv_named(const struct world *world, const char *name)
{
	const struct fake_vg *vg = &world->lvm.vgs[0];

	return strcmp(vg->lvs[0].name, name) == 0 ? &vg->lvs[0] : &vg->lvs[1];
}

static bool is_active(const struct world *world, const char *name)
{
	return fake_dm_find(&world->dm, lv_named(world, name)->uuid);
}

static void activate(struct world *world, struct heard *heard)
{
	world_ports()->set_active(world, &world->lvm.vgs[0].id, &lv_named(world, "off")->id, true,
				  on_done, heard);
}

static struct vg *read_metadata(const struct world *world)
{
	struct vg *vg = NULL;

	assert_int_equal(fake_lvm_read(&world->lvm, &world->lvm.vgs[0].id, &vg), 0);
	return vg;
}

/* The first segment of "data" is to go to the second disk. */
static struct reservation make_reservation(const struct world *world, struct run *run)
{
	*run = (struct run){.extent_count = 3,
			    .source_pv = fake_lvm_pv_id(0),
			    .source_pe = 2,
			    .dest_pv = fake_lvm_pv_id(1),
			    .dest_pe = 2};
	return (struct reservation){.vg = world->lvm.vgs[0].id,
				    .lv = lv_named(world, "data")->id,
				    .id = world_ports()->new_lvm_id((void *)world),
				    .name = RESERVATION_NAME_PREFIX "1",
				    .runs = run,
				    .run_count = 1};
}

static void metadata_comes_with_the_facts_about_its_devices(void **state)
{
	const struct world *world = *state;
	cleanup(vg_freep) struct vg *vg = read_metadata(world);

	assert_string_equal(vg->name, "vg");
	assert_int_equal(vg->lv_count, 2);
	assert_int_equal(vg->pv_count, 2);
	assert_false(vg->pvs[0].missing);
	assert_int_equal(vg->pvs[0].dev, world->disks[0].dev);
	assert_string_equal(vg->pvs[1].device, "/dev/fake1");
}

static void edits_go_through_their_stages_and_rename_the_pvs(void **state)
{
	struct world *world = *state;
	cleanup(vg_freep) struct vg *vg = NULL;
	struct run one;
	struct reservation reservation = make_reservation(world, &one);
	struct fake_lvm *lvm = &world->lvm;

	assert_int_equal(fake_lvm_edit(lvm, METADATA_COMMIT, &reservation, NULL, NULL, NULL),
			 -ESTALE);
	assert_int_equal(fake_lvm_edit(lvm, METADATA_RESERVE, &reservation, NULL, NULL, NULL), 0);
	assert_int_equal(fake_lvm_edit(lvm, METADATA_RESERVE, &reservation, NULL, NULL, NULL), 0);
	assert_int_equal(fake_lvm_edit(lvm, METADATA_COMMIT, &reservation, NULL, NULL, NULL), 0);
	vg = read_metadata(world);
	assert_int_equal(metadata_stage(vg, &reservation), STAGE_COMMITTED);
	assert_int_equal(vg->seqno, 3);
	assert_int_equal(fake_lvm_edit(lvm, METADATA_RELEASE, &reservation, NULL, NULL, NULL), 0);
	vg_free(vg);
	vg = read_metadata(world);
	assert_int_equal(metadata_stage(vg, &reservation), STAGE_RELEASED);
	/* three exports have exchanged the names three times */
	assert_string_equal(vg_find_pv(vg, &one.source_pv)->key, "pv1");
}

static bool refuse(void *arg, const struct vg *vg)
{
	(void)vg;
	*(unsigned *)arg += 1;
	return false;
}

static void an_edit_is_given_up_when_its_guard_says_no(void **state)
{
	struct world *world = *state;
	cleanup(vg_freep) struct vg *vg = NULL;
	struct run one;
	struct reservation reservation = make_reservation(world, &one);
	unsigned asked = 0;

	assert_int_equal(
		fake_lvm_edit(&world->lvm, METADATA_RESERVE, &reservation, NULL, refuse, &asked),
		-ECANCELED);
	assert_int_equal(asked, 1);
	vg = read_metadata(world);
	assert_int_equal(metadata_stage(vg, &reservation), STAGE_UNRESERVED);
}

static void completions_come_later_and_once(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};

	activate(world, &heard);
	assert_int_equal(heard.times, 0);
	assert_false(is_active(world, "off"));
	run(world);
	assert_int_equal(heard.times, 1);
	assert_int_equal(heard.code, 0);
	assert_true(is_active(world, "off"));
}

static void a_call_that_fails_has_no_effect_or_hides_it(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};

	world->trap = (struct world_trap){.at = 1, .kind = TRAP_FAIL, .code = -EIO, .times = 1};
	activate(world, &heard);
	run(world);
	assert_int_equal(heard.code, -EIO);
	assert_false(is_active(world, "off"));

	world->trap =
		(struct world_trap){.at = 2, .kind = TRAP_FAIL_AFTER, .code = -EIO, .times = 1};
	world->trap_failures = 0;
	activate(world, &heard);
	run(world);
	assert_int_equal(heard.times, 2);
	assert_int_equal(heard.code, -EIO);
	assert_true(is_active(world, "off"));
}

static void a_daemon_dies_before_or_after_the_effect(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};

	world->trap = (struct world_trap){.at = 1, .kind = TRAP_DIE_BEFORE};
	activate(world, &heard);
	run(world);
	assert_true(world->dead);
	assert_false(is_active(world, "off"));

	world_end(world, WORLD_DAEMON_KILLED);
	world->trap = (struct world_trap){.at = 2, .kind = TRAP_DIE_AFTER};
	activate(world, &heard);
	run(world);
	assert_true(world->dead);
	assert_true(is_active(world, "off"));
	assert_int_equal(heard.times, 0);
}

static void a_dead_daemon_changes_nothing(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};
	struct dm_device device;

	world->dead = true;
	activate(world, &heard);
	assert_int_equal(world_ports()->record(world, "x", 1), -EIO);
	assert_int_equal(world_ports()->observe(world, lv_named(world, "data")->uuid, &device),
			 -EIO);
	world_end(world, WORLD_DAEMON_KILLED);
	run(world);
	assert_int_equal(heard.times, 0);
	assert_int_equal(world->journal.count, 0);
	assert_int_equal(world->call_count, 0);
}

static void an_executor_may_finish_after_the_next_daemon_has_begun(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};

	world->trap = (struct world_trap){.at = 1, .kind = TRAP_DIE_LATE};
	activate(world, &heard);
	run(world);
	assert_true(world->dead);
	world_end(world, WORLD_DAEMON_KILLED);
	assert_false(is_active(world, "off"));
	run(world);
	assert_true(is_active(world, "off"));
	assert_int_equal(heard.times, 0);
}

static void a_power_cut_ends_what_was_begun_and_boots(void **state)
{
	struct world *world = *state;
	struct heard heard = {0};
	char before[UUID_TEXT_SIZE];

	memcpy(before, world->boot_id, sizeof(before));
	activate(world, &heard);
	world->late_steps = 5;
	world_end(world, WORLD_POWER_CUT);
	assert_string_not_equal(world_ports()->boot_id(world), before);
	assert_int_equal(world_ports()->monotonic_us(world), 0);
	assert_false(is_active(world, "data"));
	run(world);
	assert_true(is_active(world, "data"));
	assert_false(is_active(world, "off"));
	assert_int_equal(heard.times, 0);
}

static void what_a_power_cut_leaves_of_an_edit_no_other_takes_back(void **state)
{
	struct world *world = *state;
	struct fake_vg *vg = &world->lvm.vgs[0];
	unsigned kept = 0;

	for (unsigned i = 0; i < 32; i++) {
		size_t len = strlen(vg->stable_text);

		/* An edit that nobody has flushed: LVM takes a space more. */
		free(vg->text);
		assert_true(asprintf(&vg->text, "%s ", vg->stable_text) > 0);
		world_end(world, WORLD_POWER_CUT);
		assert_string_equal(vg->text, vg->stable_text);
		kept += strlen(vg->text) > len;
	}
	assert_in_range(kept, 1, 31);
}

static void a_record_is_there_before_its_writer_dies_or_not_at_all(void **state)
{
	struct world *world = *state;

	world->trap = (struct world_trap){.at = 2, .kind = TRAP_DIE_AFTER};
	assert_int_equal(world_ports()->record(world, "one", 3), 0);
	assert_int_equal(world_ports()->record(world, "two", 3), -EIO);
	assert_int_equal(world->journal.count, 2);
	world_end(world, WORLD_POWER_CUT);
	world->trap = (struct world_trap){.at = 3, .kind = TRAP_DIE_BEFORE};
	assert_int_equal(world_ports()->record(world, "three", 5), -EIO);
	assert_int_equal(world->journal.count, 2);
	assert_string_equal(world->journal.records[1], "two");
}

static void a_failed_journal_stays_so_but_for_want_of_room(void **state)
{
	struct world *world = *state;

	world->trap = (struct world_trap){.at = 1, .kind = TRAP_FAIL, .code = -ENOSPC, .times = 1};
	assert_int_equal(world_ports()->record(world, "x", 1), -ENOSPC);
	assert_int_equal(world_ports()->record(world, "x", 1), 0);
	world->trap = (struct world_trap){.at = 3, .kind = TRAP_FAIL, .code = -EIO, .times = 1};
	world->trap_failures = 0;
	assert_int_equal(world_ports()->record(world, "x", 1), -EIO);
	assert_int_equal(world_ports()->record(world, "x", 1), -EIO);
	assert_int_equal(world->journal.count, 1);
}

static void the_same_seed_gives_the_same_world(void **state)
{
	struct world *world = *state;
	struct world other;

	world_init(&other, disk_pes, vgs, 1);
	for (unsigned i = 0; i < 100; i++) {
		world_step(world);
		world_step(&other);
	}
	assert_int_equal(world->app.stamp, other.app.stamp);
	assert_memory_equal(world->disks[0].cached, other.disks[0].cached,
			    other.disks[0].cell_count * sizeof(uint64_t));
	world_deinit(&other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(metadata_comes_with_the_facts_about_its_devices),
		TEST(edits_go_through_their_stages_and_rename_the_pvs),
		TEST(an_edit_is_given_up_when_its_guard_says_no),
		TEST(completions_come_later_and_once),
		TEST(a_call_that_fails_has_no_effect_or_hides_it),
		TEST(a_daemon_dies_before_or_after_the_effect),
		TEST(a_dead_daemon_changes_nothing),
		TEST(an_executor_may_finish_after_the_next_daemon_has_begun),
		TEST(a_power_cut_ends_what_was_begun_and_boots),
		TEST(what_a_power_cut_leaves_of_an_edit_no_other_takes_back),
		TEST(a_record_is_there_before_its_writer_dies_or_not_at_all),
		TEST(a_failed_journal_stays_so_but_for_want_of_room),
		TEST(the_same_seed_gives_the_same_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

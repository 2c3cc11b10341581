/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Swaps under a lock, with LVM and device-mapper played by hand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/swapper.h"

static const struct lvm_id vg = {"aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg"};
static const char uuid[] = "LVM-something-pvmoved";

/* A lock is where it is kept: here, and once. */
static struct vg_lock *const the_lock = (struct vg_lock *)&vg;

/* What the swapper has asked for last, and has not been told yet. */
static struct {
	lvm_shared_fn *done;
	void *arg;
} share;

static struct {
	char uuid[DM_ID_MAX];
	struct dm_table table;
	outcome_fn *done;
	void *arg;
} swap;

static int locks_held;
static int ended, ended_code;

void lvm_share_vg(struct lvm *lvm, const struct lvm_id *of, lvm_shared_fn *done, void *arg)
{
	(void)lvm;
	assert_string_equal(of->text, vg.text);
	share.done = done;
	share.arg = arg;
}

void dm_swap(struct dm *dm, const char *of, const struct dm_table *table,
	     enum dm_visibility visibility, outcome_fn *done, void *arg)
{
	(void)dm;
	assert_int_equal(visibility, DM_HIDDEN);
	snprintf(swap.uuid, sizeof(swap.uuid), "%s", of);
	assert_int_equal(dm_table_copy(table, &swap.table), 0);
	swap.done = done;
	swap.arg = arg;
}

void vg_lock_release(struct vg_lock *lock)
{
	assert_true(!lock || lock == the_lock);
	locks_held -= lock != NULL;
}

static void on_end(void *arg, const struct outcome *result)
{
	assert_ptr_equal(arg, &ended);
	ended++;
	ended_code = result->code;
}

static int set_up(void **state)
{
	static struct swapper swapper;

	swapper = (struct swapper){.base = event_base_new(), .hold_ms = 60000};
	memset(&share, 0, sizeof(share));
	memset(&swap, 0, sizeof(swap));
	locks_held = ended = ended_code = 0;
	*state = &swapper;
	return 0;
}

static int tear_down(void **state)
{
	struct swapper *swapper = *state;

	swapper_deinit(swapper);
	assert_int_equal(locks_held, 0);
	event_base_free(swapper->base);
	dm_table_deinit(&swap.table);
	return 0;
}

/* The table is the caller's, and gone when the call returns. */
static void begin(struct swapper *swapper)
{
	struct dm_table table = {0};

	assert_int_equal(
		dm_table_append(&table, &(struct dm_target){.type = DM_LINEAR, .len_sectors = 8}),
		0);
	swapper_swap(swapper, &vg, uuid, &table, DM_HIDDEN, on_end, &ended);
	dm_table_deinit(&table);
}

static void give_lock(void)
{
	locks_held++;
	share.done(share.arg, the_lock);
}

static void a_table_is_swapped_under_the_lock(void **state)
{
	begin(*state);
	assert_null(swap.done);
	give_lock();
	assert_non_null(swap.done);
	assert_string_equal(swap.uuid, uuid);
	assert_int_equal(dm_table_len(&swap.table), 8);
	assert_int_equal(locks_held, 1);
	assert_int_equal(ended, 0);
	swap.done(swap.arg, &(struct outcome){.code = -EBUSY, .message = ""});
	assert_int_equal(locks_held, 0);
	assert_int_equal(ended, 1);
	assert_int_equal(ended_code, -EBUSY);
}

static void a_table_is_swapped_without_a_lock_that_is_not_to_be_had(void **state)
{
	begin(*state);
	share.done(share.arg, NULL);
	assert_non_null(swap.done);
	swap.done(swap.arg, &(struct outcome){.message = ""});
	assert_int_equal(ended, 1);
	assert_int_equal(ended_code, 0);
}

static void a_swap_that_hangs_does_not_keep_the_lock(void **state)
{
	struct swapper *swapper = *state;

	swapper->hold_ms = 1;
	begin(swapper);
	give_lock();
	assert_int_equal(event_base_loop(swapper->base, EVLOOP_ONCE), 0);
	assert_int_equal(locks_held, 0);
	assert_int_equal(ended, 0);
	swap.done(swap.arg, &(struct outcome){.message = ""});
	assert_int_equal(locks_held, 0);
	assert_int_equal(ended, 1);
}

static void what_is_under_way_at_the_end_is_forgotten(void **state)
{
	struct swapper *swapper = *state;

	begin(swapper);
	give_lock();
	begin(swapper);
	swapper_deinit(swapper);
	assert_int_equal(locks_held, 0);
	assert_int_equal(ended, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_is_swapped_under_the_lock),
		TEST(a_table_is_swapped_without_a_lock_that_is_not_to_be_had),
		TEST(a_swap_that_hangs_does_not_keep_the_lock),
		TEST(what_is_under_way_at_the_end_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

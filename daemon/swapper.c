/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/swapper.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/cleanup.h"

struct swap {
	LIST_ENTRY(swap) link;
	struct swapper *swapper;
	char uuid[DM_ID_MAX];
	struct dm_table table;
	enum dm_visibility visibility;
	struct vg_lock *lock;
	struct event *overdue;
	outcome_fn *done;
	void *arg;
};

static void give_lock_back(struct swap *swap)
{
	vg_lock_release(swap->lock);
	swap->lock = NULL;
}

static void swap_free(struct swap *swap)
{
	LIST_REMOVE(swap, link);
	give_lock_back(swap);
	event_free(swap->overdue);
	dm_table_deinit(&swap->table);
	free(swap);
}

static void on_overdue(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	give_lock_back(arg);
}

static void on_swapped(void *arg, const struct outcome *result)
{
	struct swap *swap = arg;
	outcome_fn *done = swap->done;
	void *whose = swap->arg;

	swap_free(swap);
	done(whose, result);
}

static void on_shared(void *arg, struct vg_lock *lock)
{
	struct swap *swap = arg;
	const struct swapper *swapper = swap->swapper;
	const struct timeval hold = {.tv_sec = swapper->hold_ms / 1000,
				     .tv_usec = (suseconds_t)(swapper->hold_ms % 1000) * 1000};

	swap->lock = lock;
	if (lock)
		event_add(swap->overdue, &hold);
	dm_swap(swapper->dm, swap->uuid, &swap->table, swap->visibility, on_swapped, swap);
}

void swapper_swap(struct swapper *swapper, const struct lvm_id *vg, const char *uuid,
		  const struct dm_table *table, enum dm_visibility visibility, outcome_fn *done,
		  void *arg)
{
	struct swap *swap = calloc(1, sizeof(*swap));

	/* No memory even to say so; the journal knows how to go on. */
	if (!swap)
		abort();
	*swap = (struct swap){
		.swapper = swapper, .visibility = visibility, .done = done, .arg = arg};
	snprintf(swap->uuid, sizeof(swap->uuid), "%s", uuid);
	swap->overdue = evtimer_new(swapper->base, on_overdue, swap);
	if (!swap->overdue || dm_table_copy(table, &swap->table) < 0)
		abort();
	LIST_INSERT_HEAD(&swapper->swaps, swap, link);
	lvm_share_vg(swapper->lvm, vg, on_shared, swap);
}

void swapper_deinit(struct swapper *swapper)
{
	struct swap *swap;

	while ((swap = LIST_FIRST(&swapper->swaps)))
		swap_free(swap);
}

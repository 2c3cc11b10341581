/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/plain.h"

#include <errno.h>

#include "common/cleanup.h"

bool plain_uses(const struct dm_table *table, dev_t dev)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct dm_target *target = &table->targets[i];

		if (target->type != DM_OTHER &&
		    (target->source_dev == dev ||
		     (target->type == DM_MIRROR && target->dest_dev == dev)))
			return true;
	}
	return false;
}

static int append_linear(struct dm_table *table, dev_t dev, uint64_t off_sectors,
			 uint64_t len_sectors)
{
	return dm_table_append(table, &(struct dm_target){.type = DM_LINEAR,
							  .len_sectors = len_sectors,
							  .source_dev = dev,
							  .source_sectors = off_sectors});
}

/* Hands the table over, or frees it. */
static int give(struct dm_table *table, int r, struct dm_table *plainp)
{
	if (r < 0)
		dm_table_deinit(table);
	else
		*plainp = *table;
	return r;
}

int plain_leg(const struct dm_table *leg, enum plain_side side, struct dm_table *plainp)
{
	struct dm_table plain = {0};
	int r = 0;

	for (size_t i = 0; i < leg->count && r == 0; i++) {
		const struct dm_target *target = &leg->targets[i];
		bool is_dest = target->type == DM_MIRROR && side == PLAIN_DEST;

		if (target->type == DM_OTHER)
			r = -EINVAL;
		else
			r = append_linear(&plain, is_dest ? target->dest_dev : target->source_dev,
					  is_dest ? target->dest_sectors : target->source_sectors,
					  target->len_sectors);
	}
	return give(&plain, r, plainp);
}

/* Appends what lies len_sectors from off_sectors on in the leg. Returns 0, -EINVAL or -ENOMEM. */
static int append_part(struct dm_table *table, const struct dm_table *leg, uint64_t off_sectors,
		       uint64_t len_sectors)
{
	for (size_t i = 0; i < leg->count && len_sectors > 0; i++) {
		const struct dm_target *target = &leg->targets[i];
		uint64_t skipped, len;
		int r;

		if (off_sectors < target->start_sectors)
			return -EINVAL;
		skipped = off_sectors - target->start_sectors;
		if (skipped >= target->len_sectors)
			continue;
		len = target->len_sectors - skipped;
		if (len > len_sectors)
			len = len_sectors;
		r = append_linear(table, target->source_dev, target->source_sectors + skipped, len);
		if (r < 0)
			return r;
		off_sectors += len;
		len_sectors -= len;
	}
	return len_sectors > 0 ? -EINVAL : 0;
}

int plain_through(const struct dm_table *table, dev_t leg_dev, const struct dm_table *leg,
		  struct dm_table *plainp)
{
	struct dm_table plain = {0};
	int r = 0;

	for (size_t i = 0; i < table->count && r == 0; i++) {
		const struct dm_target *target = &table->targets[i];

		if (target->type != DM_LINEAR)
			r = -EINVAL;
		else if (target->source_dev == leg_dev)
			r = append_part(&plain, leg, target->source_sectors, target->len_sectors);
		else
			r = append_linear(&plain, target->source_dev, target->source_sectors,
					  target->len_sectors);
	}
	return give(&plain, r, plainp);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/policy/contention.h"

#include <stddef.h>

/* Shorter would take the pauses between two I/Os of a database for rest. */
#define PATIENCE_MIN_US UINT64_C(1000000)
#define PATIENCE_MAX_US UINT64_C(64000000)

void contention_begin(struct contention *contention, uint64_t now_us)
{
	*contention = (struct contention){
		.is_contended = true,
		.used_us = now_us,
		.patience_us = PATIENCE_MIN_US,
	};
}

static uint64_t since(uint64_t now_us, uint64_t then_us)
{
	return now_us > then_us ? now_us - then_us : 0;
}

static bool were_used(const struct contention *contention, const uint64_t *io_count)
{
	return !io_count || (contention->is_known && *io_count != contention->io_count);
}

static void become_contended(struct contention *contention, uint64_t now_us)
{
	if (since(now_us, contention->free_us) >= PATIENCE_MAX_US)
		contention->patience_us = PATIENCE_MIN_US;
	else if (contention->patience_us < PATIENCE_MAX_US)
		contention->patience_us *= 2;
	contention->is_contended = true;
}

void contention_note(struct contention *contention, uint64_t now_us, const uint64_t *io_count)
{
	if (were_used(contention, io_count)) {
		contention->used_us = now_us;
		if (!contention->is_contended)
			become_contended(contention, now_us);
	} else if (contention->is_contended &&
		   since(now_us, contention->used_us) >= contention->patience_us) {
		contention->is_contended = false;
		contention->free_us = now_us;
	}
	contention->is_known = io_count != NULL;
	contention->io_count = io_count ? *io_count : 0;
}

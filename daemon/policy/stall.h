/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Notices that a copy which should go on does not. Told what is copied as often
 * as anyone looks, it says once that it has stalled, and once that it goes on.
 * Knows neither clocks nor moves. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* Unless somebody says otherwise: longer than a busy disk takes, or one that spins up. */
#define STALL_PATIENCE_US UINT64_C(15000000)

/* Embedded by its owner; all zero watches nothing. */
struct stall {
	bool is_watching;
	bool is_stalled;
	uint64_t progress_us; /* when it last went on, or should have begun */
	uint64_t copied_bytes;
};

enum stall_news {
	STALL_NO_NEWS,
	STALL_BEGAN, /* since progress_us nothing was copied */
	STALL_ENDED, /* something was */
};

/*
 * How long nothing at all may be seen of a copy that goes step by step (so many
 * bytes at a time) and is held to a rate (0: to none): three steps, and never less than
 * least_us.
 */
uint64_t stall_patience_us(uint64_t least_us, uint64_t step_bytes, uint64_t limit_bytes_s);

/* It need not copy just now: paused, in another state, waiting for something that is named. */
void stall_forget(struct stall *stall);

/* It should copy; now_us is of a monotonic clock. Bytes that go back are progress too. */
enum stall_news stall_note(struct stall *stall, uint64_t now_us, uint64_t copied_bytes,
			   uint64_t patience_us);

/* When stall_note() would say that it has stalled; UINT64_MAX: not watched, or said already. */
uint64_t stall_due_us(const struct stall *stall, uint64_t patience_us);

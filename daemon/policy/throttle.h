/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Holds copying at a rate. An account says by how many bytes a copy is behind
 * what it may have copied by now, or ahead of it; from the accounts of all
 * copies follows whether the kernel's copying is to be held back just now, and
 * when to look again. Knows neither clocks nor moves nor the kernel. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded by its owner; all zero is without a limit. */
struct throttle {
	uint64_t rate_bytes_s; /* 0: no limit */
	uint64_t last_us;      /* up to when the balance is worked out */
	int64_t balance_bytes; /* above 0: so many are due; below: so many too many were copied */
	uint64_t rest;         /* millionths of a byte */
	uint64_t lost_us;      /* time that was lost since something was copied */
	bool has_lost;         /* some, since the last window began */
	uint64_t window_us;    /* as much time as the last window was for; 0: there was none */
	uint64_t begun_us;     /* when it began; 0: its table is drawn, … */
	uint64_t drawn_us;     /* … since then */
	uint64_t lead_us;      /* so long windows take to begin */
};

/* Begins anew, with neither credit nor debt: what was copied at another rate does not count. */
void throttle_set(struct throttle *throttle, uint64_t rate_bytes_s, uint64_t now_us);

/* Time has passed. Little of what a copy could not use of it is kept: it may not rush later. */
void throttle_advance(struct throttle *throttle, uint64_t now_us);

/* So many bytes were copied. */
void throttle_charge(struct throttle *throttle, uint64_t bytes);

/* How long until copying is due again; 0: it is now, or there is no limit. */
uint64_t throttle_wait_us(const struct throttle *throttle);
/* … and how long if so many bytes more are copied until then. */
uint64_t throttle_wait_after_us(const struct throttle *throttle, uint64_t bytes);

/* So far ahead that no usual hold of the kernel explains it: copying must be stopped otherwise. */
bool throttle_is_runaway(const struct throttle *throttle);

/* How long before it is due a window is best begun: its table takes about so long to draw. */
uint64_t throttle_lead_us(const struct throttle *throttle);

/*
 * A window begins: returns how many bytes to copy before the next one; 0: any number. It is for
 * more time than the last one if tables make it begin late or have time be lost, else for less.
 */
uint64_t throttle_begin_window(struct throttle *throttle);

/* The window's table is drawn, if it was not already: how long that took is how long it takes. */
void throttle_note_drawn(struct throttle *throttle);

/* Most bytes of a region. 0: any number. */
uint64_t throttle_region_bytes_max(const struct throttle *throttle);

/* Counts what a copy has done, from progress that may also go back when its table is redrawn. */
struct throttle_meter {
	bool has_sample;
	uint64_t last_bytes;
};

/* What was copied since the sample before; 0 for the first one and when it went back. */
uint64_t throttle_meter_advance(struct throttle_meter *meter, uint64_t copied_bytes);

/* One copy, as throttle_advise() is told of it. */
struct throttle_view {
	bool is_copying;  /* the kernel has something to copy of it */
	bool is_swapping; /* its table is being swapped, which waits for what is being copied */
	bool is_limited;
	bool is_metered;  /* what it has to copy is a window: it stops by itself */
	uint64_t wait_us; /* until it is due; 0: now */
};

struct throttle_advice {
	bool hold;        /* hold back the copying of the whole host */
	uint64_t look_us; /* look again after so long; 0: that need not be */
};

/* What follows from all copies together: one that may copy is never held back for others. */
struct throttle_advice throttle_advise(const struct throttle_view *views, size_t count);

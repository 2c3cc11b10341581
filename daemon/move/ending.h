/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How an effect ended, made into what its pass is told: the event that follows,
 * and whether what was read of the VG can still be believed. Counts the failures
 * in a row, which put the next attempt off, and after a few of them give up what
 * can be undone. It knows neither how an effect is begun nor what comes of the
 * event. Internal to the mover.
 */

#include "daemon/move/drive.h"

/* The effect has ended with 0 or a negative errno; message: "", or what is known of a failure. */
void ending_settle(struct drive *drive, struct pass *pass, int code, const char *message);

/* The effect cannot succeed, however often it is tried. */
void ending_give_up(struct drive *drive, struct pass *pass, enum pass_reason reason,
		    const char *text);

/* Milliseconds until an effect that has just failed is tried again. */
uint64_t ending_retry_ms(const struct drive *drive);

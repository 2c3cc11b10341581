/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How something asynchronous ended, and the function that is told so. All
 * adapters and the mover's ports speak of endings in this one way.
 */

/* code: 0 or a negative errno. message: "" or why, in the words of whoever failed; borrowed. */
struct outcome {
	int code;
	const char *message;
};

typedef void outcome_fn(void *arg, const struct outcome *outcome);

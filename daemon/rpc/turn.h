/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who may have the mover plan. A plan runs programs of LVM's, and waits in the
 * queue of its VG, which the moves' own steps go through as well. So of those
 * who may only look a few at a time have their turn and the others wait, in the order in
 * which they asked; root does not queue.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct call;
struct move_request;

/* Plans of others than root that are made at a time. */
#define TURNS_MAX 2

/* Zeroes do not do: turns_init(). */
struct turns {
	TAILQ_HEAD(turns_queue, call) waiting;
	size_t taken;
	bool advancing;
};

void turns_init(struct turns *turns);

/*
 * Begins the plan of a call now or later: begin(call) is called with the request, which was
 * consumed here, as call->turn.request, to be stolen from there.
 */
typedef void turn_fn(struct call *call);
void turns_ask(struct turns *turns, struct call *call, struct move_request *request,
	       turn_fn *begin);

/* The plan of the call is made: it is the next one's turn. The call itself may be gone. */
void turns_give_back(struct turns *turns);

/* Takes a call that still waits out of the queue. False when it does not wait. */
bool turns_leave(struct turns *turns, struct call *call);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/turn.h"

#include "common/cleanup.h"
#include "daemon/plan/request.h"
#include "daemon/rpc/call.h"

void turns_init(struct turns *turns)
{
	*turns = (struct turns){0};
	TAILQ_INIT(&turns->waiting);
}

/* A plan may be made at once, from inside begin(): then its turn is given back in here. */
static void advance(struct turns *turns)
{
	struct call *call;

	if (turns->advancing)
		return;
	turns->advancing = true;
	while (turns->taken < TURNS_MAX && (call = TAILQ_FIRST(&turns->waiting))) {
		TAILQ_REMOVE(&turns->waiting, call, turn.link);
		call->turn.waits = false;
		turns->taken++;
		call->turn.begin(call);
	}
	turns->advancing = false;
}

void turns_ask(struct turns *turns, struct call *call, struct move_request *request, turn_fn *begin)
{
	call->turn.request = request;
	call->turn.begin = begin;
	call->turn.waits = true;
	TAILQ_INSERT_TAIL(&turns->waiting, call, turn.link);
	advance(turns);
}

void turns_give_back(struct turns *turns)
{
	turns->taken--;
	advance(turns);
}

bool turns_leave(struct turns *turns, struct call *call)
{
	if (!call->turn.waits)
		return false;
	TAILQ_REMOVE(&turns->waiting, call, turn.link);
	call->turn.waits = false;
	move_request_free(steal_pointer(&call->turn.request));
	return true;
}

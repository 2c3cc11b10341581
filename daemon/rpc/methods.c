/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rpc/methods.h"

#include <json-c/json.h>

#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/move/mover.h"
#include "daemon/rpc/encode.h"
#include "daemon/rpc/interfaces.h"
#include "daemon/rpc/stream.h"

/* {"move":…}; NULL is null: there was nothing to move. */
static struct json_object *make_move_reply(const struct move *move)
{
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();
	int ret;

	if (!reply)
		return NULL;
	ret = move ? protocol_add_object(reply, "move", encode_move(move))
		   : protocol_add_null(reply, "move");
	return ret < 0 ? NULL : steal_pointer(&reply);
}

static struct json_object *make_start_reply(const struct move *move,
					    const struct warning_list *warnings)
{
	cleanup(protocol_put) struct json_object *reply = make_move_reply(move);

	if (!reply || encode_warnings(reply, warnings) < 0)
		return NULL;
	return steal_pointer(&reply);
}

static void start_done(void *arg, const struct refusal *refusal, const struct move *move,
		       const struct warning_list *warnings)
{
	struct call *call = arg;

	if (refusal)
		call_refuse(call, refusal);
	else
		call_reply(call, make_start_reply(move, warnings));
}

void method_start(struct call *call, struct parameters *parameters)
{
	mover_start(call->service->mover, steal_pointer(&parameters->request), start_done, call);
}

static void plan_done(void *arg, const struct refusal *refusal, const struct plan *plan,
		      const struct warning_list *warnings)
{
	struct call *call = arg;

	if (refusal)
		call_refuse(call, refusal);
	else
		call_reply(call, encode_plan(plan, warnings));
}

/* The same for a call that had to wait for its turn. */
static void turn_done(void *arg, const struct refusal *refusal, const struct plan *plan,
		      const struct warning_list *warnings)
{
	struct turns *turns = ((struct call *)arg)->service->turns;

	plan_done(arg, refusal, plan, warnings);
	turns_give_back(turns);
}

static void begin_turn(struct call *call)
{
	mover_plan(call->service->mover, steal_pointer(&call->turn.request), turn_done, call);
}

void method_plan(struct call *call, struct parameters *parameters)
{
	struct move_request *request = steal_pointer(&parameters->request);

	if (call->privileged)
		mover_plan(call->service->mover, request, plan_done, call);
	else
		turns_ask(call->service->turns, call, request, begin_turn);
}

static void set_goal(struct call *call, uint64_t id, enum move_goal goal)
{
	struct mover *mover = call->service->mover;
	struct refusal refusal;

	if (mover_set_goal(mover, id, goal, &refusal) != 0)
		call_refuse(call, &refusal);
	else
		call_reply(call, make_move_reply(mover_find_move(mover, id)));
}

void method_abort(struct call *call, struct parameters *parameters)
{
	set_goal(call, parameters->id, GOAL_ABORT);
}

void method_pause(struct call *call, struct parameters *parameters)
{
	set_goal(call, parameters->id, GOAL_PAUSE);
}

void method_resume(struct call *call, struct parameters *parameters)
{
	set_goal(call, parameters->id, GOAL_RUN);
}

void method_set_limit(struct call *call, struct parameters *parameters)
{
	struct mover *mover = call->service->mover;
	struct refusal refusal;

	if (mover_set_limit(mover, parameters->id, parameters->limit_bytes_s, &refusal) != 0)
		call_refuse(call, &refusal);
	else
		call_reply(call, make_move_reply(mover_find_move(mover, parameters->id)));
}

void method_set_max_latency(struct call *call, struct parameters *parameters)
{
	struct mover *mover = call->service->mover;
	struct refusal refusal;

	if (mover_set_max_latency(mover, parameters->id, parameters->max_latency_us, &refusal) != 0)
		call_refuse(call, &refusal);
	else
		call_reply(call, make_move_reply(mover_find_move(mover, parameters->id)));
}

static struct json_object *make_host_limit(const struct mover *mover)
{
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();
	uint64_t limit_bytes_s = mover_host_limit(mover);

	if (!reply || encode_limit(reply, limit_bytes_s) < 0)
		return NULL;
	return steal_pointer(&reply);
}

void method_set_host_limit(struct call *call, struct parameters *parameters)
{
	struct mover *mover = call->service->mover;
	struct refusal refusal;

	if (mover_set_host_limit(mover, parameters->limit_bytes_s, &refusal) != 0)
		call_refuse(call, &refusal);
	else
		call_reply(call, make_host_limit(mover));
}

void method_list(struct call *call, struct parameters *parameters)
{
	const struct move *move = NULL;
	struct refusal refusal;

	if (parameters->has_id) {
		move = mover_find_move(call->service->mover, parameters->id);
		if (!move) {
			refusal_set(&refusal, REFUSAL_NO_SUCH_MOVE, NULL, NULL);
			refusal.move_id = parameters->id;
			call_refuse(call, &refusal);
			return;
		}
	}
	stream_begin(call, move);
}

static uint64_t count_unfinished(const struct mover *mover)
{
	uint64_t count = 0;

	for (const struct move *move = mover_next_move(mover, NULL); move;
	     move = mover_next_move(mover, move))
		count += !move_is_terminal(move);
	return count;
}

static struct json_object *make_info(const struct rpc_service *service)
{
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();
	const struct rpc_info *info = &service->info;

	if (!reply || protocol_add_text(reply, "version", info->version) < 0 ||
	    protocol_add_text(reply, "boot_id", info->boot_id) < 0 ||
	    protocol_add_text(reply, "state_dir", info->state_dir) < 0 ||
	    protocol_add_number(reply, "started_us", info->started_us) < 0 ||
	    encode_limit(reply, mover_host_limit(service->mover)) < 0 ||
	    protocol_add_number(reply, "moves_unfinished", count_unfinished(service->mover)) < 0)
		return NULL;
	return steal_pointer(&reply);
}

void method_get_info(struct call *call, struct parameters *parameters)
{
	(void)parameters;
	call_reply(call, make_info(call->service));
}

static struct json_object *make_interface_names(void)
{
	cleanup(protocol_put) struct json_object *names = json_object_new_array();

	if (!names)
		return NULL;
	for (size_t i = 0; i < INTERFACE_COUNT; i++)
		if (protocol_append(names, protocol_new_text(interfaces[i].name)) < 0)
			return NULL;
	return steal_pointer(&names);
}

static struct json_object *make_service_info(const struct rpc_info *info)
{
	cleanup(protocol_put) struct json_object *reply = json_object_new_object();

	if (!reply || protocol_add_text(reply, "vendor", "pvmoved") < 0 ||
	    protocol_add_text(reply, "product", "pvmoved") < 0 ||
	    protocol_add_text(reply, "version", info->version) < 0 ||
	    protocol_add_text(reply, "url", "") < 0 ||
	    protocol_add_object(reply, "interfaces", make_interface_names()) < 0)
		return NULL;
	return steal_pointer(&reply);
}

void method_get_service_info(struct call *call, struct parameters *parameters)
{
	(void)parameters;
	call_reply(call, make_service_info(&call->service->info));
}

void method_get_description(struct call *call, struct parameters *parameters)
{
	const struct interface *interface = interface_find(parameters->interface);
	struct json_object *reply;

	if (!interface) {
		call_fail_text(call, VARLINK_INTERFACE_NOT_FOUND, "interface",
			       parameters->interface);
		return;
	}
	reply = json_object_new_object();
	if (reply && protocol_add_text(reply, "description", interface->text) < 0)
		json_object_put(steal_pointer(&reply));
	call_reply(call, reply);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The methods of the daemon's interfaces, each on top of the mover's header
 * alone. Each answers the call, at once or when the mover has its answer; the parameters are
 * checked, and what a method keeps of them it takes out.
 */

#include "daemon/rpc/call.h"
#include "daemon/rpc/parameters.h"

void method_start(struct call *call, struct parameters *parameters);
void method_plan(struct call *call, struct parameters *parameters);
void method_abort(struct call *call, struct parameters *parameters);
void method_pause(struct call *call, struct parameters *parameters);
void method_resume(struct call *call, struct parameters *parameters);
void method_set_limit(struct call *call, struct parameters *parameters);
void method_set_max_latency(struct call *call, struct parameters *parameters);
void method_set_host_limit(struct call *call, struct parameters *parameters);
void method_list(struct call *call, struct parameters *parameters);
void method_get_info(struct call *call, struct parameters *parameters);
void method_get_service_info(struct call *call, struct parameters *parameters);
void method_get_description(struct call *call, struct parameters *parameters);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/request.h"

#include <stdlib.h>

static void choice_deinit(struct pv_choice *choice)
{
	free(choice->device);
	free(choice->ranges);
}

void move_request_free(struct move_request *request)
{
	if (!request)
		return;
	choice_deinit(&request->source);
	if (request->destinations)
		for (size_t i = 0; i < request->destination_count; i++)
			choice_deinit(&request->destinations[i]);
	free(request->destinations);
	free(request->lv);
	free(request->request_id);
	free(request);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/progress.h"

#include <stdio.h>
#include <string.h>

#include "client/headline.h"

/* Whether the move differs enough from what was shown last; remembers it as shown. */
static bool is_worth_a_line(struct progress *progress, const struct move_view *move)
{
	unsigned tenths = progress->tenths;
	struct pass_view pass = {.lv = "", .state = ""};
	char shown[sizeof(progress->shown)];

	if (move->copied_bytes != VIEW_UNKNOWN)
		tenths = view_percent(move->copied_bytes, move->total_bytes) / 10;
	if (move->verified_bytes != VIEW_UNKNOWN)
		tenths += view_percent(move->verified_bytes, move->total_bytes) / 10;
	view_find_current_pass(move, &pass);
	snprintf(shown, sizeof(shown), "%s %s %s %s", headline_state(move), pass.lv, pass.state,
		 pass.reason_code ? pass.reason_code : "");
	if (strcmp(shown, progress->shown) == 0 && tenths == progress->tenths)
		return false;
	memcpy(progress->shown, shown, sizeof(shown));
	progress->tenths = tenths;
	return true;
}

int progress_show(struct progress *progress, const struct client *client,
		  const struct move_view *move)
{
	unsigned columns = client_size(client).columns;
	int ret = 0;

	if (columns > 0) {
		fputs("\r\033[K", client->out);
		/* the last column stays free: some terminals wrap as soon as it is taken */
		ret = headline_write_bar(client->out, move, columns - 1);
		progress->is_drawn = true;
	} else if (is_worth_a_line(progress, move)) {
		headline_write(client->out, move);
		fputc('\n', client->out);
	}
	fflush(client->out);
	return ret;
}

void progress_leave(struct progress *progress, const struct client *client)
{
	if (!progress->is_drawn)
		return;
	fputc('\n', client->out);
	fflush(client->out);
	progress->is_drawn = false;
}

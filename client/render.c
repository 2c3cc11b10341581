/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/render.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/explain.h"
#include "client/table.h"
#include "client/text.h"
#include "common/cleanup.h"
#include "common/units.h"

/* Names shown of a list, the rest is counted. */
#define NAMES_MAX 3
/* Columns of a progress bar without its brackets; one that would be smaller is left out. */
#define BAR_MIN 10
#define BAR_MAX 40

/* Room for a date and time. */
#define TIME_TEXT_MAX 32

/* Closes it, which frees nothing: the text of open_memstream() has a variable of its own. */
DEFINE_CLEANUP(FILE *, cleanup_stream, (void)fclose)

static void format_time(uint64_t time_us, char text[TIME_TEXT_MAX])
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm parts;

	if (!localtime_r(&seconds, &parts) ||
	    strftime(text, TIME_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		snprintf(text, TIME_TEXT_MAX, "?");
}

/* A move that waits for something outside says so, whatever it is about to do. */
static const char *shown_state(const struct move_view *move)
{
	bool is_going = strcmp(move->state, "running") == 0 || strcmp(move->state, "queued") == 0;

	return move->waiting && is_going ? "waiting" : move->state;
}

static enum colour state_colour(const char *state)
{
	if (strcmp(state, "failed") == 0 || strcmp(state, "held") == 0)
		return COLOUR_RED;
	if (strcmp(state, "waiting") == 0 || strcmp(state, "paused") == 0)
		return COLOUR_YELLOW;
	return strcmp(state, "done") == 0 ? COLOUR_GREEN : COLOUR_NONE;
}

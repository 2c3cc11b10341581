/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/dashboard.h"

#include <stdio.h>

#include "client/keys.h"
#include "client/text.h"

/* Moves that a page key skips. */
#define PAGE_MOVES 10

void dashboard_deinit(struct dashboard *dashboard)
{
	moves_deinit(&dashboard->moves);
}

size_t dashboard_position(const struct dashboard *dashboard)
{
	for (size_t i = 0; i < dashboard->moves.count; i++)
		if (dashboard->moves.entries[i].view.id == dashboard->selected_id)
			return i;
	return 0;
}

/* Selects the move that stands there, or the last one when there are not as many. */
static void select_at(struct dashboard *dashboard, size_t position)
{
	const struct moves *moves = &dashboard->moves;

	if (moves->count == 0)
		dashboard->selected_id = 0;
	else
		dashboard->selected_id =
			moves->entries[position < moves->count ? position : moves->count - 1]
				.view.id;
}

int dashboard_update(struct dashboard *dashboard, struct json_object *list, bool all)
{
	size_t position = dashboard_position(dashboard);
	int ret;

	if (all)
		moves_deinit(&dashboard->moves);
	ret = moves_update(&dashboard->moves, list);
	if (ret < 0)
		return ret;
	dashboard->link = LINK_THERE;
	if (!moves_find(&dashboard->moves, dashboard->selected_id))
		select_at(dashboard, position);
	if (!moves_find(&dashboard->moves, dashboard->asked_id))
		dashboard->asked_id = 0;
	return 0;
}

void dashboard_lose(struct dashboard *dashboard)
{
	dashboard->link = LINK_LOST;
	dashboard->asked_id = 0;
}

void dashboard_tell(struct dashboard *dashboard, const char *text)
{
	snprintf(dashboard->notice, sizeof(dashboard->notice), "%s", text);
	text_clean(dashboard->notice);
}

static void step(struct dashboard *dashboard, size_t down, size_t up)
{
	size_t position = dashboard_position(dashboard) + down;

	select_at(dashboard, position > up ? position - up : 0);
}

static void ask_to_abort(struct dashboard *dashboard)
{
	const struct moves_entry *entry = moves_find(&dashboard->moves, dashboard->selected_id);

	if (entry && view_move_is_ended(&entry->view))
		dashboard_tell(dashboard, "It has ended: there is nothing to abort");
	else if (entry)
		dashboard->asked_id = entry->view.id;
}

static struct wish wish_of_selected(const struct dashboard *dashboard, enum wish_kind kind)
{
	if (dashboard->selected_id == 0)
		return (struct wish){WISH_NOTHING, 0};
	return (struct wish){kind, dashboard->selected_id};
}

/* Anything but a clear yes is a no. */
static struct wish answer(struct dashboard *dashboard, int key)
{
	struct wish wish = {WISH_NOTHING, dashboard->asked_id};

	if (key == 'y' || key == 'Y')
		wish.kind = WISH_ABORT;
	else
		dashboard_tell(dashboard, "Not aborted");
	dashboard->asked_id = 0;
	return wish;
}

struct wish dashboard_press(struct dashboard *dashboard, int key)
{
	dashboard_tell(dashboard, "");
	if (dashboard->asked_id != 0)
		return answer(dashboard, key);
	switch (key) {
	case 'q':
		return (struct wish){WISH_QUIT, 0};
	case 'L' - '@': /* ^L */
		return (struct wish){WISH_REDRAW, 0};
	case 'p':
		return wish_of_selected(dashboard, WISH_PAUSE);
	case 'r':
		return wish_of_selected(dashboard, WISH_RESUME);
	case 'a':
		ask_to_abort(dashboard);
		break;
	case 'k':
	case KEY_UP:
		step(dashboard, 0, 1);
		break;
	case 'j':
	case KEY_DOWN:
		step(dashboard, 1, 0);
		break;
	case KEY_PAGE_UP:
		step(dashboard, 0, PAGE_MOVES);
		break;
	case KEY_PAGE_DOWN:
		step(dashboard, PAGE_MOVES, 0);
		break;
	case 'g':
	case KEY_HOME:
		select_at(dashboard, 0);
		break;
	case 'G':
	case KEY_END:
		select_at(dashboard, SIZE_MAX);
		break;
	default:
		break;
	}
	return (struct wish){WISH_NOTHING, 0};
}

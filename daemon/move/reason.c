/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

static void set_reason(struct pass *pass, enum pass_reason reason, const char *text)
{
	pass->reason = reason;
	snprintf(pass->reason_text, sizeof(pass->reason_text), "%s", text);
}

/* States in which the reason says why the pass is there, and not what it is waiting for. */
static bool state_has_reason(enum pass_state state)
{
	return state == PASS_UNDOING || state == PASS_HELD || pass_state_is_terminal(state);
}

/* An abort explains itself: there is room for what keeps it from coming to its end. */
static bool reason_has_room(const struct pass *pass)
{
	return pass->state == PASS_UNDOING && pass->reason == REASON_ABORTED;
}

void reason_note_trouble(struct drive *drive, struct pass *pass, enum pass_reason reason,
			 const char *text)
{
	drive->move->waiting = true;
	if (!state_has_reason(pass->state))
		set_reason(pass, reason, text);
	else if (reason_has_room(pass))
		set_reason(pass, pass->reason, text);
	drive_log(LOG_WARNING, drive->move, pass, "waits: %s%s%s", pass_reason_name(reason),
		  *text ? ": " : "", text);
	mover_publish(drive->mover, drive->move);
}

void reason_clear_trouble(struct drive *drive, struct pass *pass)
{
	drive->move->waiting = false;
	if (!state_has_reason(pass->state))
		set_reason(pass, REASON_NONE, "");
	else if (reason_has_room(pass))
		set_reason(pass, pass->reason, "");
}

enum pass_reason reason_of_event(enum pass_event event)
{
	switch (event) {
	case EVENT_ABORT:
		return REASON_ABORTED;
	case EVENT_LV_GONE:
	case EVENT_LEG_LEFT:
	case EVENT_RESERVATION_LEFT:
		return REASON_LV_GONE;
	case EVENT_LV_CHANGED:
	case EVENT_UNRESERVED:
	case EVENT_RESERVATION_LOST:
		return REASON_LV_CHANGED;
	case EVENT_SOURCE_UNREADABLE:
		return REASON_SOURCE_UNREADABLE;
	case EVENT_SOURCE_FAILED:
		return REASON_SOURCE_FAILED;
	case EVENT_DEST_FAILED:
		return REASON_DEST_FAILED;
	case EVENT_LEG_FOREIGN:
	case EVENT_STRAY_LEG:
	case EVENT_TABLE_FOREIGN:
	case EVENT_ASTRAY:
		return REASON_TABLE_FOREIGN;
	default:
		return REASON_NONE;
	}
}

/* What the status says besides: which extents a failing disk has hit, what a person is to do. */
static void describe_trouble(const struct fsm_row *row, const struct observation *seen, char *text,
			     size_t size_bytes)
{
	*text = '\0';
	if (row->next == PASS_HELD)
		snprintf(text, size_bytes,
			 "put the VG's metadata right, or undo the move with \"pvmovectl abort\"");
	else if (seen && seen->progress.trouble != LEG_SOUND)
		snprintf(text, size_bytes, "within logical extents %" PRIu64 " to %" PRIu64,
			 seen->progress.trouble_first_le,
			 seen->progress.trouble_first_le + seen->progress.trouble_extent_count - 1);
}

void reason_update(struct pass *pass, const struct fsm_row *row, const struct observation *seen)
{
	enum pass_reason reason = reason_of_event(row->event);
	char text[PASS_REASON_TEXT_MAX];

	if (row->action == ACTION_WAIT)
		return; /* what is waited for is noted already */
	if (!state_has_reason(row->next)) {
		set_reason(pass, REASON_NONE, "");
	} else if (reason != REASON_NONE && row->state != PASS_UNDOING) {
		describe_trouble(row, seen, text, sizeof(text));
		set_reason(pass, reason, text);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/reason.h"

#include <stdio.h>
#include <syslog.h>

#include "daemon/move/trouble.h"

void reason_set_text(struct pass *pass, const char *text)
{
	snprintf(pass->reason_text, sizeof(pass->reason_text), "%s", text);
}

static void set_reason(struct pass *pass, enum pass_reason reason, const char *text)
{
	pass->reason = reason;
	reason_set_text(pass, text);
	pass->trouble = (struct pass_trouble){.side = TROUBLE_NONE};
}

static void set_wait(struct pass *pass, enum pass_reason reason, const char *text)
{
	pass->waits_for = reason;
	snprintf(pass->waits_text, sizeof(pass->waits_text), "%s", text);
}

/* States in which the reason says why the pass is there, and not what it is waiting for. */
static bool state_has_reason(enum pass_state state)
{
	return state == PASS_UNDOING || state == PASS_HELD || pass_state_is_terminal(state);
}

void reason_note_trouble(struct drive *drive, struct pass *pass, enum pass_reason reason,
			 const char *text)
{
	drive->move->waiting = true;
	mover_note_order(drive->mover);
	set_wait(pass, reason, text);
	if (!state_has_reason(pass->state))
		set_reason(pass, reason, text);
	drive_log_message(message_of_reason(reason), LOG_WARNING, drive->move, pass,
			  "waits: %s%s%s", pass_reason_name(reason), *text ? ": " : "", text);
	mover_publish(drive->mover, drive->move);
}

/* The first PV of the group that is missing and that a run of the pass needs, or NULL. */
static const struct vg_pv *find_missing_pv(const struct vg *vg,
					   const struct reservation *reservation)
{
	for (size_t i = 0; i < reservation->run_count; i++) {
		const struct run *run = &reservation->runs[i];
		const struct vg_pv *source = vg_find_pv(vg, &run->source_pv);
		const struct vg_pv *dest = vg_find_pv(vg, &run->dest_pv);

		if (source && source->missing)
			return source;
		if (dest && dest->missing)
			return dest;
	}
	return NULL;
}

void reason_note_absence(struct drive *drive, struct pass *pass)
{
	const struct vg_pv *pv = drive->vg ? find_missing_pv(drive->vg, &pass->reservation) : NULL;
	enum pass_reason reason = pv ? REASON_PV_MISSING : REASON_VG_ABSENT;

	if (!drive->move->waiting || pass->waits_for != reason)
		reason_note_trouble(drive, pass, reason, pv ? pv->id.text : drive->move->vg_name);
}

void reason_clear_trouble(struct drive *drive, struct pass *pass)
{
	drive->move->waiting = false;
	mover_note_order(drive->mover);
	set_wait(pass, REASON_NONE, "");
	if (!state_has_reason(pass->state))
		set_reason(pass, REASON_NONE, "");
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
	case EVENT_VERIFY_FAILED:
		return REASON_VERIFY_FAILED;
	case EVENT_LEG_FOREIGN:
	case EVENT_STRAY_LEG:
	case EVENT_TABLE_FOREIGN:
	case EVENT_ASTRAY:
		return REASON_TABLE_FOREIGN;
	default:
		return REASON_NONE;
	}
}

void reason_update(struct pass *pass, const struct fsm_row *row, const struct observation *seen,
		   const struct vg *vg)
{
	enum pass_reason reason = reason_of_event(row->event);

	if (row->action == ACTION_WAIT)
		return; /* what is waited for is noted already */
	set_wait(pass, REASON_NONE, "");
	if (!state_has_reason(row->next)) {
		set_reason(pass, REASON_NONE, "");
	} else if (reason != REASON_NONE && row->state != PASS_UNDOING) {
		set_reason(pass, reason, "");
		if (seen)
			pass->trouble = trouble_seen(seen, &pass->reservation, vg);
		if (row->next == PASS_HELD)
			reason_set_text(pass, "put the VG's metadata right, or undo the move with "
					      "\"pvmovectl abort\"");
	}
}

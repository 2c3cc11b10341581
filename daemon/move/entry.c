/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/entry.h"

#include <inttypes.h>
#include <syslog.h>

#include "common/units.h"
#include "daemon/move/failpoint.h"
#include "daemon/move/reason.h"
#include "daemon/move/stalling.h"
#include "daemon/move/turn.h"
#include "daemon/move/verify.h"

static int record_state(struct drive *drive, const struct pass *pass)
{
	int r = failpoint_reach_state(FAILPOINT_BEFORE, pass->state);

	if (r == 0)
		r = drive_record_pass(drive, pass, false);
	return r < 0 ? r : failpoint_reach_state(FAILPOINT_AFTER, pass->state);
}

void entry_update_progress(struct pass *pass, const struct observation *seen)
{
	pass->is_observed = true;
	if (pass->state == PASS_DONE || pass->state == PASS_SWITCHING ||
	    pass->state == PASS_RETIRING)
		pass->copied_bytes = pass->total_bytes;
	else if (pass_state_is_terminal(pass->state) || !seen)
		pass->copied_bytes = 0;
	else
		pass->copied_bytes = seen->progress.copied_sectors * SECTOR_BYTES;
}

/* A finished move is told so; otherwise the next pass begins with a clean slate. */
static void leave_pass(struct drive *drive)
{
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	drive->attempts = 0;
	drive->plan_is_stale = false;
	drive->is_told = false;
	drive->verification = (struct verification){0};
	drive->search = (struct search){.is_under_way = false};
	if (!move_is_terminal(drive->move)) {
		turn_note_disks(drive, drive->vg);
		return;
	}
	drive->move->finished_us = ports->now_us(ctx);
	/* A thousand moves are remembered, but not a thousand VGs. */
	drive_take_vg(drive, NULL);
}

static void log_trouble(const struct drive *drive, const struct pass *pass)
{
	const struct pass_trouble *trouble = &pass->trouble;

	drive_log_message(message_of_reason(pass->reason), LOG_WARNING, drive->move, pass,
			  "the %s %s (PV %s) failed within its sectors %" PRIu64 " to %" PRIu64
			  ", logical extents %" PRIu64 " to %" PRIu64,
			  trouble_side_name(trouble->side), trouble->device, trouble->pv.text,
			  trouble->first_sector, trouble->first_sector + trouble->sector_count - 1,
			  trouble->first_le, trouble->first_le + trouble->le_count - 1);
}

/* Why it does not end as was asked, once: of a comparison and of a wait that was said already. */
static void log_reason(const struct drive *drive, const struct pass *before,
		       const struct pass *pass)
{
	if (pass->trouble.side != TROUBLE_NONE && pass->state == PASS_UNDOING) {
		log_trouble(drive, pass);
		return;
	}
	if (pass->reason == before->reason || pass->reason == REASON_NONE ||
	    pass->reason == REASON_VERIFY_FAILED)
		return;
	drive_log_message(message_of_reason(pass->reason),
			  pass->reason == REASON_ABORTED ? LOG_INFO : LOG_WARNING, drive->move,
			  pass, "the reason: %s%s%s", pass_reason_name(pass->reason),
			  *pass->reason_text ? ": " : "", pass->reason_text);
}

int entry_make(struct drive *drive, struct pass *pass, const struct fsm_row *row,
	       const struct observation *seen)
{
	struct pass before = *pass;
	int r;

	pass->state = row->next;
	reason_update(pass, row, seen, drive->vg);
	verify_explain(drive, pass, row, seen);
	r = record_state(drive, pass);
	if (r < 0) {
		*pass = before;
		return r;
	}
	drive_log_message(message_of_state(row->next), LOG_INFO, drive->move, pass, "%s → %s (%s)",
			  pass_state_name(row->state), pass_state_name(row->next),
			  pass_event_name(row->event));
	log_reason(drive, &before, pass);
	if (row->action != ACTION_WAIT)
		drive->move->waiting = false;
	entry_update_progress(pass, seen);
	if (row->next == PASS_COPYING || row->state == PASS_COPYING)
		eta_interrupt(&drive->move->eta);
	mover_note_order(drive->mover);
	if (pass_state_is_terminal(row->next))
		leave_pass(drive);
	stalling_look(drive);
	mover_publish(drive->mover, drive->move);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/stalling.h"

#include <inttypes.h>
#include <syslog.h>

#include "daemon/move/mover_internal.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* More than a copy under a limit does at a time: see limiter_narrow(). */
#define STEP_BYTES (UINT64_C(2) << 20)

/*
 * A swap of the leg's table waits for what is on its way to the disks, and so belongs to the
 * copying. While anything else is done nobody looks at how far it is.
 */
static bool should_copy(const struct drive *drive, const struct pass *pass)
{
	return pass && pass->state == PASS_COPYING && drive->move->goal == GOAL_RUN &&
	       !drive->move->waiting && (!drive->busy || drive->effect == ACTION_REDRAW);
}

static uint64_t patience_us(const struct drive *drive)
{
	uint64_t limit_bytes_s = drive->move->limit_bytes_s;
	uint64_t host_bytes_s = drive->mover->host_limit_bytes_s;

	if (host_bytes_s > 0 && (limit_bytes_s == 0 || host_bytes_s < limit_bytes_s))
		limit_bytes_s = host_bytes_s;
	return stall_patience_us(drive->mover->settings.stall_us, STEP_BYTES, limit_bytes_s);
}

static void begin(struct drive *drive, const struct pass *pass, uint64_t for_us, uint64_t now_us)
{
	drive->move->stalled_since_us = now_us - for_us;
	drive_log_message(MESSAGE_STALLED, LOG_WARNING, drive->move, pass,
			  "nothing was copied for %" PRIu64
			  " s: see whether a disk hangs (\"dmesg\") or a device below is suspended "
			  "(\"dmsetup info\")",
			  for_us / USEC_PER_SEC);
	mover_publish(drive->mover, drive->move);
}

static void end(struct drive *drive, const struct pass *pass, bool goes_on)
{
	if (drive->move->stalled_since_us == 0)
		return;
	drive->move->stalled_since_us = 0;
	if (goes_on)
		drive_log(LOG_INFO, drive->move, pass, "copies again");
	mover_publish(drive->mover, drive->move);
}

void stalling_look(struct drive *drive)
{
	const struct pass *pass = move_current_pass(drive->move);
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	uint64_t now_us = ports->monotonic_us(ctx);

	if (!should_copy(drive, pass)) {
		stall_forget(&drive->stall);
		end(drive, pass, false);
		return;
	}
	switch (stall_note(&drive->stall, now_us, pass->copied_bytes, patience_us(drive))) {
	case STALL_BEGAN:
		begin(drive, pass, now_us - drive->stall.progress_us, ports->now_us(ctx));
		break;
	case STALL_ENDED:
		end(drive, pass, true);
		break;
	case STALL_NO_NEWS:
		break;
	}
}

uint64_t stalling_due_us(const struct drive *drive)
{
	return stall_due_us(&drive->stall, patience_us(drive));
}

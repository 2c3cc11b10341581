/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/move/wedge.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/cleanup.h"
#include "daemon/move/effects.h"

/* What the kernel calls the pass's leg; its UUID if it cannot be asked. */
static void find_name(const struct drive *drive, const struct pass *pass, char name[DM_ID_MAX])
{
	cleanup(dm_device_deinit) struct dm_device leg = {0};
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);

	effect_leg_uuid(pass, pass->leg_number, name);
	if (ports->observe(ctx, name, &leg) == 0 && leg.present)
		snprintf(name, DM_ID_MAX, "%s", leg.name);
}

static void add_name(struct pass *pass, const char *name)
{
	size_t len = strlen(pass->wedged);

	if (len + strlen(" ") + strlen(name) < sizeof(pass->wedged))
		snprintf(&pass->wedged[len], sizeof(pass->wedged) - len, "%s%s", len ? " " : "",
			 name);
}

int wedge_note(struct drive *drive, struct pass *pass)
{
	struct pass before = *pass;
	char name[DM_ID_MAX];
	void *ctx;
	const struct ports *ports = mover_ports(drive->mover, &ctx);
	int r;

	find_name(drive, pass, name);
	pass->leg_number++;
	add_name(pass, name);
	snprintf(pass->wedged_boot, sizeof(pass->wedged_boot), "%s", ports->boot_id(ctx));
	r = drive_record_pass(drive, pass, false);
	if (r < 0) {
		*pass = before;
		return r;
	}
	drive_log_message(
		MESSAGE_WEDGED, LOG_WARNING, drive->move, pass,
		"the device %s is wedged until the next boot: an executor was killed while it "
		"swapped its table; the LV is taken off it",
		name);
	mover_publish(drive->mover, drive->move);
	return 0;
}

void wedge_forget(struct pass *pass, const char *boot_id)
{
	if (strcmp(pass->wedged_boot, boot_id) == 0)
		return;
	pass->leg_number = 0;
	*pass->wedged = '\0';
	*pass->wedged_boot = '\0';
}

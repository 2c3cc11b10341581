/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/trouble.h"

#include <inttypes.h>
#include <string.h>

/* "logical extents 40 to 47", "sector 8": one of a kind, or from the first to the last. */
static void write_range(FILE *out, const char *kind, uint64_t first, uint64_t count)
{
	if (count == 1)
		fprintf(out, "%s %" PRIu64, kind, first);
	else
		fprintf(out, "%ss %" PRIu64 " to %" PRIu64, kind, first, first + (count - 1));
}

static const char *device_of(const struct trouble_view *trouble)
{
	return trouble->device ? trouble->device : "the disk";
}

void trouble_write_place(FILE *out, const struct pass_view *pass)
{
	const struct trouble_view *trouble = &pass->trouble;

	if (!trouble->side)
		return;
	fputs(trouble->exact ? "" : "somewhere in ", out);
	write_range(out, "sector", trouble->first_sector, trouble->sector_count);
	fprintf(out, " of %s (", device_of(trouble));
	write_range(out, "logical extent", trouble->first_le, trouble->le_count);
	fputc(')', out);
}

static bool reason_is(const struct pass_view *pass, const char *code)
{
	return pass->reason_code && strcmp(pass->reason_code, code) == 0;
}

static bool waits_for_pv(const struct pass_view *pass)
{
	return pass->waits_code && strcmp(pass->waits_code, "pv_missing") == 0;
}

bool trouble_has_advice(const struct pass_view *pass)
{
	return pass->trouble.side || waits_for_pv(pass);
}

static void write_next_step(FILE *out, const struct pass_view *pass)
{
	const struct trouble_view *trouble = &pass->trouble;
	const char *device = device_of(trouble);

	if (strcmp(trouble->side, "destination") == 0)
		fprintf(out,
			"LV %s is whole where it was: start the move again with another "
			"destination, and replace %s (PV %s)",
			pass->lv, device, trouble->pv_uuid);
	else if (reason_is(pass, "source_unreadable"))
		fprintf(out,
			"LV %s stays where it was, with all that can be read of it: restore the "
			"unreadable sectors from a backup and move again, or copy the rest "
			"elsewhere with ddrescue; then replace %s (PV %s)",
			pass->lv, device, trouble->pv_uuid);
	else
		fprintf(out,
			"LV %s stays where it was, with all that was written to it: save its data "
			"elsewhere, and replace %s (PV %s)",
			pass->lv, device, trouble->pv_uuid);
}

void trouble_write_advice(FILE *out, const char *vg, const struct pass_view *pass)
{
	if (pass->trouble.side)
		write_next_step(out, pass);
	if (!waits_for_pv(pass))
		return;
	fprintf(out,
		"%sPV %s of VG %s is missing, and LVM changes no VG that is not complete: attach "
		"its disk again",
		pass->trouble.side ? "; " : "", pass->waits_text, vg);
	/* Another disk could be taken for the destination, with all data on it. */
	if (strcmp(pass->state, "committing") == 0 || strcmp(pass->state, "switching") == 0)
		fprintf(out,
			", and pvmoved goes on by itself; if it is lost, the other disk has all "
			"data: see \"A disk is lost around the commit\" in docs/recovery.md");
	else
		fprintf(out,
			", or put another in its place with \"pvcreate --uuid %s "
			"--restorefile /etc/lvm/backup/%s DEVICE\", and pvmoved goes on by itself",
			pass->waits_text, vg);
}

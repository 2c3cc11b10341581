/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/preflight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/* What a mirror takes of the kernel's memory, kcopyd's pages mostly (Linux 6.1, measured). */
#define MIRROR_BYTES (UINT64_C(768) * 1024)

/* One plan with what it stands on. */
struct flight {
	const struct plan *plan;
	const struct vg *vg;
	struct warning_list *warnings;
	const struct vg_pv *source;
	bool *is_destination; /* by number of the PV */
};

/* In the end each run of a pass is a mirror of its own. */
static int check_memory(const struct planned_pass *pass, const struct preflight_host *host,
			struct refusal *refusal)
{
	uint64_t mirrors_max = host->memory_bytes / 2 / MIRROR_BYTES;

	if (host->memory_bytes == 0 || pass->reservation.run_count <= mirrors_max)
		return 0;
	refusal_set(refusal, REFUSAL_TOO_FRAGMENTED, pass->lv_name, NULL);
	refusal->pieces = pass->reservation.run_count;
	refusal->pieces_max = mirrors_max;
	return PLAN_REFUSED;
}

int preflight_check(const struct plan *plan, const struct preflight_host *host,
		    struct refusal *refusal)
{
	int r = 0;

	if (plan->pass_count > 0 && host->lacks_mirror) {
		refusal_set(refusal, REFUSAL_NO_TARGET, "mirror", NULL);
		return PLAN_REFUSED;
	}
	for (size_t i = 0; r == 0 && i < plan->pass_count; i++)
		r = check_memory(&plan->passes[i], host, refusal);
	return r;
}

void preflight_complete_refusal(const struct preflight_host *host, struct refusal *refusal)
{
	char device[REFUSAL_TEXT_MAX];

	if (refusal->code != REFUSAL_NO_SUCH_PV)
		return;
	memcpy(device, refusal->subject, sizeof(device));
	refusal_set(refusal, REFUSAL_NO_SUCH_PV, device, host->devices_file);
}

static const char *name_pv(const struct vg_pv *pv)
{
	return pv->device ? pv->device : pv->id.text;
}

static void find_pvs(struct flight *flight)
{
	for (size_t i = 0; i < flight->plan->pass_count; i++) {
		const struct reservation *reservation = &flight->plan->passes[i].reservation;

		for (size_t j = 0; j < reservation->run_count; j++) {
			const struct run *run = &reservation->runs[j];
			const struct vg_pv *dest = vg_find_pv(flight->vg, &run->dest_pv);

			flight->source = vg_find_pv(flight->vg, &run->source_pv);
			if (dest)
				flight->is_destination[dest - flight->vg->pvs] = true;
		}
	}
}

/* That of an LV which is part of the move is refused: it is LOCKED. */
static int warn_of_foreign_move(const struct flight *flight)
{
	const struct vg *vg = flight->vg;

	for (size_t i = 0; i < vg->lv_count; i++)
		if (vg->lvs[i].is_pvmove)
			return warning_append(
				flight->warnings, WARNING_FOREIGN_MOVE,
				"LVM's own pvmove is under way in VG %s (LV %s) and shares the "
				"disks "
				"with this move; if it does not go on by itself, \"pvmove\" "
				"without "
				"arguments makes it, and \"pvmove --abort\" takes it back",
				vg->name, vg->lvs[i].name);
	return 0;
}

/* Of all PVs: LVM writes the metadata to each that keeps them. One that is a destination is
 * refused. */
static int warn_of_read_only_pv(const struct flight *flight, const struct vg_pv *pv)
{
	if (!pv->read_only)
		return 0;
	return warning_append(flight->warnings, WARNING_PV_READ_ONLY,
			      "PV %s is read-only, and where it keeps metadata of VG %s LVM can "
			      "write none, so that the move fails with nothing moved; \"blockdev "
			      "--setrw %s\" makes it writable",
			      name_pv(pv), flight->vg->name, name_pv(pv));
}

static int warn_of_degraded_pv(const struct flight *flight, const struct vg_pv *pv)
{
	if (!pv->degraded)
		return 0;
	return warning_append(flight->warnings, WARNING_PV_DEGRADED,
			      "destination %s lacks a disk below it: an array is degraded (see "
			      "/proc/mdstat) or a disk is offline; repair that first, or name "
			      "another destination",
			      name_pv(pv));
}

static const struct vg_disk *find_shared_disk(const struct vg_pv *a, const struct vg_pv *b)
{
	for (size_t i = 0; i < a->disk_count; i++)
		for (size_t j = 0; j < b->disk_count; j++)
			if (a->disks[i].dev == b->disks[j].dev)
				return &a->disks[i];
	return NULL;
}

/* Within one PV it is known to whoever asks for it. */
static int warn_of_shared_disk(const struct flight *flight, const struct vg_pv *pv)
{
	const struct vg_disk *disk =
		pv == flight->source ? NULL : find_shared_disk(flight->source, pv);

	if (!disk)
		return 0;
	return warning_append(
		flight->warnings, WARNING_SAME_DISK,
		"source %s and destination %s share the disk %s%s: if that one fails, "
		"nothing was gained; name a destination on another disk if that is "
		"why you move",
		name_pv(flight->source), name_pv(pv), *disk->name ? "/dev/" : "",
		*disk->name ? disk->name : "below them");
}

static int warn_of_physical_blocks(const struct flight *flight, const struct vg_pv *pv)
{
	uint32_t source_bytes = flight->source->physical_block_bytes;

	if (source_bytes == 0 || pv->physical_block_bytes <= source_bytes)
		return 0;
	return warning_append(
		flight->warnings, WARNING_PHYSICAL_BLOCKS,
		"destination %s has physical blocks of %u bytes, the source %s of %u: "
		"what writes less at a time gets slower there, since the disk reads "
		"the rest first",
		name_pv(pv), pv->physical_block_bytes, name_pv(flight->source), source_bytes);
}

static int warn_of_destination(const struct flight *flight, const struct vg_pv *pv)
{
	int r = warn_of_degraded_pv(flight, pv);

	if (r == 0)
		r = warn_of_shared_disk(flight, pv);
	return r == 0 ? warn_of_physical_blocks(flight, pv) : r;
}

/* Neither does LVM's own pvmove (2.03.16: none reached the disk); lvremove does. */
static int warn_of_discards(const struct flight *flight)
{
	const char *source = name_pv(flight->source);
	const char *vg = flight->vg->name;

	return warning_append(
		flight->warnings, WARNING_ISSUE_DISCARDS,
		"LVM is told to discard what it frees (issue_discards), but what this "
		"move frees on %s is not discarded; afterwards \"lvcreate -Wn -Zn -l "
		"100%%PVS -n trim %s %s\" and \"lvremove %s/trim\" discard all that is "
		"free there",
		source, vg, source, vg);
}

static int warn(const struct flight *flight, const struct preflight_host *host)
{
	const struct vg *vg = flight->vg;
	int r = warn_of_foreign_move(flight);

	for (size_t i = 0; i < vg->pv_count && r == 0; i++)
		r = warn_of_read_only_pv(flight, &vg->pvs[i]);
	for (size_t i = 0; i < vg->pv_count && r == 0; i++)
		if (flight->is_destination[i])
			r = warn_of_destination(flight, &vg->pvs[i]);
	if (r == 0 && host->issue_discards)
		r = warn_of_discards(flight);
	return r;
}

int preflight_warn(const struct plan *plan, const struct vg *vg, const struct preflight_host *host,
		   struct warning_list *warnings)
{
	_free_ bool *is_destination = calloc(vg->pv_count + 1, sizeof(*is_destination));
	struct flight flight = {
		.plan = plan, .vg = vg, .warnings = warnings, .is_destination = is_destination};

	if (!is_destination)
		return -ENOMEM;
	find_pvs(&flight);
	return flight.source ? warn(&flight, host) : 0;
}

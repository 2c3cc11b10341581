/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void known_deinit(struct known_vgs *known)
{
	struct known_vg *entry;

	while ((entry = TAILQ_FIRST(known))) {
		TAILQ_REMOVE(known, entry, link);
		free(entry->devices);
		free(entry);
	}
}

struct known_vg *known_find(const struct known_vgs *known, const struct lvm_id *id)
{
	struct known_vg *entry = TAILQ_FIRST(known);

	while (entry && !lvm_id_equal(&entry->id, id))
		entry = TAILQ_NEXT(entry, link);
	return entry;
}

/* The paths of all PVs with commas in between, owned; NULL when that is not all of the VG. */
static char *join_devices(const struct vg *vg)
{
	size_t size_bytes = 1;
	char *text, *at;

	for (size_t i = 0; i < vg->pv_count; i++) {
		const char *device = vg->pvs[i].device;

		if (vg->pvs[i].missing || !device || device[0] != '/' || strchr(device, ','))
			return NULL;
		size_bytes += strlen(device) + 1;
	}
	text = at = calloc(1, size_bytes);
	for (size_t i = 0; text && i < vg->pv_count; i++)
		at += sprintf(at, "%s%s", i > 0 ? "," : "", vg->pvs[i].device);
	return text;
}

static struct known_vg *make_known(struct known_vgs *known, const struct lvm_id *id)
{
	struct known_vg *entry = known_find(known, id);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->id = *id;
	TAILQ_INSERT_TAIL(known, entry, link);
	return entry;
}

void known_note_name(struct known_vgs *known, const char *name, const struct lvm_id *id)
{
	struct known_vg *entry = make_known(known, id);

	if (entry)
		snprintf(entry->name, sizeof(entry->name), "%s", name);
}

void known_note(struct known_vgs *known, const char *name, const struct vg *vg)
{
	struct known_vg *entry = make_known(known, &vg->id);

	if (!entry)
		return;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	free(entry->devices);
	entry->devices = join_devices(vg);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/plan/lv_spec.h"

#include <string.h>

/* Moves *textp past the prefix if it begins with it. */
static bool skip_text(const char **textp, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*textp, prefix, len) != 0)
		return false;
	*textp += len;
	return true;
}

/* The same with a name as device-mapper writes it: every dash twice. */
static bool skip_mangled(const char **textp, const char *name)
{
	const char *text = *textp;

	for (; *name; name++) {
		if (*text++ != *name)
			return false;
		if (*name == '-' && *text++ != '-')
			return false;
	}
	*textp = text;
	return true;
}

static const struct vg_lv *find_mangled(const struct vg *vg, const char *spec)
{
	if (!skip_mangled(&spec, vg->name) || !skip_text(&spec, "-"))
		return NULL;
	for (size_t i = 0; i < vg->lv_count; i++) {
		const char *rest = spec;

		if (skip_mangled(&rest, vg->lvs[i].name) && *rest == '\0')
			return &vg->lvs[i];
	}
	return NULL;
}

const struct vg_lv *lv_spec_find(const struct vg *vg, const char *spec)
{
	bool has_vg;

	if (skip_text(&spec, "/dev/mapper/"))
		return find_mangled(vg, spec);
	has_vg = skip_text(&spec, "/dev/") || strchr(spec, '/');
	if (has_vg && (!skip_text(&spec, vg->name) || !skip_text(&spec, "/")))
		return NULL;
	return vg_find_lv_by_name(vg, spec);
}

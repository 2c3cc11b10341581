/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lvm/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/lvm/tree.h"
#include "daemon/lvm/vg.h"

/* A flag; one that is not there is not set. */
static int read_flag(const struct dm_config_node *section, const char *key, bool *flagp)
{
	uint64_t number = 0;
	int r = tree_read_number(section, key, INT_MAX, &number);

	if (r < 0 && r != -ENOENT)
		return r;
	*flagp = number != 0;
	return 0;
}

static int read_devices_file(const struct dm_config_node *section, const char *etc,
			     char path[LVM_DEVICES_FILE_MAX])
{
	const char *name = "";
	bool used;
	int r = read_flag(section, "use_devicesfile", &used);

	if (r < 0 || !used)
		return r;
	/* LVM takes no path for it (2.03.16). */
	r = tree_read_string(section, "devicesfile", &name);
	if (r < 0 || !lvm_name_is_valid(name) ||
	    snprintf(path, LVM_DEVICES_FILE_MAX, "%s/devices/%s", etc, name) >=
		    LVM_DEVICES_FILE_MAX)
		return -EBADMSG;
	return 0;
}

int lvm_settings_parse(const char *text, size_t len_bytes, const char *etc,
		       struct lvm_settings *settingsp)
{
	_tree_ struct dm_config_tree *tree = NULL;
	struct lvm_settings settings = {0};
	const struct dm_config_node *section;
	int r = tree_parse(text, len_bytes, &tree);

	if (r < 0)
		return r;
	section = tree_only_section(tree);
	if (!section || strcmp(section->key, "devices") != 0)
		return -EBADMSG;
	r = read_flag(section, "issue_discards", &settings.issue_discards);
	if (r == 0)
		r = read_devices_file(section, etc, settings.devices_file);
	if (r < 0)
		return r;
	*settingsp = settings;
	return 0;
}

static void look_at_file(const char *etc, const char *name, struct stat *st)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", etc, name) >= (int)sizeof(path) ||
	    stat(path, st) < 0)
		*st = (struct stat){0};
}

struct settings_stamp settings_take_stamp(const char *etc)
{
	struct settings_stamp stamp;

	look_at_file(etc, "lvm.conf", &stamp.main);
	look_at_file(etc, "lvmlocal.conf", &stamp.local);
	return stamp;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool settings_stamp_equal(const struct settings_stamp *a, const struct settings_stamp *b)
{
	return is_same_file(&a->main, &b->main) && is_same_file(&a->local, &b->local);
}

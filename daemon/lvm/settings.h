/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What of LVM's configuration is told to those who start a move: the section
 * "devices" as `lvmconfig --type full devices` prints it, defaults and all. And
 * whether the files that it comes from have changed since.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* "/etc/lvm/devices/" and a name. */
#define LVM_DEVICES_FILE_MAX 256

struct lvm_settings {
	bool issue_discards; /* lvremove and lvreduce discard what they free */
	/* LVM sees only the devices that it lists, if it is there; "": LVM needs none. */
	char devices_file[LVM_DEVICES_FILE_MAX];
};

/*
 * etc: the folder of LVM's configuration ("/etc/lvm"). What is not in the text is taken for not
 * set: older versions do not know all of it. Returns 0, -EBADMSG for what makes no sense, or
 * -ENOMEM.
 */
int lvm_settings_parse(const char *text, size_t len_bytes, const char *etc,
		       struct lvm_settings *settingsp);

/* The files at one moment; all zero for one that is not there. */
struct settings_stamp {
	struct stat main;  /* lvm.conf */
	struct stat local; /* lvmlocal.conf */
};

struct settings_stamp settings_take_stamp(const char *etc);
/* False once a file was written or replaced in between. */
bool settings_stamp_equal(const struct settings_stamp *a, const struct settings_stamp *b);

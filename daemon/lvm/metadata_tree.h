/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* LVM's metadata text as values and as the tree they are from. Internal to metadata.h. */

#include "daemon/lvm/metadata.h"
#include "daemon/lvm/tree.h"

/* As metadata_parse(), with the tree beside the group, owned as well: text is costly to parse. */
int metadata_parse_tree(const char *text, size_t len_bytes, struct dm_config_tree **treep,
			struct vg **vgp);

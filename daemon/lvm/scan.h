/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A look at text before libdevmapper's config parser gets it, which trusts it too much. Pure. */

#include <stdbool.h>
#include <stddef.h>

/* True for text of no more than the tokens, lengths and depth that LVM writes (see scan.c). */
bool scan_is_plain(const char *text, size_t len_bytes);

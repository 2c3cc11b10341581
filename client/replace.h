/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Files that others read at any time: they see the whole of what was there or
 * the whole of what is there now. What is in them is not its business.
 */

#include <stddef.h>

/*
 * Puts a file of these bytes, mode 0644, in the place of what is at the path, by way of a temporary
 * file beside it whose name begins with a dot. It is not made to outlast a power cut. Blocks on the
 * disk. Returns 0 or a negative errno; what was at the path is then as it was.
 */
int replace_file(const char *path, const char *bytes, size_t len_bytes);

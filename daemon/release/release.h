/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * pvmoved --release VG: puts a VG back into LVM's hands while no daemon runs.
 * What is done follows from the metadata and the live tables alone (survey.h),
 * so that it is the same with a journal and without; the journal, where there is
 * one that can be read, is then told that the moves of the VG have ended.
 */

#include "daemon/options.h"

/* Blocks until it is done, or refused. Returns the program's exit status. */
int release_run(const struct options *options);

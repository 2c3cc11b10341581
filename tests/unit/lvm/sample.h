/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Metadata texts that LVM wrote (samples/NAME.vg: vgcfgbackup of lvm2 2.03.16),
 * changed copies of them, and what differs between two. Failures end the test.
 */

#include "daemon/lvm/reservation.h"
#include "daemon/lvm/vg.h"

/* Owned text of a sample. */
char *sample_read(const char *name);

/* An owned copy with the first `from` replaced by `to`; there must be one. */
char *text_replace(const char *text, const char *from, const char *to);
/* The same for every one. */
char *text_replace_all(const char *text, const char *from, const char *to);

/* Parses text that must be good. Owned (vg_free). */
struct vg *text_parse(const char *text);

/*
 * What differs between two texts as trees: owned lines "+ path" for what only b
 * has, "- path" for what only a has and "~ path" for another value, with a
 * section that is new or gone as one line.
 */
char *text_differences(const char *a, const char *b);

/* libdevmapper prints every parse error; hostile texts would flood the log. */
void text_errors_silence(void);

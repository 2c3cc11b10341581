/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What somebody who starts a move should know first, though nothing is refused
 * for it and nothing is at risk: a code for programs and a sentence for people.
 */

#include <stddef.h>

/* W(enumerator, code on the wire) */
#define WARNING_LIST(W)                       \
	W(FOREIGN_MOVE, "foreign_move")       \
	W(PV_READ_ONLY, "pv_read_only")       \
	W(PV_DEGRADED, "pv_degraded")         \
	W(SAME_DISK, "same_disk")             \
	W(PHYSICAL_BLOCKS, "physical_blocks") \
	W(ISSUE_DISCARDS, "issue_discards")

enum warning_code {
#define W(code, name) WARNING_##code,
	WARNING_LIST(W)
#undef W
};

struct warning {
	enum warning_code code;
	char *text;
};

struct warning_list {
	struct warning *items;
	size_t count;
};

/* The code on the wire. */
const char *warning_name(enum warning_code code);

/* Appends one, by printf's rules. Returns 0 or -ENOMEM. */
int warning_append(struct warning_list *list, enum warning_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void warning_list_deinit(struct warning_list *list);

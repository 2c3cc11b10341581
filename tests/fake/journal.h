/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A journal that is on stable storage at once, and final in its failures like the real one. */

#include <stddef.h>

struct fake_journal {
	char **records;
	size_t count;
	int error; /* 0, or what every append returns from now on */
};

/* Forgets everything. */
void fake_journal_clear(struct fake_journal *journal);

/* Returns 0 or the error. */
int fake_journal_append(struct fake_journal *journal, const char *payload, size_t len_bytes);

/* The same with the types of mover_keep(); sink is the journal. */
int fake_journal_keep(void *sink, const char *payload, size_t len_bytes);

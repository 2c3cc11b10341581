/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A journal's folder in a temporary one, what replay gives from it, and its
 * file as bytes that tests may damage.
 */

#include <stddef.h>
#include <stdint.h>

#include "daemon/journal/journal.h"

#define FIXTURE_SEEN_MAX 64

struct fixture {
	char root[64];
	char state_dir[80];
	char file[96];
	char new_file[96];
	struct journal *journal;
	struct journal_damage damage;
	/* What the last open replayed, as text. */
	char *seen[FIXTURE_SEEN_MAX];
	size_t seen_count;
};

/* Setup and teardown of a cmocka test: *state is a struct fixture, its folder not made yet. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Opens the folder as fixture->journal and keeps what is replayed. Returns what journal_open()
 * does. */
int fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

/* Opens, which has to succeed, and checks the payloads; the list ends with NULL. */
void fixture_assert_opens_with(struct fixture *fixture, ...) __attribute__((sentinel));

/* Checks that the last open has replayed these and no others. */
void fixture_assert_seen(const struct fixture *fixture, const char *const *payloads,
			 size_t payload_count);

/* Appends, which has to succeed; the list ends with NULL. */
void fixture_append(struct fixture *fixture, ...) __attribute__((sentinel));

/* The whole file; the bytes are the caller's. */
unsigned char *fixture_read(const struct fixture *fixture, size_t *len_bytesp);
void fixture_write(const struct fixture *fixture, const void *bytes, size_t len_bytes);
void fixture_assert_file_is(const struct fixture *fixture, const void *bytes, size_t len_bytes);

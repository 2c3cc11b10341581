/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the fuzzers share: an input taken apart piece by piece, and claims that
 * have to hold for every input. Inputs are text, as far as that can be, so that
 * seeds and findings can be read, and written, in an editor.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls this once per input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

/* Ends the fuzzer with the claim and its place unless it holds; not one that NDEBUG takes away. */
#define CLAIM(claim) ((claim) ? (void)0 : claim_is_false(__FILE__, __LINE__, #claim))
__attribute__((noreturn)) void claim_is_false(const char *file, int line, const char *claim);

/* The rest of an input. */
struct input {
	const char *at;
	const char *end;
};

struct input input_begin(const uint8_t *bytes, size_t len_bytes);

/* The next byte; 0 at the end. */
unsigned char input_byte(struct input *input);

/*
 * The next line without its line feed, as owned text (free()) that ends where its memory does, so
 * that reading on is noticed. NULL at the end. NULs in it are kept; len_bytesp may be NULL.
 */
char *input_line(struct input *input, size_t *len_bytesp);

/* All that is left, in the same way; never NULL. */
char *input_rest(struct input *input, size_t *len_bytesp);

/* A number that is the same for the same bytes, to choose by. */
uint64_t input_hash(const void *bytes, size_t len_bytes);

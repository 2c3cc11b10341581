/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void claim_is_false(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, claim);
	abort();
}

struct input input_begin(const uint8_t *bytes, size_t len_bytes)
{
	const char *at = (const char *)bytes;

	return (struct input){at, at + len_bytes};
}

unsigned char input_byte(struct input *input)
{
	return input->at < input->end ? (unsigned char)*input->at++ : 0;
}

static char *copy(const char *bytes, size_t len_bytes)
{
	char *text = malloc(len_bytes + 1);

	CLAIM(text);
	memcpy(text, bytes, len_bytes);
	text[len_bytes] = '\0';
	return text;
}

char *input_line(struct input *input, size_t *len_bytesp)
{
	size_t left_bytes = (size_t)(input->end - input->at), len_bytes = left_bytes;
	const char *end;
	char *line;

	if (left_bytes == 0)
		return NULL;
	end = memchr(input->at, '\n', left_bytes);
	if (end)
		len_bytes = (size_t)(end - input->at);
	line = copy(input->at, len_bytes);
	input->at += len_bytes + (end ? 1 : 0);
	if (len_bytesp)
		*len_bytesp = len_bytes;
	return line;
}

char *input_rest(struct input *input, size_t *len_bytesp)
{
	size_t len_bytes = (size_t)(input->end - input->at);
	char *rest = copy(input->at, len_bytes);

	input->at = input->end;
	*len_bytesp = len_bytes;
	return rest;
}

/* FNV-1a. */
uint64_t input_hash(const void *bytes, size_t len_bytes)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len_bytes; i++)
		hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Text from elsewhere (names, messages) on its way to a terminal, which must
 * not be told what to do by it. Text is UTF-8.
 */

#include <stddef.h>
#include <stdio.h>

struct json_object;

/* Turns control characters, those above ASCII too, into spaces. */
void text_clean(char *text);

/* The same for every text in a received message. Returns 0 or -ENOMEM. */
int text_clean_json(struct json_object *value);

/*
 * Writes a value as JSON on one line that says the same and holds no control
 * character. Returns 0 or -ENOMEM; what the stream says is for the caller to see.
 */
int text_write_json(FILE *out, struct json_object *value);

/* Columns that clean text takes up, one for each character. */
size_t text_columns(const char *text);

/* Bytes that the first columns of the text are made of, all of it if it is shorter. */
size_t text_bytes_of_columns(const char *text, size_t columns);

/* Turns each character that is none of ASCII's into one question mark. */
void text_make_ascii(char *text);

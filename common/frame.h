/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Cuts a stream of bytes into messages that each end with a NUL, as Varlink
 * sends them. Knows neither sockets nor what a message says. To send one,
 * write it with its NUL.
 */

#include <stddef.h>

/* Embedded by its owner; the fields are its own. */
struct frame_reader {
	char *buffer;
	size_t size_bytes;
	size_t start;   /* of the first message not taken yet */
	size_t scanned; /* no NUL from start up to here */
	size_t end;     /* of what was pushed */
	size_t message_max_bytes;
};

/* message_max_bytes: longest message without its NUL. */
void frame_reader_init(struct frame_reader *reader, size_t message_max_bytes);
void frame_reader_deinit(struct frame_reader *reader);

/*
 * Adds received bytes. To keep what is held bounded, push only when
 * frame_reader_next() said that there is no message left. Returns 0; -EMSGSIZE
 * once the message being received is too long; -ENOMEM.
 */
int frame_reader_push(struct frame_reader *reader, const void *bytes, size_t len_bytes);

/*
 * Takes the next complete message out. Returns 1 and the message, which stands
 * in the reader until the next push and ends with a NUL that is not counted;
 * 0 when there is none; -EMSGSIZE, now and ever after, when it is too long.
 */
int frame_reader_next(struct frame_reader *reader, const char **messagep, size_t *len_bytesp);

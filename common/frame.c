/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the first bytes make room for: most messages are shorter. */
#define BUFFER_MIN_BYTES 1024

void frame_reader_init(struct frame_reader *reader, size_t message_max_bytes)
{
	*reader = (struct frame_reader){.message_max_bytes = message_max_bytes};
}

void frame_reader_deinit(struct frame_reader *reader)
{
	free(reader->buffer);
	*reader = (struct frame_reader){0};
}

static void drop_taken(struct frame_reader *reader)
{
	if (reader->start == 0)
		return;
	memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
	reader->scanned -= reader->start;
	reader->end -= reader->start;
	reader->start = 0;
}

static int make_room(struct frame_reader *reader, size_t len_bytes)
{
	size_t size_bytes = reader->size_bytes ? reader->size_bytes : BUFFER_MIN_BYTES;
	char *buffer;

	if (len_bytes <= reader->size_bytes - reader->end)
		return 0;
	while (size_bytes - reader->end < len_bytes)
		size_bytes *= 2;
	buffer = realloc(reader->buffer, size_bytes);
	if (!buffer)
		return -ENOMEM;
	reader->buffer = buffer;
	reader->size_bytes = size_bytes;
	return 0;
}

int frame_reader_push(struct frame_reader *reader, const void *bytes, size_t len_bytes)
{
	int r;

	if (reader->end - reader->start > reader->message_max_bytes)
		return -EMSGSIZE;
	if (len_bytes == 0)
		return 0;
	drop_taken(reader);
	r = make_room(reader, len_bytes);
	if (r < 0)
		return r;
	memcpy(reader->buffer + reader->end, bytes, len_bytes);
	reader->end += len_bytes;
	return 0;
}

int frame_reader_next(struct frame_reader *reader, const char **messagep, size_t *len_bytesp)
{
	const char *nul = NULL;
	size_t message_end;

	if (reader->end > reader->scanned)
		nul = memchr(reader->buffer + reader->scanned, '\0', reader->end - reader->scanned);
	message_end = nul ? (size_t)(nul - reader->buffer) : reader->end;
	if (message_end - reader->start > reader->message_max_bytes) {
		reader->scanned = message_end;
		return -EMSGSIZE;
	}
	if (!nul) {
		reader->scanned = message_end;
		return 0;
	}
	*messagep = reader->buffer + reader->start;
	*len_bytesp = message_end - reader->start;
	reader->start = message_end + 1;
	reader->scanned = reader->start;
	return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framing. The first byte is the longest message taken; then come pieces as a socket gives them: a
 * byte with its length, and that many bytes. Whatever the pieces, the messages are those of the
 * whole, and the reader holds no more than a message and a piece.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/frame.h"
#include "tests/fuzz/input.h"

#define PIECE_MAX 256

struct stream {
	char *bytes; /* all that was pushed so far */
	size_t len_bytes;
	size_t taken_bytes; /* of messages that came out */
};

/* Returns false once the stream is of no more use. */
static bool take_messages(struct frame_reader *reader, struct stream *stream)
{
	const char *message;
	size_t len_bytes;
	int r;

	while ((r = frame_reader_next(reader, &message, &len_bytes)) > 0) {
		const char *expected = stream->bytes + stream->taken_bytes;

		CLAIM(len_bytes <= reader->message_max_bytes);
		CLAIM(stream->taken_bytes + len_bytes < stream->len_bytes);
		CLAIM(strlen(message) == len_bytes);
		CLAIM(memcmp(message, expected, len_bytes + 1) == 0);
		stream->taken_bytes += len_bytes + 1;
	}
	if (r == 0) {
		CLAIM(!memchr(stream->bytes + stream->taken_bytes, '\0',
			      stream->len_bytes - stream->taken_bytes));
		CLAIM(stream->len_bytes - stream->taken_bytes <= reader->message_max_bytes);
		return true;
	}
	CLAIM(r == -EMSGSIZE);
	CLAIM(strnlen(stream->bytes + stream->taken_bytes,
		      stream->len_bytes - stream->taken_bytes) > reader->message_max_bytes);
	/* for good, whatever comes */
	CLAIM(frame_reader_next(reader, &message, &len_bytes) == -EMSGSIZE);
	CLAIM(frame_reader_push(reader, "", 1) == -EMSGSIZE);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct input input = input_begin(bytes, len_bytes);
	struct stream stream = {.bytes = malloc(len_bytes + 1)};
	struct frame_reader reader;
	bool goes_on = true;

	frame_reader_init(&reader, 1 + input_byte(&input) * 8u);
	while (goes_on && input.at < input.end) {
		size_t piece_bytes = 1 + input_byte(&input);

		if (piece_bytes > (size_t)(input.end - input.at))
			piece_bytes = (size_t)(input.end - input.at);
		memcpy(stream.bytes + stream.len_bytes, input.at, piece_bytes);
		stream.len_bytes += piece_bytes;
		CLAIM(frame_reader_push(&reader, input.at, piece_bytes) == 0);
		input.at += piece_bytes;
		goes_on = take_messages(&reader, &stream);
		CLAIM(reader.size_bytes <= 2 * (reader.message_max_bytes + PIECE_MAX) + 1024);
	}
	frame_reader_deinit(&reader);
	free(stream.bytes);
	return 0;
}

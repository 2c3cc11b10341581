/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal that a daemon finds at its start. With "raw" as its first line the input is the file;
 * otherwise each line is a payload of a sound file, but "!N" turns bit N % 8 of byte N / 8 of that
 * file over, and "~N" cuts the file there: so the fuzzer need not guess checksums.
 *
 * A journal that is refused is left as it is. From a damaged one come the first of its records, and
 * nothing else. What a mover made of the rest is shown in JSON that the client can read, and what
 * it keeps at compaction makes the same mover again.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/view.h"
#include "common/cleanup.h"
#include "common/protocol.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/record.h"
#include "daemon/move/mover.h"
#include "daemon/move/ports.h"
#include "daemon/rpc/encode.h"
#include "tests/fuzz/input.h"

#define FILE_ID      UINT64_C(0x0123456789abcdef)
#define PAYLOADS_MAX 256
#define FILE_MAX     (64 * 1024)

/* Texts; NULs inside them end them, which is the same for all that compare. */
struct payloads {
	char *texts[PAYLOADS_MAX];
	size_t lens[PAYLOADS_MAX];
	size_t count;
};

struct file {
	unsigned char bytes[FILE_MAX];
	size_t len_bytes;
};

struct daemon {
	struct mover *mover;
	struct payloads replayed;
};

static const struct ports no_ports;
static char folder[64], path[80];

static void payloads_free(struct payloads *payloads)
{
	for (size_t i = 0; i < payloads->count; i++)
		free(payloads->texts[i]);
	payloads->count = 0;
}

static int payloads_add(struct payloads *payloads, const char *payload, size_t len_bytes)
{
	if (payloads->count == PAYLOADS_MAX)
		return -ENOMEM;
	payloads->texts[payloads->count] = malloc(len_bytes + 1);
	CLAIM(payloads->texts[payloads->count]);
	memcpy(payloads->texts[payloads->count], payload, len_bytes);
	payloads->lens[payloads->count++] = len_bytes;
	return 0;
}

static bool payload_is(const struct payloads *a, const struct payloads *b, size_t i)
{
	return a->lens[i] == b->lens[i] && memcmp(a->texts[i], b->texts[i], a->lens[i]) == 0;
}

/* ---- the file ---------------------------------------------------------- */

static void build_file(struct input *input, struct file *file, struct payloads *sound)
{
	const struct record_file header = {.id = FILE_ID, .first_seq = 1};
	size_t turned[8], turned_count = 0, cut = SIZE_MAX, len;
	char *line;

	record_encode_file(&header, file->bytes);
	file->len_bytes = RECORD_FILE_HEADER_BYTES;
	for (; (line = input_line(input, &len)); free(line)) {
		struct record record = {sound->count + 1, line, len};

		if (line[0] == '!' && turned_count < 8)
			turned[turned_count++] = strtoul(line + 1, NULL, 10);
		else if (line[0] == '~')
			cut = strtoul(line + 1, NULL, 10);
		else if (sound->count < PAYLOADS_MAX &&
			 file->len_bytes + RECORD_HEADER_BYTES + len <= FILE_MAX) {
			record_encode(FILE_ID, &record, file->bytes + file->len_bytes);
			file->len_bytes += RECORD_HEADER_BYTES + len;
			payloads_add(sound, line, len);
		}
	}
	for (size_t i = 0; i < turned_count; i++)
		if (turned[i] / 8 < file->len_bytes)
			file->bytes[turned[i] / 8] ^= (unsigned char)(1u << turned[i] % 8);
	if (cut < file->len_bytes)
		file->len_bytes = cut;
}

static void write_file(const struct file *file)
{
	_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CLAIM(fd >= 0);
	CLAIM(write(fd, file->bytes, file->len_bytes) == (ssize_t)file->len_bytes);
}

static bool file_is_as_it_was(const struct file *file)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	static unsigned char found[FILE_MAX + 1];

	CLAIM(fd >= 0);
	return read(fd, found, sizeof(found)) == (ssize_t)file->len_bytes &&
	       memcmp(found, file->bytes, file->len_bytes) == 0;
}

/* ---- a daemon's start -------------------------------------------------- */

static int replay(void *arg, const char *payload, size_t len_bytes)
{
	struct daemon *daemon = arg;
	/* a copy, so that reading beyond its end is noticed: a payload has no NUL behind it */
	_free_ char *alone = malloc(len_bytes ? len_bytes : 1);
	int r;

	CLAIM(alone);
	memcpy(alone, payload, len_bytes);
	r = mover_replay(daemon->mover, alone, len_bytes);
	return r < 0 ? r : payloads_add(&daemon->replayed, payload, len_bytes);
}

static int keep(void *sink, const char *payload, size_t len_bytes)
{
	return payloads_add(sink, payload, len_bytes);
}

static int begin(struct daemon *daemon, struct journal **journalp)
{
	struct journal_damage damage = {0};
	int r;

	*daemon = (struct daemon){0};
	CLAIM(mover_new(&no_ports, NULL, &daemon->mover) == 0);
	r = journal_open(folder, replay, daemon, &damage, journalp);
	CLAIM((r == -EBADMSG) == (damage.what != NULL));
	return r;
}

static void end(struct daemon *daemon)
{
	mover_free(daemon->mover);
	payloads_free(&daemon->replayed);
}

/* ---- what has to hold -------------------------------------------------- */

static void check_moves(const struct mover *mover)
{
	const struct move *move = NULL;
	uint64_t last_id = 0;

	while ((move = mover_next_move(mover, move))) {
		cleanup(protocol_put) struct json_object *object = encode_move(move);
		struct move_view view;

		CLAIM(move->id > last_id);
		last_id = move->id;
		CLAIM(object);
		CLAIM(view_read_move(object, &view) == 0);
		CLAIM(view.id == move->id);
		CLAIM(view_count(view.passes) == move->pass_count);
	}
}

static void check_compaction(struct daemon *daemon, struct journal *journal)
{
	static struct payloads before, after;
	struct journal *again = NULL;
	struct daemon next;

	CLAIM(mover_keep(daemon->mover, keep, &before) == 0);
	CLAIM(journal_compact(journal, mover_keep, daemon->mover) == 0);
	CLAIM(journal_append(journal, before.texts[0], before.lens[0]) == 0);
	journal_close(journal);
	CLAIM(begin(&next, &again) == 0);
	CLAIM(journal_torn_size(again) == 0);
	CLAIM(next.replayed.count == before.count + 1);
	CLAIM(mover_keep(next.mover, keep, &after) == 0);
	CLAIM(after.count == before.count);
	for (size_t i = 0; i < before.count; i++)
		CLAIM(payload_is(&before, &after, i));
	journal_close(again);
	end(&next);
	payloads_free(&before);
	payloads_free(&after);
}

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/dev/shm/pvmoved-fuzz-%d", getpid());
	snprintf(path, sizeof(path), "%s/journal", folder);
	CLAIM(mkdir(folder, 0700) == 0 || errno == EEXIST);
}

static void remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static struct file file;
	static struct payloads sound;
	struct input input = input_begin(bytes, len_bytes);
	bool is_raw = len_bytes >= 4 && memcmp(bytes, "raw\n", 4) == 0;
	struct journal *journal = NULL;
	struct daemon daemon;
	int r;

	if (!*folder) {
		make_folder();
		atexit(remove_folder);
	}
	if (is_raw) {
		file.len_bytes = len_bytes - 4;
		memcpy(file.bytes, bytes + 4, file.len_bytes);
	} else {
		build_file(&input, &file, &sound);
	}
	write_file(&file);
	r = begin(&daemon, &journal);
	CLAIM(r == 0 || r == -EBADMSG);
	if (r < 0)
		CLAIM(file_is_as_it_was(&file));
	if (!is_raw) {
		CLAIM(daemon.replayed.count <= sound.count);
		for (size_t i = 0; i < daemon.replayed.count; i++)
			CLAIM(payload_is(&daemon.replayed, &sound, i));
	}
	if (r == 0) {
		check_moves(daemon.mover);
		check_compaction(&daemon, journal);
	}
	end(&daemon);
	payloads_free(&sound);
	return 0;
}

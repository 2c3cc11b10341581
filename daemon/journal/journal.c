/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "daemon/journal/file.h"
#include "daemon/journal/record.h"

struct journal {
	int dir_fd; /* holds the lock */
	struct journal_file file;
	uint64_t torn_bytes;
	int error; /* what ended all appending, or 0 */
};

DEFINE_CLEANUP(struct journal *, journal_closep, journal_close)

/* One daemon at a time: the lock is the folder's and stands as long as dir_fd is open. */
int journal_lock_folder(const char *state_dir, int *dir_fdp)
{
	_close_ int dir_fd = -1;

	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	dir_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0 || flock(dir_fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*dir_fdp = steal_fd(&dir_fd);
	return 0;
}

/* The folder's own name has to last as well. */
static int sync_parent(int dir_fd)
{
	_close_ int parent_fd = openat(dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return parent_fd < 0 || fsync(parent_fd) < 0 ? -errno : 0;
}

/* Each step is safe to do again after a crash: only a published file ends the beginning. */
static int begin_journal(struct journal *journal)
{
	int r;

	r = sync_parent(journal->dir_fd);
	if (r < 0)
		return r;
	r = journal_file_create(journal->dir_fd, 1, &journal->file);
	if (r < 0)
		return r;
	return journal_file_publish(journal->dir_fd, &journal->file);
}

/* Who gets the records, and where damage is reported. */
struct replay {
	journal_replay_fn *fn;
	void *arg;
	struct journal_damage *damagep;
};

static int report_damage(const struct replay *replay, uint64_t off_bytes, const char *what)
{
	*replay->damagep = (struct journal_damage){off_bytes, what};
	return -EBADMSG;
}

/* Replays up to the end or a torn tail; *file then says where the next record goes. */
static int replay_records(const struct replay *replay, const unsigned char *bytes, size_t len_bytes,
			  struct journal_file *file)
{
	size_t off_bytes = RECORD_FILE_HEADER_BYTES;
	struct record_file header;
	struct record record;
	const char *defect;

	defect = record_decode_file(bytes, &header);
	if (defect)
		return report_damage(replay, 0, defect);
	file->id = header.id;
	file->next_seq = header.first_seq;

	while (off_bytes < len_bytes) {
		int r;

		defect = record_decode(file->id, bytes + off_bytes, len_bytes - off_bytes, &record);
		if (!defect && record.seq != file->next_seq)
			defect = "sequence";
		if (defect) {
			if (record_is_among(file->id, bytes + off_bytes, len_bytes - off_bytes))
				return report_damage(replay, off_bytes, defect);
			break;
		}
		r = replay->fn(replay->arg, record.payload, record.len_bytes);
		if (r == -EBADMSG)
			return report_damage(replay, off_bytes, "payload");
		if (r < 0)
			return r;
		file->next_seq++;
		off_bytes += RECORD_HEADER_BYTES + record.len_bytes;
	}
	file->size_bytes = off_bytes;
	return 0;
}

/*
 * What a killed daemon wrote last is read here from the page cache and need not
 * be on the disk, nor the name of a file that it had just compacted. Both must
 * be, before anyone acts on what was replayed.
 */
static int sync_journal(const struct journal *journal)
{
	return fdatasync(journal->file.fd) < 0 || fsync(journal->dir_fd) < 0 ? -errno : 0;
}

static int load_journal(struct journal *journal, const struct replay *replay)
{
	_free_ unsigned char *bytes = NULL;
	size_t len_bytes;
	int r;

	r = journal_file_read(journal->dir_fd, &journal->file.fd, &bytes, &len_bytes);
	if (r == -ENOENT) {
		r = begin_journal(journal);
	} else if (r == 0) {
		r = replay_records(replay, bytes, len_bytes, &journal->file);
		if (r < 0)
			return r;
		journal->torn_bytes = len_bytes - journal->file.size_bytes;
		if (journal->torn_bytes > 0)
			r = journal_file_cut(&journal->file);
	}
	return r < 0 ? r : sync_journal(journal);
}

int journal_open(const char *state_dir, journal_replay_fn *replay, void *arg,
		 struct journal_damage *damagep, struct journal **journalp)
{
	cleanup(journal_closep) struct journal *journal = calloc(1, sizeof(*journal));
	const struct replay records = {replay, arg, damagep};
	int r;

	if (!journal)
		return -ENOMEM;
	journal->dir_fd = -1;
	journal->file.fd = -1;
	r = journal_lock_folder(state_dir, &journal->dir_fd);
	if (r < 0)
		return r;
	r = load_journal(journal, &records);
	if (r < 0)
		return r;
	*journalp = steal_pointer(&journal);
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	cleanup_closep(&journal->file.fd);
	cleanup_closep(&journal->dir_fd);
	free(journal);
}

static bool is_want_of_room(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG || error == -ENOMEM;
}

/* The caller tells a final error by its number, so it must not be one that says "try again". */
static int fail_for_good(struct journal *journal, int error)
{
	journal->error = is_want_of_room(error) ? -EIO : error;
	return journal->error;
}

/* A record of which only a part was written goes again, and another can be tried in its place. */
static int undo_write(struct journal *journal, int error)
{
	int r = journal_file_cut(&journal->file);

	if (r < 0)
		return fail_for_good(journal, r);
	return is_want_of_room(error) ? error : fail_for_good(journal, error);
}

int journal_append(struct journal *journal, const char *payload, size_t len_bytes)
{
	const struct journal_file before = journal->file;
	int r;

	if (journal->error < 0)
		return journal->error;
	r = journal_file_write(&journal->file, payload, len_bytes);
	if (r == -EMSGSIZE)
		return r;
	if (r < 0)
		return undo_write(journal, r);
	if (fdatasync(journal->file.fd) == 0)
		return 0;
	r = -errno;
	/*
	 * The kernel takes the pages for clean now: the next daemon would read the
	 * record from the page cache, and its sync would not write it. Take it away.
	 */
	journal->file = before;
	(void)journal_file_cut(&journal->file);
	return fail_for_good(journal, r);
}

uint64_t journal_size(const struct journal *journal)
{
	return journal->file.size_bytes;
}

uint64_t journal_torn_size(const struct journal *journal)
{
	return journal->torn_bytes;
}

/* What keep() gets as its sink. */
struct compaction {
	struct journal_file file;
	int error; /* first failed write, whatever keep() made of it */
};

static int write_kept(void *arg, const char *payload, size_t len_bytes)
{
	struct compaction *compaction = arg;

	if (compaction->error == 0)
		compaction->error = journal_file_write(&compaction->file, payload, len_bytes);
	return compaction->error;
}

/* Fills the new file and gives it the old one's name. */
static int replace_file(struct journal *journal, struct compaction *compaction,
			journal_keep_fn *keep, void *arg)
{
	int r = keep(arg, write_kept, compaction);

	if (r < 0)
		return r;
	if (compaction->error < 0)
		return compaction->error;
	return journal_file_publish(journal->dir_fd, &compaction->file);
}

int journal_compact(struct journal *journal, journal_keep_fn *keep, void *arg)
{
	struct compaction compaction = {.file.fd = -1};
	int r;

	if (journal->error < 0)
		return journal->error;
	r = journal_file_create(journal->dir_fd, journal->file.next_seq, &compaction.file);
	if (r < 0)
		return r;
	r = replace_file(journal, &compaction, keep, arg);
	if (r < 0) {
		journal_file_discard(journal->dir_fd, &compaction.file);
		return r;
	}
	close(journal->file.fd);
	journal->file = compaction.file;
	return fsync(journal->dir_fd) < 0 ? fail_for_good(journal, -errno) : 0;
}

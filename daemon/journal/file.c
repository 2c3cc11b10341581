/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/journal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/file.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/record.h"

#define FILE_NAME     "journal"
#define NEW_FILE_NAME "journal.new"

/* Taken ahead of the records: enough for hundreds of steps of moves. */
#define ROOM_BYTES (INT64_C(64) * 1024)

int journal_file_read(int dir_fd, int *fdp, unsigned char **bytesp, size_t *len_bytesp)
{
	_free_ unsigned char *bytes = NULL;
	_close_ int fd = -1;
	ssize_t len_bytes;
	struct stat st;

	fd = openat(dir_fd, FILE_NAME, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((size_t)st.st_size > JOURNAL_SIZE_MAX)
		return -EFBIG;
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	len_bytes = file_read_all(fd, bytes, (size_t)st.st_size);
	if (len_bytes < 0)
		return (int)len_bytes;
	if ((size_t)len_bytes < RECORD_FILE_HEADER_BYTES)
		return -ENOENT;
	*len_bytesp = (size_t)len_bytes;
	*fdp = steal_fd(&fd);
	*bytesp = steal_pointer(&bytes);
	return 0;
}

static int write_all(int fd, const unsigned char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t n = write(fd, bytes, len_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len_bytes -= (size_t)n;
	}
	return 0;
}

int journal_file_create(int dir_fd, uint64_t first_seq, struct journal_file *filep)
{
	struct record_file header = {.first_seq = first_seq};
	unsigned char bytes[RECORD_FILE_HEADER_BYTES];
	_close_ int fd = -1;
	int r;

	if (getrandom(&header.id, sizeof(header.id), 0) != sizeof(header.id))
		return -errno;
	/* A crash may have left one. */
	if (unlinkat(dir_fd, NEW_FILE_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir_fd, NEW_FILE_NAME, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	record_encode_file(&header, bytes);
	r = write_all(fd, bytes, sizeof(bytes));
	if (r < 0) {
		(void)unlinkat(dir_fd, NEW_FILE_NAME, 0);
		return r;
	}
	*filep = (struct journal_file){
		.fd = steal_fd(&fd),
		.id = header.id,
		.next_seq = first_seq,
		.size_bytes = sizeof(bytes),
	};
	return 0;
}

int journal_file_publish(int dir_fd, const struct journal_file *file)
{
	if (fsync(file->fd) < 0 || renameat(dir_fd, NEW_FILE_NAME, dir_fd, FILE_NAME) < 0)
		return -errno;
	return 0;
}

void journal_file_discard(int dir_fd, const struct journal_file *file)
{
	close(file->fd);
	(void)unlinkat(dir_fd, NEW_FILE_NAME, 0);
}

/*
 * Moves that are under way shall get to their ends although the file system has become full, so
 * space is taken while there is some, behind the end of the file, where it does not show.
 * It is a favour: when there is none, or the file system cannot do it, the write itself will tell.
 */
static void take_room(struct journal_file *file, size_t len_bytes)
{
	const uint64_t end_bytes = file->size_bytes + len_bytes;

	if (end_bytes + ROOM_BYTES / 2 <= file->room_bytes)
		return;
	if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, (off_t)file->size_bytes,
		      (off_t)len_bytes + ROOM_BYTES) == 0)
		file->room_bytes = end_bytes + ROOM_BYTES;
}

int journal_file_write(struct journal_file *file, const char *payload, size_t len_bytes)
{
	const struct record record = {file->next_seq, payload, len_bytes};
	const size_t size_bytes = RECORD_HEADER_BYTES + len_bytes;
	_free_ unsigned char *bytes = NULL;
	int r;

	if (len_bytes > JOURNAL_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (size_bytes > JOURNAL_SIZE_MAX - file->size_bytes)
		return -EFBIG;
	bytes = malloc(size_bytes);
	if (!bytes)
		return -ENOMEM;
	record_encode(file->id, &record, bytes);
	take_room(file, size_bytes);
	r = write_all(file->fd, bytes, size_bytes);
	if (r < 0)
		return r;
	file->next_seq++;
	file->size_bytes += size_bytes;
	return 0;
}

int journal_file_cut(struct journal_file *file)
{
	/* what was taken ahead goes too */
	file->room_bytes = 0;
	return ftruncate(file->fd, (off_t)file->size_bytes) < 0 ? -errno : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/journal/fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int fixture_set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	snprintf(fixture->root, sizeof(fixture->root), "/tmp/pvmoved-journal-XXXXXX");
	if (!mkdtemp(fixture->root)) {
		free(fixture);
		return -1;
	}
	snprintf(fixture->state_dir, sizeof(fixture->state_dir), "%s/state", fixture->root);
	snprintf(fixture->file, sizeof(fixture->file), "%s/journal", fixture->state_dir);
	snprintf(fixture->new_file, sizeof(fixture->new_file), "%s/journal.new",
		 fixture->state_dir);
	*state = fixture;
	return 0;
}

static void forget_seen(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->seen_count; i++)
		free(fixture->seen[i]);
	fixture->seen_count = 0;
}

int fixture_tear_down(void **state)
{
	struct fixture *fixture = *state;

	fixture_close(fixture);
	forget_seen(fixture);
	unlink(fixture->file);
	unlink(fixture->new_file);
	rmdir(fixture->state_dir);
	rmdir(fixture->root);
	free(fixture);
	return 0;
}

static int see(void *arg, const char *payload, size_t len_bytes)
{
	struct fixture *fixture = arg;

	assert_true(fixture->seen_count < FIXTURE_SEEN_MAX);
	fixture->seen[fixture->seen_count] = strndup(payload, len_bytes);
	assert_non_null(fixture->seen[fixture->seen_count]);
	fixture->seen_count++;
	return 0;
}

int fixture_open(struct fixture *fixture)
{
	assert_null(fixture->journal);
	forget_seen(fixture);
	fixture->damage = (struct journal_damage){0};
	return journal_open(fixture->state_dir, see, fixture, &fixture->damage, &fixture->journal);
}

void fixture_close(struct fixture *fixture)
{
	journal_close(fixture->journal);
	fixture->journal = NULL;
}

void fixture_assert_seen(const struct fixture *fixture, const char *const *payloads,
			 size_t payload_count)
{
	assert_int_equal(fixture->seen_count, payload_count);
	for (size_t i = 0; i < payload_count; i++)
		assert_string_equal(fixture->seen[i], payloads[i]);
}

void fixture_assert_opens_with(struct fixture *fixture, ...)
{
	const char *payloads[FIXTURE_SEEN_MAX];
	size_t payload_count = 0;
	const char *payload;
	va_list args;

	va_start(args, fixture);
	while ((payload = va_arg(args, const char *)))
		payloads[payload_count++] = payload;
	va_end(args);
	assert_int_equal(fixture_open(fixture), 0);
	fixture_assert_seen(fixture, payloads, payload_count);
}

void fixture_append(struct fixture *fixture, ...)
{
	const char *payload;
	va_list args;

	va_start(args, fixture);
	while ((payload = va_arg(args, const char *)))
		assert_int_equal(journal_append(fixture->journal, payload, strlen(payload)), 0);
	va_end(args);
}

unsigned char *fixture_read(const struct fixture *fixture, size_t *len_bytesp)
{
	int fd = open(fixture->file, O_RDONLY);
	unsigned char *bytes;
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size + 1);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	*len_bytesp = (size_t)st.st_size;
	return bytes;
}

void fixture_write(const struct fixture *fixture, const void *bytes, size_t len_bytes)
{
	int fd;

	mkdir(fixture->state_dir, 0700);
	fd = open(fixture->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len_bytes, 0), len_bytes);
	close(fd);
}

void fixture_assert_file_is(const struct fixture *fixture, const void *bytes, size_t len_bytes)
{
	size_t found_bytes;
	unsigned char *found = fixture_read(fixture, &found_bytes);

	assert_int_equal(found_bytes, len_bytes);
	assert_memory_equal(found, bytes, len_bytes);
	free(found);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

int __wrap_sd_journal_sendv(const struct iovec *iov, int count);
ssize_t __wrap_write(int fd, const void *bytes, size_t len_bytes);
ssize_t __real_write(int fd, const void *bytes, size_t len_bytes);

/* Standard error is a pipe of ours while a test runs; the journal is fake_entry. */
static int saved_stderr = -1;
static int pipe_fd = -1;
static char fake_entry[8192];
static int fake_journal_error;
static size_t write_max_bytes;
static int write_interruptions;

int __wrap_sd_journal_sendv(const struct iovec *iov, int count)
{
	size_t len_bytes = 0;

	if (fake_journal_error)
		return fake_journal_error;
	for (int i = 0; i < count; i++) {
		memcpy(fake_entry + len_bytes, iov[i].iov_base, iov[i].iov_len);
		len_bytes += iov[i].iov_len;
		fake_entry[len_bytes++] = '|';
	}
	fake_entry[len_bytes] = '\0';
	return 0;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len_bytes)
{
	if (write_interruptions > 0) {
		write_interruptions--;
		errno = EINTR;
		return -1;
	}
	return __real_write(fd, bytes, len_bytes < write_max_bytes ? len_bytes : write_max_bytes);
}

static int set_up(void **state)
{
	int fds[2];

	(void)state;
	fake_entry[0] = '\0';
	fake_journal_error = 0;
	write_max_bytes = SIZE_MAX;
	write_interruptions = 0;
	unsetenv("JOURNAL_STREAM");
	saved_stderr = dup(STDERR_FILENO);
	if (saved_stderr < 0 || pipe2(fds, O_NONBLOCK) < 0 || dup2(fds[1], STDERR_FILENO) < 0)
		return -1;
	close(fds[1]);
	pipe_fd = fds[0];
	log_init(LOG_INFO);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_fd);
	return 0;
}

static void assert_written(const char *expected)
{
	char text[8192];
	ssize_t n = read(pipe_fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, expected);
}

/* As systemd sets it when standard error is a stream of the journal. */
static void make_stderr_the_journal(int max_level)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init(max_level);
}

static void by_hand_messages_are_plain_lines(void **state)
{
	(void)state;
	log_error("no such %s: %d", "thing", 7);
	log_warning("look");
	log_info("moved");
	assert_written("error: no such thing: 7\nwarning: look\nmoved\n");
	assert_string_equal(fake_entry, "");
}

static void messages_above_the_level_are_left_out(void **state)
{
	(void)state;
	log_debug("hidden");
	assert_written("");
	log_init(LOG_DEBUG);
	log_debug("shown");
	assert_written("debug: shown\n");
	log_init(LOG_ERR);
	log_warning("hidden");
	assert_written("");
}

static void the_journal_gets_the_fields_beside_the_message(void **state)
{
	const struct log_field fields[] = {
		{"MESSAGE_ID", NULL},
		{"PVMOVED_MOVE", "3"},
		{"PVMOVED_LV", "vg/lv"},
	};

	(void)state;
	make_stderr_the_journal(LOG_INFO);
	log_write(LOG_WARNING, fields, 3, "move %d waits", 3);
	assert_string_equal(fake_entry,
			    "PRIORITY=4|MESSAGE=move 3 waits|PVMOVED_MOVE=3|PVMOVED_LV=vg/lv|");
	assert_written("");
}

static void a_line_with_its_level_is_written_when_the_journal_takes_nothing(void **state)
{
	const struct log_field field = {"PVMOVED_MOVE", "3"};

	(void)state;
	make_stderr_the_journal(LOG_INFO);
	fake_journal_error = -ECONNREFUSED;
	log_write(LOG_ERR, &field, 1, "move 3 failed");
	log_info("so what");
	assert_written("<3>move 3 failed\n<6>so what\n");
}

static void a_stream_that_is_not_stderr_is_not_the_journal(void **state)
{
	static const char *const streams[] = {"",    "1", "1:",    "0:0",
					      "x:y", ":", "-1:-1", "99999999999999999999999:1"};
	char stream[64];
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		setenv("JOURNAL_STREAM", streams[i], 1);
		log_init(LOG_INFO);
		log_info("plain");
		assert_written("plain\n");
	}
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju ", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init(LOG_INFO);
	log_info("plain");
	assert_written("plain\n");
	assert_string_equal(fake_entry, "");
}

static void a_message_stays_one_line_whatever_it_quotes(void **state)
{
	(void)state;
	log_error("bad name '%s'", "a\nerror: forged\x1b[2J\x7f \xC3\xA4");
	assert_written("error: bad name 'a error: forged [2J  \xC3\xA4'\n");
	make_stderr_the_journal(LOG_INFO);
	log_error("%s", "a\nb");
	assert_string_equal(fake_entry, "PRIORITY=3|MESSAGE=a b|");
}

static void long_messages_and_fields_are_cut(void **state)
{
	char text[2 * LOG_TEXT_MAX];
	char expected[LOG_TEXT_MAX + 1];
	struct log_field fields[LOG_FIELDS_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	memset(expected, 'x', sizeof(expected));
	expected[LOG_TEXT_MAX - 1] = '\n';
	expected[LOG_TEXT_MAX] = '\0';
	assert_written(expected);

	make_stderr_the_journal(LOG_INFO);
	for (size_t i = 0; i < LOG_FIELDS_MAX; i++)
		fields[i] = (struct log_field){"PVMOVED_LV", text};
	log_write(LOG_INFO, fields, LOG_FIELDS_MAX, "m");
	assert_int_equal(strlen(fake_entry),
			 strlen("PRIORITY=6|MESSAGE=m|") + LOG_FIELDS_MAX * (size_t)LOG_FIELD_MAX);
}

static void a_write_that_stops_short_goes_on(void **state)
{
	(void)state;
	write_max_bytes = 3;
	write_interruptions = 2;
	log_info("all of this");
	assert_written("all of this\n");
}

static void errno_is_readable_and_kept(void **state)
{
	(void)state;
	errno = ENOENT;
	log_error("cannot: %m");
	assert_int_equal(errno, ENOENT);
	assert_written("error: cannot: No such file or directory\n");

	close(pipe_fd);
	pipe_fd = open("/dev/null", O_RDONLY);
	dup2(pipe_fd, STDERR_FILENO); /* not open for writing */
	errno = ENOENT;
	log_error("nobody hears this");
	assert_int_equal(errno, ENOENT);
}

#define log_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		log_test(by_hand_messages_are_plain_lines),
		log_test(messages_above_the_level_are_left_out),
		log_test(the_journal_gets_the_fields_beside_the_message),
		log_test(a_line_with_its_level_is_written_when_the_journal_takes_nothing),
		log_test(a_stream_that_is_not_stderr_is_not_the_journal),
		log_test(a_message_stays_one_line_whatever_it_quotes),
		log_test(long_messages_and_fields_are_cut),
		log_test(a_write_that_stops_short_goes_on),
		log_test(errno_is_readable_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

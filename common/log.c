/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The place in this file from which sd_journal_sendv() is called tells nobody anything. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "common/log.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* The one mutable global of the project. */
static struct {
	int max_level;
	bool to_journal;
} log_target = {.max_level = LOG_INFO};

/* systemd names the stream it gave us by device and inode; it may since be redirected. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(own, stream) == 0;
}

void log_init(int max_level)
{
	log_target.max_level = max_level;
	log_target.to_journal = stderr_is_journal();
}

static int send_to_journal(int level, const char *message, const struct log_field *fields,
			   size_t field_count)
{
	char priority[sizeof("PRIORITY=") + 1];
	char text[sizeof("MESSAGE=") + LOG_TEXT_MAX];
	char texts[LOG_FIELDS_MAX][LOG_FIELD_MAX];
	struct iovec iov[2 + LOG_FIELDS_MAX];
	int count = 0;

	snprintf(priority, sizeof(priority), "PRIORITY=%d", level);
	iov[count++] = (struct iovec){priority, strlen(priority)};
	snprintf(text, sizeof(text), "MESSAGE=%s", message);
	iov[count++] = (struct iovec){text, strlen(text)};
	for (size_t i = 0; i < field_count; i++) {
		if (!fields[i].value)
			continue;
		snprintf(texts[i], sizeof(texts[i]), "%s=%s", fields[i].name, fields[i].value);
		iov[count++] = (struct iovec){texts[i], strlen(texts[i])};
	}
	return sd_journal_sendv(iov, count);
}

static const char *level_prefix(int level)
{
	switch (level) {
	case LOG_ERR:
		return "error: ";
	case LOG_WARNING:
		return "warning: ";
	case LOG_DEBUG:
		return "debug: ";
	default:
		return "";
	}
}

static void write_to_stderr(int level, const char *message)
{
	char line[32 + LOG_TEXT_MAX];
	const char *rest = line;
	size_t len_bytes;
	ssize_t n;

	if (log_target.to_journal)
		snprintf(line, sizeof(line), "<%d>%s\n", level, message);
	else
		snprintf(line, sizeof(line), "%s%s\n", level_prefix(level), message);

	for (len_bytes = strlen(line); len_bytes > 0; len_bytes -= (size_t)n, rest += n) {
		n = write(STDERR_FILENO, rest, len_bytes);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return; /* there is nobody left to tell */
	}
}

void log_write(int level, const struct log_field *fields, size_t field_count, const char *format,
	       ...)
{
	char message[LOG_TEXT_MAX];
	int saved_errno = errno;
	va_list args;

	assert(field_count <= LOG_FIELDS_MAX);
	if (level > log_target.max_level)
		return;

	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	for (char *c = message; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';

	if (!log_target.to_journal || send_to_journal(level, message, fields, field_count) < 0)
		write_to_stderr(level, message);
	errno = saved_errno;
}

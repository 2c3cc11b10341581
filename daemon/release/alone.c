/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/alone.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/dm/executor.h"

/* The kernel's flag of a socket that listens (__SO_ACCEPTCON; Linux 6.1). */
#define FLAG_LISTENS 0x10000ul

DEFINE_CLEANUP(FILE *, fclosep, fclose)
DEFINE_CLEANUP(DIR *, closedirp, closedir)

static const char *skip_spaces(const char *at)
{
	return at + strspn(at, " ");
}

static const char *skip_word(const char *at)
{
	at = skip_spaces(at);
	return at + strcspn(at, " ");
}

/* A line is "address: references protocol flags type state inode path". */
static bool line_says_so(const char *line, const char *socket_path)
{
	const char *at = line;
	char *end;
	unsigned long flags;

	for (int i = 0; i < 3; i++)
		at = skip_word(at);
	flags = strtoul(at, &end, 16);
	at = end;
	for (int i = 0; i < 3; i++)
		at = skip_word(at);
	return (flags & FLAG_LISTENS) && strcmp(skip_spaces(at), socket_path) == 0;
}

bool alone_is_listened_on(const char *proc, const char *socket_path)
{
	cleanup(fclosep) FILE *file = NULL;
	char line[PATH_MAX];

	snprintf(line, sizeof(line), "%s/net/unix", proc);
	file = fopen(line, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line_says_so(line, socket_path))
			return true;
	}
	return false;
}

static bool is_executor(const char *proc, const char *pid)
{
	_close_ int fd = -1;
	char text[PATH_MAX];
	ssize_t len_bytes;

	snprintf(text, sizeof(text), "%s/%s/comm", proc, pid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	len_bytes = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len_bytes < 0)
		return false;
	text[len_bytes] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, EXECUTOR_NAME) == 0;
}

pid_t alone_find_executor(const char *proc)
{
	cleanup(closedirp) DIR *dir = opendir(proc);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid > 0 && is_executor(proc, entry->d_name))
			return (pid_t)pid;
	}
	return 0;
}

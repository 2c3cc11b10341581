/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/release/alone.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "daemon/dm/executor.h"

/* The kernel's flag of a socket that listens (__SO_ACCEPTCON; Linux 6.1). */
#define FLAG_LISTENS 0x10000u

DEFINE_CLEANUP(FILE *, fclosep, fclose)
DEFINE_CLEANUP(DIR *, closedirp, closedir)

/* A line is "address: references protocol flags type state inode path". */
static bool line_says_so(const char *line, const char *socket_path)
{
	unsigned flags = 0;
	int path_at = 0;

	return sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &path_at) == 1 &&
	       path_at > 0 && (flags & FLAG_LISTENS) && strcmp(line + path_at, socket_path) == 0;
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
	cleanup(fclosep) FILE *file = NULL;
	char text[PATH_MAX];

	snprintf(text, sizeof(text), "%s/%s/comm", proc, pid);
	file = fopen(text, "re");
	if (!file || !fgets(text, sizeof(text), file))
		return false;
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

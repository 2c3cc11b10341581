/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/config/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/file.h"
#include "daemon/config/value.h"

/* Whoever may write it may choose where root writes. */
static const char *find_fault(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (S_ISCHR(st.st_mode))
		return NULL; /* /dev/null, for none at all */
	if (!S_ISREG(st.st_mode))
		return "is not a file";
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return "belongs to somebody other than root";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others than root (chmod go-w)";
	return NULL;
}

/* Returns the number of complaints. */
static size_t load_file(const char *path, bool may_be_missing, struct config *config,
			const struct config_listener *listener)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_free_ char *text = malloc(CONFIG_FILE_MAX + 1);
	const char *fault = fd < 0 ? strerror(errno) : text ? find_fault(fd) : strerror(ENOMEM);
	ssize_t len_bytes;

	if (fd < 0 && may_be_missing && errno == ENOENT)
		return 0;
	len_bytes = fault ? 0 : file_read_all(fd, text, CONFIG_FILE_MAX + 1);
	if (len_bytes < 0)
		fault = strerror((int)-len_bytes);
	else if ((size_t)len_bytes > CONFIG_FILE_MAX)
		fault = "is longer than 64 KiB";
	if (!fault)
		return config_parse(path, text, (size_t)len_bytes, config, listener);
	config_complain(listener, path, 0, "%s", fault);
	return 1;
}

static int is_fragment(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(".conf") &&
	       strcmp(name + len - strlen(".conf"), ".conf") == 0;
}

/* By bytes, not by what a locale thinks of them. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static size_t load_fragments(const char *path, struct config *config,
			     const struct config_listener *listener)
{
	struct dirent **entries = NULL;
	char folder[4096], fragment[sizeof(folder) + 256];
	size_t complaints = 0;
	int count;

	if (snprintf(folder, sizeof(folder), "%s.d", path) >= (int)sizeof(folder))
		return 0; /* the file itself was complained of */
	count = scandir(folder, &entries, is_fragment, by_name);
	if (count < 0 && errno != ENOENT && errno != ENOTDIR) {
		config_complain(listener, folder, 0, "%s", strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		snprintf(fragment, sizeof(fragment), "%s/%s", folder, entries[i]->d_name);
		complaints += load_file(fragment, false, config, listener);
		free(entries[i]);
	}
	free(entries);
	return complaints;
}

int config_load(const char *path, const struct config_listener *listener, struct config *configp)
{
	struct config config;
	size_t complaints;

	config_init(&config);
	complaints = load_file(path ? path : CONFIG_STANDARD_PATH, !path, &config, listener);
	complaints += load_fragments(path ? path : CONFIG_STANDARD_PATH, &config, listener);
	if (complaints > 0)
		return -EINVAL;
	*configp = config;
	return 0;
}

void config_print(FILE *out, const struct config *config)
{
	const char *section = "";
	char text[CONFIG_TEXT_SIZE];

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		if (strcmp(section, key->section) != 0)
			fprintf(out, "%s[%s]\n", *section ? "\n" : "", key->section);
		section = key->section;
		config_format_value(config, key, text);
		fprintf(out, "%s%s = %s\n", text[0] == '\0' ? "#" : "", key->name, text);
	}
}

void config_compare(const struct config *before, const struct config *after,
		    config_change_fn *change, void *arg)
{
	char text[CONFIG_TEXT_SIZE];

	for (size_t i = 0; i < config_key_count; i++) {
		if (config_value_equal(before, after, &config_keys[i]))
			continue;
		config_format_value(after, &config_keys[i], text);
		change(arg, &config_keys[i], text);
	}
}

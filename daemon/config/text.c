/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/config/text.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config/value.h"

/* Longest part of what was written that a complaint repeats. */
#define SHOWN 80

struct scan {
	const char *file;
	const char *at, *end;
	unsigned line;
	unsigned lines[CONFIG_KEYS_MAX]; /* where each key was given; 0: not yet */
	struct config *config;
	const struct config_listener *listener;
	size_t complaints;
};

void config_complain(const struct config_listener *listener, const char *file, unsigned line,
		     const char *format, ...)
{
	char text[2 * CONFIG_TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	listener->complain(listener->arg, file, line, text);
}

/*
 * The library's reader, as fgets(). It takes a line that begins with a blank for more of the value
 * above, and cuts one that is too long in two: neither is what anybody means.
 */
static char *read_line(char *line, int room, void *arg)
{
	struct scan *scan = arg;
	const char *from = scan->at, *to;
	size_t len;

	if (from == scan->end)
		return NULL;
	to = memchr(from, '\n', (size_t)(scan->end - from));
	scan->at = to ? to + 1 : scan->end;
	to = to ? to : scan->end;
	scan->line++;
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	len = (size_t)(to - from);
	if (len >= (size_t)room || memchr(from, '\0', len)) {
		scan->complaints++;
		config_complain(scan->listener, scan->file, scan->line,
				len >= (size_t)room ? "a line of more than %d bytes"
						    : "a NUL among its first %d bytes",
				len >= (size_t)room ? room - 1 : (int)len);
		len = 0;
	}
	memcpy(line, from, len);
	line[len] = '\0';
	return line;
}

static void complain_of_value(struct scan *scan, const struct config_key *key, const char *value)
{
	char wanted[CONFIG_TEXT_SIZE];

	config_describe_kind(key, wanted);
	scan->complaints++;
	config_complain(scan->listener, scan->file, scan->line, "%s in [%s] is %s, not \"%.*s\"",
			key->name, key->section, wanted, SHOWN, value);
}

static void take_key(struct scan *scan, const char *section, const char *name, const char *value)
{
	const struct config_key *key = config_find_key(section, name);
	unsigned *linep = key ? &scan->lines[key - config_keys] : NULL;

	if (key && *linep == 0) {
		*linep = scan->line;
		if (config_set_value(scan->config, key, value) < 0)
			complain_of_value(scan, key, value);
		return;
	}
	scan->complaints++;
	if (key)
		config_complain(scan->listener, scan->file, scan->line,
				"%s in [%s] was given in line %u already", name, section, *linep);
	else if (section[0] == '\0')
		config_complain(scan->listener, scan->file, scan->line,
				"\"%.*s\" stands ahead of any [section]", SHOWN, name);
	else
		config_complain(scan->listener, scan->file, scan->line,
				"unknown key \"%.*s\" in [%.*s]; pvmoved.conf(5) has them all",
				SHOWN, name, SHOWN, section);
}

/* Never says no: the library would keep one line number, and we have them all. */
static int on_key(void *arg, const char *section, const char *name, const char *value)
{
	if (name && value)
		take_key(arg, section, name, value);
	return 1;
}

size_t config_parse(const char *file, const char *text, size_t len_bytes, struct config *config,
		    const struct config_listener *listener)
{
	struct scan scan = {
		.file = file,
		.at = text,
		.end = text + len_bytes,
		.config = config,
		.listener = listener,
	};
	int r = ini_parse_stream(read_line, &scan, on_key, &scan);

	if (r > 0) {
		scan.complaints++;
		config_complain(listener, file, (unsigned)r,
				"neither [section] nor \"key = value\"");
	} else if (r < 0) {
		scan.complaints++;
		config_complain(listener, file, 0, "cannot be read: %s", strerror(ENOMEM));
	}
	return scan.complaints;
}
